/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether our declarations of CUDA and cuBLASLt are the toolkit's: built where its headers are, never run.
 * With our types' names given to the toolkit's types, each member of the table has to have exactly the
 * type of the function that it stands for.
 */
#include <cublasLt.h>
#include <cuda.h>

#define MPCF_CUDA_TYPES_OF_TOOLKIT
#define cuda_result             CUresult
#define cuda_number             CUdevice
#define cuda_attribute          CUdevice_attribute
#define cuda_address            CUdeviceptr
#define cuda_context            CUcontext
#define cuda_stream             CUstream
#define cuda_event              CUevent
#define cuda_module             CUmodule
#define cuda_function           CUfunction
#define lt_status               cublasStatus_t
#define lt_compute              cublasComputeType_t
#define lt_type                 cudaDataType
#define lt_desc_attribute       cublasLtMatmulDescAttributes_t
#define lt_layout_attribute     cublasLtMatrixLayoutAttribute_t
#define lt_preference_attribute cublasLtMatmulPreferenceAttributes_t
#define lt_handle               cublasLtHandle_t
#define lt_desc                 cublasLtMatmulDesc_t
#define lt_layout               cublasLtMatrixLayout_t
#define lt_preference           cublasLtMatmulPreference_t
#define lt_algorithm            cublasLtMatmulAlgo_t
#define lt_heuristic            cublasLtMatmulHeuristicResult_t
#include "cuda_table.h"

#define AGREES(member, symbol, result, arguments)                                                  \
    _Static_assert(__builtin_types_compatible_p(__typeof__(&(symbol)),                             \
                                                __typeof__(((struct cuda_table *) 0)->member)),    \
                   "the type of " #symbol);
CUDA_DRIVER_MAP(AGREES)
CUDA_LT_MAP(AGREES)
#undef AGREES

#define EQUAL(ours, theirs) _Static_assert((int) (ours) == (int) (theirs), #theirs)
EQUAL(CUDA_OK, CUDA_SUCCESS);
EQUAL(CUDA_OUT_OF_MEMORY, CUDA_ERROR_OUT_OF_MEMORY);
EQUAL(CUDA_NO_DEVICE, CUDA_ERROR_NO_DEVICE);
EQUAL(CUDA_NO_BINARY, CUDA_ERROR_NO_BINARY_FOR_GPU);
EQUAL(CUDA_NEWER_PTX, CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
EQUAL(CUDA_CAPABILITY_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
EQUAL(CUDA_CAPABILITY_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
EQUAL(CUDA_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING);
EQUAL(CUDA_EVENT_NO_TIMING, CU_EVENT_DISABLE_TIMING);
EQUAL(LT_OK, CUBLAS_STATUS_SUCCESS);
EQUAL(LT_NOT_SUPPORTED, CUBLAS_STATUS_NOT_SUPPORTED);
EQUAL(LT_FLOAT32, CUDA_R_32F);
EQUAL(LT_INT8, CUDA_R_8I);
EQUAL(LT_INT32, CUDA_R_32I);
EQUAL(LT_COMPUTE_FLOAT32, CUBLAS_COMPUTE_32F);
EQUAL(LT_COMPUTE_INT32, CUBLAS_COMPUTE_32I);
EQUAL(LT_NOT_TRANSPOSED, CUBLAS_OP_N);
EQUAL(LT_TRANSPOSED, CUBLAS_OP_T);
EQUAL(LT_DESC_TRANSPOSE_A, CUBLASLT_MATMUL_DESC_TRANSA);
EQUAL(LT_DESC_TRANSPOSE_B, CUBLASLT_MATMUL_DESC_TRANSB);
EQUAL(LT_LAYOUT_BATCHES, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT);
EQUAL(LT_LAYOUT_BATCH_STRIDE, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET);
EQUAL(LT_PREFERENCE_WORKSPACE, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
EQUAL(LT_PREFERENCE_ALIGNMENT_A, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
EQUAL(LT_PREFERENCE_ALIGNMENT_B, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
EQUAL(LT_PREFERENCE_ALIGNMENT_C, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES);
EQUAL(LT_PREFERENCE_ALIGNMENT_D, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);

/* What we hold by value, and the widths of what attributes point to. */
_Static_assert(sizeof(cublasLtMatmulAlgo_t) == 64, "an algorithm");
_Static_assert(sizeof(cublasLtMatmulHeuristicResult_t) == 96, "a heuristic's result");
_Static_assert(offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize) == 64, "its workspace");
_Static_assert(offsetof(cublasLtMatmulHeuristicResult_t, state) == 72, "its state");
_Static_assert(sizeof(cublasOperation_t) == sizeof(int32_t), "whether it is transposed");
_Static_assert(CUBLASLT_ORDER_COL == 0, "matrices lie column by column where nothing is said");
