/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROVIDER: a constant of the graph, the provider's own.
 *
 * Ideal function: y = round(2^f w), known to the provider. No message, no leakage. Weights that
 * steps read only as a matrix are not copied: of these there is an arrangement.
 */
#include "protocol/step_operations.h"
#include "protocol/weights.h"

static const char *check(const struct program *p, const struct step *s)
{
    return s->in_count == 0 && step_out(p, s)->kind == VALUE_PROVIDER
               ? NULL
               : "the result is the provider's, of no operands";
}

static bool is_arranged(enum step_weight weight)
{
    return weight == WEIGHT_MATRIX || weight == WEIGHT_ROWS;
}

/* Whether a step reads it as anything but a matrix. */
static bool is_read_plainly(const struct program *p, const struct step *s)
{
    for (size_t i = s->index + (size_t) 1; i < p->step_count; i++) {
        const struct step *t = &p->steps[i];
        for (size_t j = 0; j < t->in_count; j++) {
            if (t->in[j] == s->out && !(is_arranged(t->operations->weight) && j == 1)) {
                return true;
            }
        }
    }
    return false;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    if (!is_read_plainly(r->program, s)) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(reference_value(r, s, &out, err));
    weights_read(r->weights, s->index, 0, out, step_out(r->program, s)->dims.count);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    if (p->role == ROLE_USER || !is_read_plainly(p->program, s)) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    weights_read(p->weights, s->index, 0, out, step_out(p->program, s)->dims.count);
    return MPCF_OK;
}

/* Whether T, which reads V, is a sum that is shared modulo 2^k, k V's own ring or less. */
static bool only_adds(const struct program *p, const struct step *t, const struct value *v)
{
    return t->operations->adds && step_out(p, t)->kind == VALUE_SHARED &&
           step_out(p, t)->ring <= v->magnitude;
}

/* A bias may be beyond its sum's range, where the rest of the sum brings it back. */
static bool is_added_alone(const struct program *p, const struct step *s)
{
    for (size_t i = s->index + (size_t) 1; i < p->step_count; i++) {
        const struct step *t = &p->steps[i];

        for (size_t j = 0; j < t->in_count; j++) {
            if (t->in[j] == s->out && !only_adds(p, t, step_out(p, s))) {
                return false;
            }
        }
    }
    return true;
}

static void constant(const struct program *p, const struct step *s, struct weight_form *form)
{
    const struct value *v = step_out(p, s);

    *form = (struct weight_form){v->node, v->dims.count, v->fraction, v->magnitude,
                                 is_added_alone(p, s)};
}

const struct step_operations step_operations_provider = {
    .independence = INDEPENDENT_ALWAYS,
    .constant = constant,
    .check = check,
    .axes = axes_none,
    .reference = reference,
    .compute = compute,
};
