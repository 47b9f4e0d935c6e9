/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_SLOTS: in which bucket each of the user's ids is found, as rows of zeros with one 1.
 *
 * Ideal function: y[b, t, j] = [the row ids[b, t] is asked of bucket j] (USER_BUCKETS), the user's own.
 * No message, no leakage. All columns are written for each id, so that no address depends on it.
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
    if (out->dims.dim[0] != 1 || out->dims.dim[1] != p->batch || out->dims.dim[2] != p->tokens ||
        out->dims.dim[3] != batch_code_asked(s->buckets)) {
        return "the result is [batch, tokens, buckets]";
    }
    return user_ids_rule(p, s, s->table_rows);
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    (void) p, (void) s;
    axes_take(out, 1, 1u << 2);
}

struct slots {
    const int32_t *slot;
    uint64_t *out;
    size_t columns;
};

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct slots *k = context;
    const uint64_t zero = hidden_zero();

    for (size_t r = begin; r < end; r++) {
        const uint64_t slot = (uint64_t) (int64_t) k->slot[r];
        uint64_t *row = k->out + r * k->columns;
        for (size_t c = 0; c < k->columns; c++) {
            row[c] = 1 & hidden_equal(slot, c, zero);
        }
    }
}

static mpcf_status fill(const struct program *p, const struct step *s,
                        const struct secure_input *in, uint64_t *out, mpcf_error *err)
{
    struct slots k = {.out = out, .columns = step_out(p, s)->dims.dim[3]};

    MPCF_TRY(placement_slots(in, s, &k.slot, err));
    workers_for(p->batch * p->tokens, 16, rows_body, &k);
    return MPCF_OK;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    return fill(r->program, s, r->input, out, err);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    if (p->role == ROLE_PROVIDER) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    return fill(p->program, s, p->input, out, err);
}

const struct step_operations step_operations_user_slots = {
    .check = check,
    .axes = axes,
    .reference = reference,
    .compute = compute,
};
