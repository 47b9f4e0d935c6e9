/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table through which the module reaches CUDA's driver and cuBLASLt. The module fills it from
 * the libraries of the machine; tests fill it with functions that compute what each call means.
 */
#ifndef MPCF_CUDA_TABLE_H
#define MPCF_CUDA_TABLE_H

#include <mpcf/error.h>

#include "cuda_types.h"

/* X(member, symbol, result, arguments) */
/* clang-format off */
#define CUDA_DRIVER_MAP(X)                                                                         \
    X(init, cuInit, cuda_result, (unsigned flags))                                                 \
    X(driver_version, cuDriverGetVersion, cuda_result, (int *version))                             \
    X(error_name, cuGetErrorName, cuda_result, (cuda_result error, const char **name))             \
    X(error_text, cuGetErrorString, cuda_result, (cuda_result error, const char **text))           \
    X(device_count, cuDeviceGetCount, cuda_result, (int *count))                                   \
    X(device_get, cuDeviceGet, cuda_result, (cuda_number *device, int number))                     \
    X(device_name, cuDeviceGetName, cuda_result, (char *name, int length, cuda_number device))     \
    X(device_attribute, cuDeviceGetAttribute, cuda_result,                                         \
      (int *value, cuda_attribute attribute, cuda_number device))                                  \
    X(context_retain, cuDevicePrimaryCtxRetain, cuda_result,                                       \
      (cuda_context *context, cuda_number device))                                                 \
    X(context_release, cuDevicePrimaryCtxRelease_v2, cuda_result, (cuda_number device))            \
    X(context_set, cuCtxSetCurrent, cuda_result, (cuda_context context))                           \
    X(memory_info, cuMemGetInfo_v2, cuda_result, (size_t *free, size_t *total))                    \
    X(memory_alloc, cuMemAlloc_v2, cuda_result, (cuda_address *out, size_t bytes))                 \
    X(memory_free, cuMemFree_v2, cuda_result, (cuda_address address))                              \
    X(host_alloc, cuMemHostAlloc, cuda_result, (void **out, size_t bytes, unsigned flags))         \
    X(host_free, cuMemFreeHost, cuda_result, (void *block))                                        \
    X(copy_in, cuMemcpyHtoDAsync_v2, cuda_result,                                                  \
      (cuda_address to, const void *from, size_t bytes, cuda_stream stream))                       \
    X(copy_out, cuMemcpyDtoHAsync_v2, cuda_result,                                                 \
      (void *to, cuda_address from, size_t bytes, cuda_stream stream))                             \
    X(copy, cuMemcpyDtoDAsync_v2, cuda_result,                                                     \
      (cuda_address to, cuda_address from, size_t bytes, cuda_stream stream))                      \
    X(set_bytes, cuMemsetD8Async, cuda_result,                                                     \
      (cuda_address at, unsigned char value, size_t bytes, cuda_stream stream))                    \
    X(stream_create, cuStreamCreate, cuda_result, (cuda_stream *out, unsigned flags))              \
    X(stream_destroy, cuStreamDestroy_v2, cuda_result, (cuda_stream stream))                       \
    X(stream_wait, cuStreamSynchronize, cuda_result, (cuda_stream stream))                         \
    X(stream_after, cuStreamWaitEvent, cuda_result,                                                \
      (cuda_stream stream, cuda_event event, unsigned flags))                                      \
    X(event_create, cuEventCreate, cuda_result, (cuda_event *out, unsigned flags))                 \
    X(event_destroy, cuEventDestroy_v2, cuda_result, (cuda_event event))                           \
    X(event_record, cuEventRecord, cuda_result, (cuda_event event, cuda_stream stream))            \
    X(module_load, cuModuleLoadData, cuda_result, (cuda_module *out, const void *image))           \
    X(module_unload, cuModuleUnload, cuda_result, (cuda_module module))                            \
    X(module_function, cuModuleGetFunction, cuda_result,                                           \
      (cuda_function *out, cuda_module module, const char *name))                                  \
    X(launch, cuLaunchKernel, cuda_result,                                                         \
      (cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,                  \
       unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,                \
       cuda_stream stream, void **parameters, void **extra))

#define CUDA_LT_MAP(X)                                                                             \
    X(lt_version, cublasLtGetVersion, size_t, (void))                                              \
    X(lt_create, cublasLtCreate, lt_status, (lt_handle *out))                                      \
    X(lt_destroy, cublasLtDestroy, lt_status, (lt_handle handle))                                  \
    X(lt_desc_create, cublasLtMatmulDescCreate, lt_status,                                         \
      (lt_desc *out, lt_compute compute, lt_type scale))                                           \
    X(lt_desc_destroy, cublasLtMatmulDescDestroy, lt_status, (lt_desc desc))                       \
    X(lt_desc_set, cublasLtMatmulDescSetAttribute, lt_status,                                      \
      (lt_desc desc, lt_desc_attribute attribute, const void *value, size_t bytes))                \
    X(lt_layout_create, cublasLtMatrixLayoutCreate, lt_status,                                     \
      (lt_layout *out, lt_type type, uint64_t rows, uint64_t columns, int64_t ld))                 \
    X(lt_layout_destroy, cublasLtMatrixLayoutDestroy, lt_status, (lt_layout layout))               \
    X(lt_layout_set, cublasLtMatrixLayoutSetAttribute, lt_status,                                  \
      (lt_layout layout, lt_layout_attribute attribute, const void *value, size_t bytes))          \
    X(lt_preference_create, cublasLtMatmulPreferenceCreate, lt_status, (lt_preference *out))       \
    X(lt_preference_destroy, cublasLtMatmulPreferenceDestroy, lt_status,                           \
      (lt_preference preference))                                                                  \
    X(lt_preference_set, cublasLtMatmulPreferenceSetAttribute, lt_status,                          \
      (lt_preference preference, lt_preference_attribute attribute, const void *value,             \
       size_t bytes))                                                                              \
    X(lt_choose, cublasLtMatmulAlgoGetHeuristic, lt_status,                                        \
      (lt_handle handle, lt_desc desc, lt_layout a, lt_layout b, lt_layout c, lt_layout d,         \
       lt_preference preference, int most, lt_heuristic *results, int *found))                     \
    X(lt_multiply, cublasLtMatmul, lt_status,                                                      \
      (lt_handle handle, lt_desc desc, const void *alpha, const void *a, lt_layout layout_a,       \
       const void *b, lt_layout layout_b, const void *beta, const void *c, lt_layout layout_c,     \
       void *d, lt_layout layout_d, const lt_algorithm *algorithm, void *workspace,                \
       size_t workspace_bytes, cuda_stream stream))
/* clang-format on */

struct cuda_table {
#define CUDA_TABLE_MEMBER(member, symbol, result, arguments) result(*member) arguments;
    CUDA_DRIVER_MAP(CUDA_TABLE_MEMBER)
    CUDA_LT_MAP(CUDA_TABLE_MEMBER)
#undef CUDA_TABLE_MEMBER
};

/* From libcuda.so.1 and libcublasLt.so.MAJOR (MAJOR of the toolkit that built the kernels), which stay
 * mapped. MPCF_E_UNSUPPORTED: what is missing, in the linker's words. */
mpcf_status cuda_table_fill_driver(struct cuda_table *table, mpcf_error *err);
mpcf_status cuda_table_fill_lt(struct cuda_table *table, int major, mpcf_error *err);

#endif
