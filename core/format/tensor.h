/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tensor as it lies in a file.
 */
#ifndef MPCF_FORMAT_TENSOR_H
#define MPCF_FORMAT_TENSOR_H

#include <stddef.h>
#include <stdint.h>

enum tensor_type {
    TENSOR_F32,
    TENSOR_F16,
    TENSOR_BF16,
    TENSOR_F64,
    TENSOR_I8,
    TENSOR_U8,
    TENSOR_I16,
    TENSOR_I32,
    TENSOR_I64,
    TENSOR_BOOL
};

struct tensor {
    const char *name;
    enum tensor_type type;
    size_t rank;
    uint64_t dim[8];
    size_t count;     /* elements */
    const void *data; /* in the map; little-endian, perhaps unaligned */
};

#endif
