/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementwise loops in blocks that stay in the cache, on all workers.
 */
#ifndef MPCF_PROTOCOL_BLOCKS_H
#define MPCF_PROTOCOL_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define BLOCK_LENGTH                                                                               \
    1024 /* a multiple of 64, so that blocks start at whole bytes of packed arrays */
#define BLOCK_SCRATCH 6

/* BODY(context, first, n, scratch) for blocks of N <= BLOCK_LENGTH elements from FIRST on;
 * scratch rows hold anything, and are wiped at the end. */
typedef void block_body(void *context, size_t first, size_t n, uint64_t (*scratch)[BLOCK_LENGTH]);
void blocks_for(size_t count, block_body *body, void *context);

#endif
