/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a loop over many elements becomes blocks with scratch memory, on all workers.
 */
#include "protocol/blocks.h"

#include "base/memory.h"
#include "base/workers.h"

struct block_loop {
    block_body *body;
    void *context;
    size_t count;
};

static void run_blocks(void *context, size_t begin, size_t end)
{
    const struct block_loop *loop = context;
    uint64_t scratch[BLOCK_SCRATCH][BLOCK_LENGTH];

    for (size_t b = begin; b < end; b++) {
        size_t first = b * BLOCK_LENGTH, left = loop->count - first;
        loop->body(loop->context, first, left < BLOCK_LENGTH ? left : BLOCK_LENGTH, scratch);
    }
    mpcf_wipe(scratch, sizeof scratch);
}

void blocks_for(size_t count, block_body *body, void *context)
{
    struct block_loop loop = {.body = body, .context = context, .count = count};

    workers_for((count + BLOCK_LENGTH - 1) / BLOCK_LENGTH, 8, run_blocks, &loop);
}
