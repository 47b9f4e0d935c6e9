/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the buffers that were given back serves the next that is asked for. */
#include "ring/share_pool.h"

#include <assert.h>
#include <stdbool.h>

#include "base/memory.h"

struct pool_block {
    uint64_t *words;
    size_t count;
    bool is_taken;
};

struct share_pool {
    struct pool_block *blocks;
    size_t count, capacity;
};

struct share_pool *share_pool_create(void)
{
    return mpcf_alloc_array(1, sizeof(struct share_pool));
}

void share_pool_destroy(struct share_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (size_t i = 0; i < pool->count; i++) {
        mpcf_secret_free(pool->blocks[i].words);
    }
    mpcf_free(pool->blocks);
    mpcf_free(pool);
}

/* The smallest free block that fits and wastes at most half of itself, or NULL. */
static struct pool_block *find_free(struct share_pool *pool, size_t count)
{
    struct pool_block *best = NULL;

    for (size_t i = 0; i < pool->count; i++) {
        struct pool_block *b = &pool->blocks[i];
        if (!b->is_taken && b->count >= count && b->count <= 2 * count &&
            (best == NULL || b->count < best->count)) {
            best = b;
        }
    }
    return best;
}

static struct pool_block *add_block(struct share_pool *pool, size_t count)
{
    if (pool->count == pool->capacity) {
        size_t wanted = pool->capacity == 0 ? 64 : 2 * pool->capacity;
        struct pool_block *grown =
            pool->blocks == NULL
                ? mpcf_alloc_array(wanted, sizeof *grown)
                : mpcf_grow_array(pool->blocks, pool->capacity, wanted, sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        pool->blocks = grown;
        pool->capacity = wanted;
    }
    uint64_t *words = mpcf_secret_alloc(count, sizeof *words);
    if (words == NULL) {
        return NULL;
    }
    pool->blocks[pool->count] = (struct pool_block){.words = words, .count = count};
    return &pool->blocks[pool->count++];
}

uint64_t *share_pool_take(struct share_pool *pool, size_t count)
{
    size_t wanted = count < 16 ? 16 : count;
    struct pool_block *b = find_free(pool, wanted);

    if (b == NULL) {
        b = add_block(pool, wanted);
    }
    if (b == NULL) {
        return NULL;
    }
    b->is_taken = true;
    return b->words;
}

void share_pool_give(struct share_pool *pool, void *words)
{
    if (words == NULL) {
        return;
    }
    for (size_t i = 0; i < pool->count; i++) {
        if (pool->blocks[i].words == words) {
            assert(pool->blocks[i].is_taken);
            pool->blocks[i].is_taken = false;
            return;
        }
    }
    assert(!"a block of this pool");
}
