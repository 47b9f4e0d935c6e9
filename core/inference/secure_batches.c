/* SPDX-License-Identifier: Apache-2.0 */
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
                struct secure_plan *plan)
{
    for (size_t i = 0; i < count;) {
        struct secure_plan_run *run = &plan->runs[plan->count++];
        const size_t tokens = placed[i].tokens;

        run->shape = (struct secure_shape){.batch = batch, .tokens = tokens, .exact = exact};
        run->rows = plan->order + i;
        while (i < count && run->count < batch && placed[i].tokens == tokens) {
            plan->order[i] = placed[i].row;
            run->count++;
            i++;
        }
        if (batch * tokens > plan->largest) {
            plan->largest = batch * tokens;
        }
    }
}

mpcf_status secure_plan_create(const struct pipeline *p, const struct corpus *corpus,
                               struct secure_plan *out, mpcf_error *err)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;
    const size_t batch = is_exact ? 1 : (size_t) p->infer.batch;
    struct placed *placed = mpcf_alloc_array(corpus->count, sizeof *placed);
    struct secure_plan plan = {.runs = mpcf_alloc_array(corpus->count, sizeof *plan.runs),
                               .order = mpcf_alloc_array(corpus->count, sizeof *plan.order)};

    if (placed == NULL || plan.runs == NULL || plan.order == NULL) {
        mpcf_free(placed);
        secure_plan_clear(&plan);
        return mpcf_fail_memory(err, corpus->count * sizeof *plan.runs, "the plan of runs");
    }
    place(p, corpus, is_exact, placed);
    cut(placed, corpus->count, batch, is_exact, &plan);
    mpcf_free(placed);
    *out = plan;
    return MPCF_OK;
}

void secure_plan_clear(struct secure_plan *plan)
{
    mpcf_free(plan->runs);
    mpcf_free(plan->order);
    *plan = (struct secure_plan){0};
}

mpcf_status secure_rows_create(const struct secure_plan *plan, struct secure_rows *out,
                               mpcf_error *err)
{
    int32_t *block = mpcf_secret_alloc(3 * plan->largest, sizeof *block);

    if (block == NULL) {
        return mpcf_fail_memory(err, 3 * plan->largest * sizeof *block, "the inputs of a run");
    }
    out->ids = block;
    out->types = block + plan->largest;
    out->mask = block + 2 * plan->largest;
    out->input = (struct secure_input){out->ids, out->types, out->mask};
    return MPCF_OK;
}

void secure_rows_clear(struct secure_rows *rows)
{
    mpcf_secret_free(rows->ids);
    *rows = (struct secure_rows){0};
}

void secure_rows_fill(struct secure_rows *rows, const struct secure_plan_run *run,
                      const struct corpus *corpus)
{
    const size_t tokens = run->shape.tokens;

    for (size_t i = 0; i < run->shape.batch; i++) {
        const uint32_t row = run->rows[i < run->count ? i : run->count - 1];
        const struct corpus_item *item = &corpus->items[row];

        for (size_t t = 0; t < tokens; t++) {
            const bool is_real = t < item->length;

            rows->ids[i * tokens + t] = is_real ? item->ids[t] : corpus->pad_id;
            rows->types[i * tokens + t] = is_real ? item->types[t] : 0;
            rows->mask[i * tokens + t] = is_real;
        }
    }
}
