/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_ONE_HOT: the user's ids, or the positions that follow from them, as rows of zeros with one 2^f.
 *
 * Ideal function: y[b, t, c] = 2^f [ids[b, t] = c], the user's own. No message, no leakage. All
 * columns are written for each id, so that no address depends on it.
 */
#include "base/workers.h"
#include "protocol/hidden_equal.h"
#include "protocol/user_ids.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 0 || out->kind != VALUE_USER) {
        return "the result is the user's, of no operands";
    }
    if (out->dims.dim[0] != 1 || out->dims.dim[1] != p->batch || out->dims.dim[2] != p->tokens) {
        return "the result is [batch, tokens, columns]";
    }
    return user_ids_rule(p, s, out->dims.dim[3]);
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    (void) p, (void) s;
    axes_take(out, 1, 1u << 2);
}

struct one_hot {
    struct user_ids ids;
    uint64_t *out;
    size_t columns;
    uint64_t one;
};

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct one_hot *o = context;
    const uint64_t zero = hidden_zero();

    for (size_t r = begin; r < end; r++) {
        uint64_t id = (uint64_t) (int64_t) user_id(&o->ids, r);
        uint64_t *row = o->out + r * o->columns;
        for (size_t c = 0; c < o->columns; c++) {
            row[c] = o->one & hidden_equal(id, c, zero);
        }
    }
}

static mpcf_status fill(const struct program *p, const struct step *s,
                        const struct secure_input *in, uint64_t *out, mpcf_error *err)
{
    struct one_hot o = {.out = out, .columns = step_out(p, s)->dims.dim[3]};

    o.one = UINT64_C(1) << step_out(p, s)->fraction;
    MPCF_TRY(user_ids(p, s, in, o.columns, &o.ids, err));
    workers_for(p->batch * p->tokens, 1, rows_body, &o);
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

const struct step_operations step_operations_user_one_hot = {
    .check = check,
    .axes = axes,
    .reference = reference,
    .compute = compute,
};
