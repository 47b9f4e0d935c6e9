/* SPDX-License-Identifier: Apache-2.0 */
/* Groups a corpus by padded length, and cuts each length into batches. */
#include "inference/secure_batches.h"

#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/padded_length.h"

struct placed {
    size_t tokens;
    uint32_t row;
};

static int by_tokens(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->tokens != y->tokens) {
        return x->tokens < y->tokens ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

static void place(const struct pipeline *p, const struct corpus *corpus, bool exact,
                  struct placed *placed)
{
    for (size_t i = 0; i < corpus->count; i++) {
        const size_t length = corpus->items[i].length;

        placed[i].tokens = exact ? length : pipeline_padded_length(p, length);
        placed[i].row = (uint32_t) i;
    }
    qsort(placed, corpus->count, sizeof *placed, by_tokens);
}

static void cut(const struct placed *placed, size_t count, size_t batch, bool exact,
                struct secure_batches *batches)
{
    for (size_t i = 0; i < count;) {
        struct secure_batch *b = &batches->items[batches->count++];
        const size_t tokens = placed[i].tokens;

        b->shape = (struct secure_shape){.batch = batch, .tokens = tokens, .exact = exact};
        b->rows = batches->order + i;
        while (i < count && b->count < batch && placed[i].tokens == tokens) {
            batches->order[i] = placed[i].row;
            b->count++;
            i++;
        }
        if (batch * tokens > batches->largest) {
            batches->largest = batch * tokens;
        }
    }
}

mpcf_status secure_batches_create(const struct pipeline *p, const struct corpus *corpus,
                                  struct secure_batches *out, mpcf_error *err)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;
    const size_t batch = is_exact ? 1 : (size_t) p->infer.batch;
    struct placed *placed = mpcf_alloc_array(corpus->count, sizeof *placed);
    struct secure_batches batches = {
        .items = mpcf_alloc_array(corpus->count, sizeof *batches.items),
        .order = mpcf_alloc_array(corpus->count, sizeof *batches.order)};

    mpcf_status status = MPCF_OK;

    if (placed != NULL && batches.items != NULL && batches.order != NULL) {
        place(p, corpus, is_exact, placed);
        cut(placed, corpus->count, batch, is_exact, &batches);
        *out = batches;
    } else {
        status = mpcf_fail_memory(err, corpus->count * sizeof *batches.items, "the batches");
        secure_batches_clear(&batches);
    }
    mpcf_free(placed);
    return status;
}

static int by_first_row(const void *a, const void *b)
{
    const struct secure_batch *x = a, *y = b;

    return x->rows[0] < y->rows[0] ? -1 : x->rows[0] > y->rows[0];
}

void secure_batches_by_row(struct secure_batches *batches)
{
    qsort(batches->items, batches->count, sizeof *batches->items, by_first_row);
}

uint32_t secure_batches_left(const struct secure_batches *batches)
{
    uint64_t count = 0;

    for (size_t i = 0; i < batches->count; i++) {
        count += batches->items[i].is_done ? 0 : batches->items[i].shape.batch;
    }
    return count < UINT32_MAX ? (uint32_t) count : UINT32_MAX;
}

void secure_batches_clear(struct secure_batches *batches)
{
    mpcf_free(batches->items);
    mpcf_free(batches->order);
    *batches = (struct secure_batches){0};
}
