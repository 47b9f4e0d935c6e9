/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_BUCKETS: which row of each bucket the user asks for, as zeros and ones.
 *
 * Ideal function: y[g, r, i] = 1 where row r is asked of the bucket that its place i is in
 * (batch_code.h), else 0; the user's own, of each group g of its ids. No message, no leakage. All
 * places of all rows are written alike, so that no address depends on an id.
 */
#include "base/workers.h"
#include "protocol/batch_code.h"
#include "protocol/hidden_equal.h"
#include "protocol/placement.h"
#include "protocol/user_ids.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 0 || out->kind != VALUE_USER || out->fraction != 0) {
        return "the result is the user's, of no operands, of integers";
    }
    if (s->buckets == 0 || s->buckets % CODE_COPIES != 0 || s->groups == 0 ||
        p->batch * p->tokens % s->groups != 0) {
        return "buckets are some, a third of them for each place, and groups are equal";
    }
    if (out->dims.dim[0] != 1 || out->dims.dim[1] != s->groups ||
        out->dims.dim[2] != s->table_rows || out->dims.dim[3] != CODE_WIDTH) {
        return "the result is [groups, rows, places]";
    }
    return user_ids_rule(p, s, s->table_rows);
}

struct buckets {
    const struct step *step;
    const int32_t *row_of;
    uint64_t *out;
};

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct buckets *k = context;
    const uint64_t zero = hidden_zero();
    const size_t rows = k->step->table_rows, asked = batch_code_asked(k->step->buckets);

    for (size_t i = begin; i < end; i++) {
        const size_t row = i % rows;
        const int32_t *row_of = k->row_of + i / rows * asked;
        for (unsigned place = 0; place < CODE_WIDTH; place++) {
            const size_t bucket = batch_code_bucket(k->step->buckets, row, place);
            const uint64_t there = (uint64_t) (int64_t) row_of[bucket];
            k->out[i * CODE_WIDTH + place] = 1 & hidden_equal(there, row, zero);
        }
    }
}

static mpcf_status fill(const struct step *s, const struct secure_input *in, uint64_t *out,
                        mpcf_error *err)
{
    struct buckets k = {.step = s, .out = out};

    MPCF_TRY(placement_rows(in, s, &k.row_of, err));
    workers_for(s->groups * s->table_rows, 1024, rows_body, &k);
    return MPCF_OK;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    return fill(s, r->input, out, err);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    if (p->role == ROLE_PROVIDER) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    return fill(s, p->input, out, err);
}

const struct step_operations step_operations_user_buckets = {
    .check = check,
    .axes = axes_none,
    .reference = reference,
    .compute = compute,
};
