/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers of shares, used again: a run takes and gives back gigabytes, and fresh pages cost more
 * than the arithmetic on them. Wiped when the pool ends.
 */
#ifndef MPCF_RING_SHARE_POOL_H
#define MPCF_RING_SHARE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct share_pool;

struct share_pool *share_pool_create(void);       /* NULL: memory */
void share_pool_destroy(struct share_pool *pool); /* NULL is fine */
/* COUNT words that hold anything; NULL: memory. Of one thread at a time. */
uint64_t *share_pool_take(struct share_pool *pool, size_t count);
void share_pool_give(struct share_pool *pool, void *words); /* NULL is fine */

#endif
