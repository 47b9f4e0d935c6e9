/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the digits and sums of a product modulo 2^k lie, and into how many pieces its depth is cut.
 */
#ifndef MPCF_CUDA_RING_LAYOUT_H
#define MPCF_CUDA_RING_LAYOUT_H

#include <stddef.h>

#include "device/device_operations.h"

#define RING_PADDING                                                                               \
    16 /* of rows, columns and depth: cuBLASLt's int8 products, fast on every chip */

struct ring_layout {
    struct device_ring_product product;
    unsigned digits;                /* n, and how many groups of sums */
    size_t rows, columns;           /* padded */
    size_t pieces, piece, depth;    /* of the depth: how many, elements in each, padded */
    size_t left_bytes, right_bytes; /* digits of one piece, all of the batch */
    size_t sums_bytes;              /* of all groups */
    size_t left_at, right_at, sums_at,
        bytes; /* offsets in scratch memory, and its length up to here */
};

/* MPCF_E_SHAPE: more than a memory holds. */
mpcf_status ring_layout_make(const struct device_ring_product *product, struct ring_layout *out,
                             mpcf_error *err);
/* Elements of the depth in piece I: less in the last. */
size_t ring_layout_piece(const struct ring_layout *l, size_t i);

#endif
