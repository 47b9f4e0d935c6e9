/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of the types and numbers of CUDA's driver and of cuBLASLt, in our own words: these are
 * stable binary interfaces, and so the module's code builds and is tested where no toolkit is.
 * headers_agree.c holds them against the toolkit's headers where there are any.
 */
#ifndef MPCF_CUDA_TYPES_H
#define MPCF_CUDA_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifndef MPCF_CUDA_TYPES_OF_TOOLKIT
typedef int cuda_result;
typedef int cuda_number; /* of a device */
typedef int cuda_attribute;
typedef unsigned long long cuda_address;
typedef struct cuda_context_of *cuda_context;
typedef struct cuda_queue_of *cuda_stream;
typedef struct cuda_event_of *cuda_event;
typedef struct cuda_module_of *cuda_module;
typedef struct cuda_function_of *cuda_function;

typedef int lt_status;
typedef int lt_compute;
typedef int lt_type;
typedef int lt_desc_attribute;
typedef int lt_layout_attribute;
typedef int lt_preference_attribute;
typedef struct lt_handle_of *lt_handle;
typedef struct lt_desc_of *lt_desc;
typedef struct lt_layout_of *lt_layout;
typedef struct lt_preference_of *lt_preference;
typedef struct {
    uint64_t data[8];
} lt_algorithm;
typedef struct {
    lt_algorithm algo;
    size_t workspaceSize;
    lt_status state;
    float wavesCount;
    int reserved[4];
} lt_heuristic;
#endif

enum {
    CUDA_OK = 0,
    CUDA_OUT_OF_MEMORY = 2,
    CUDA_NO_DEVICE = 100,
    CUDA_NO_BINARY = 209,
    CUDA_NEWER_PTX = 222
};
enum { CUDA_CAPABILITY_MAJOR = 75, CUDA_CAPABILITY_MINOR = 76 };
enum { CUDA_STREAM_NON_BLOCKING = 1 };
enum { CUDA_EVENT_NO_TIMING = 2 };

enum { LT_OK = 0, LT_NOT_SUPPORTED = 15 };
enum { LT_FLOAT32 = 0, LT_INT8 = 3, LT_INT32 = 10 };
enum { LT_COMPUTE_FLOAT32 = 68, LT_COMPUTE_INT32 = 72 };
enum { LT_NOT_TRANSPOSED = 0, LT_TRANSPOSED = 1 };
enum { LT_DESC_TRANSPOSE_A = 3, LT_DESC_TRANSPOSE_B = 4 };
enum { LT_LAYOUT_BATCHES = 5, LT_LAYOUT_BATCH_STRIDE = 6 };
enum {
    LT_PREFERENCE_WORKSPACE = 1,
    LT_PREFERENCE_ALIGNMENT_A = 5,
    LT_PREFERENCE_ALIGNMENT_B = 6,
    LT_PREFERENCE_ALIGNMENT_C = 7,
    LT_PREFERENCE_ALIGNMENT_D = 8
};

#endif
