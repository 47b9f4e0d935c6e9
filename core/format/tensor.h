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
    TENSOR_BOOL,
    TENSOR_U16,
    TENSOR_U32,
    TENSOR_U64,
    TENSOR_F8_E4M3, /* no infinities: exponent bias 7, the largest is 448 */
    TENSOR_F8_E5M2,
    TENSOR_OTHER /* nothing converts it; the file says how many bytes it has */
};

struct tensor {
    const char *name;
    enum tensor_type type;
    size_t rank;
    uint64_t dim[8];
    size_t count;     /* elements */
    const void *data; /* in the map; little-endian, perhaps unaligned */
    /* Elements from one index to the next, [rank], where they do not lie densely in rows. */
    const uint64_t *stride;
    size_t bytes;          /* of data, only for TENSOR_OTHER and with STRIDE; else tensor_bytes() */
    const char *type_name; /* what the file calls TENSOR_OTHER; else NULL */
};

#endif
