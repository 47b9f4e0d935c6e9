/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_LOOKUP: rows of a table that the user has, too (embedding: public).
 *
 * Ideal function: y[b, t] = round(2^f table[ids[b, t]]), or round(2^f table[row + t]) for
 * places; the user's own. No message, no leakage. For ids the whole table is read, so that no
 * address depends on them.
 */
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "protocol/user_ids.h"
#include "protocol/weights.h"

static bool is_positions(const struct step *s)
{
    return strcmp(s->input, "positions") == 0;
}

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 0 || out->kind != VALUE_USER) {
        return "the result is the user's, of no operands";
    }
    if (s->input == NULL) {
        return "it names no input";
    }
    if (s->table_rows == 0) {
        return "the table has no rows";
    }
    size_t batch = is_positions(s) ? 1 : p->batch;
    if (out->dims.dim[0] != 1 || out->dims.dim[1] != batch || out->dims.dim[2] != p->tokens) {
        return "the result is [batch, tokens, columns], or [1, tokens, columns] of positions";
    }
    if (is_positions(s) && s->row + p->tokens > s->table_rows) {
        return "the table has too few positions";
    }
    return is_positions(s) ? NULL : user_ids_rule(p, s, s->table_rows);
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    (void) p, (void) s;
    axes_take(out, 1, 1u << 2);
}

struct lookup {
    const struct program *program;
    const struct step *step;
    const struct weights *weights;
    struct user_ids ids;
    uint64_t *out;
};

enum { AT_ONCE = 16 }; /* rows that one reading of the table gives */

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct lookup *l = context;
    size_t columns = step_out(l->program, l->step)->dims.dim[MPCF_RANK_MAX - 1];
    int32_t ids[AT_ONCE];

    for (size_t i = begin; i < end; i += AT_ONCE) {
        const size_t n = end - i < AT_ONCE ? end - i : AT_ONCE;
        for (size_t k = 0; k < n; k++) {
            ids[k] = user_id(&l->ids, i + k);
        }
        weights_pick(l->weights, l->program, l->step->index, ids, n, l->out + i * columns);
    }
    mpcf_wipe(ids, sizeof ids);
}

static mpcf_status fill(const struct program *p, const struct step *s, const struct weights *w,
                        const struct secure_input *in, uint64_t *out, mpcf_error *err)
{
    const struct dims *d = &step_out(p, s)->dims;
    struct lookup l = {.program = p, .step = s, .weights = w, .out = out};

    if (w == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "the user has no table for '%s'",
                         step_out(p, s)->node);
    }
    if (is_positions(s)) {
        weights_read(w, s->index, (size_t) s->row * d->dim[3], out, d->count);
        return MPCF_OK;
    }
    MPCF_TRY(user_ids(p, s, in, s->table_rows, &l.ids, err));
    workers_for(p->batch * p->tokens, AT_ONCE, rows_body, &l);
    return MPCF_OK;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    return fill(r->program, s, r->weights, r->input, out, err);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    if (p->role == ROLE_PROVIDER) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    return fill(p->program, s, p->weights, p->input, out, err);
}

/* The whole table. Rows that no text of the calibration had may be larger than the range. */
static void constant(const struct program *p, const struct step *s, struct weight_form *form)
{
    const struct value *v = step_out(p, s);
    size_t count = s->table_rows * v->dims.dim[MPCF_RANK_MAX - 1];

    *form = (struct weight_form){v->node, count, v->fraction, 32, false};
}

const struct step_operations step_operations_user_lookup = {
    .has_user_range = true,
    .constant = constant,
    .is_public_table = true,
    .check = check,
    .axes = axes,
    .reference = reference,
    .compute = compute,
};
