/* SPDX-License-Identifier: Apache-2.0 */
/* What follows of a step from its kind's row, and what rows share. */
#include "protocol/step_operations.h"

#include <assert.h>

#include "base/memory.h"

void step_axes(const struct program *p, const struct step *s, struct value *out)
{
    const struct step_operations *o = s->operations;

    if (o->axes != NULL) {
        o->axes(p, s, out);
    } else {
        axes_take_of(step_in(p, s, 0), out);
    }
}

bool step_is_independent(const struct program *p, const struct step *s)
{
    enum step_independence when = s->operations->independence;
    bool is_independent =
        when == INDEPENDENT_ALWAYS || (when == INDEPENDENT_AS_OPERANDS && step_rounds(p, s) == 0);

    for (size_t i = 0; when == INDEPENDENT_AS_OPERANDS && i < s->in_count; i++) {
        is_independent = is_independent && step_in(p, s, i)->is_input_independent;
    }
    return is_independent;
}

void step_cost(const struct program *p, const struct step *s, struct step_cost *cost)
{
    const struct step_operations *o = s->operations;

    *cost = (struct step_cost){.rounds = step_rounds(p, s)};
    assert(cost->rounds <= STEP_ROUNDS_MAX);
    if (o->cost != NULL) {
        o->cost(p, s, cost);
    }
}

mpcf_status step_wrote(const struct step *s, size_t wrote, size_t wanted, mpcf_error *err)
{
    return wrote == wanted
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s) wrote %zu bytes, its cost says %zu",
                           (unsigned) s->index, step_name(s->kind), wrote, wanted);
}

bool step_is_offline(const struct program *p, const struct step *s)
{
    return step_out(p, s)->is_input_independent && step_rounds(p, s) == 0;
}

unsigned one_round(const struct program *p, const struct step *s)
{
    (void) p, (void) s;
    return 1;
}

void axes_none(const struct program *p, const struct step *s, struct value *out)
{
    (void) p, (void) s, (void) out;
}

void axes_take(struct value *out, int batch_axis, unsigned token_axes)
{
    if (batch_axis >= 0 && out->dims.dim[batch_axis] > 1) {
        out->batch_axis = (int8_t) batch_axis;
    }
    for (unsigned i = 0; i < MPCF_RANK_MAX; i++) {
        if ((token_axes >> i & 1) != 0 && out->dims.dim[i] > 1) {
            out->token_axes = (uint8_t) (out->token_axes | 1u << i);
        }
    }
}

void axes_take_of(const struct value *x, struct value *out)
{
    axes_take(out, x->batch_axis, x->token_axes);
}

size_t value_rows(const struct value *v)
{
    return v->dims.count / v->dims.dim[MPCF_RANK_MAX - 1];
}

bool value_is_held(const struct value *v, enum role role)
{
    return v->kind != (role == ROLE_PROVIDER ? VALUE_USER : VALUE_PROVIDER);
}

bool value_is_owned(const struct value *v)
{
    return v->kind == VALUE_USER || v->kind == VALUE_PROVIDER;
}

const char *check_owned(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (out->kind != VALUE_SHARED && !value_is_owned(out)) {
        return "the result is a shared or owned value";
    }
    for (size_t i = 0; i < s->in_count; i++) {
        const struct value *x = step_in(p, s, i);
        if (x->kind == VALUE_BITS || x->kind == VALUE_MASKED) {
            return "operands are shared or owned values, not bits or masked";
        }
        if (value_is_owned(out) && x->kind != out->kind) {
            return "an owned result has operands of the same owner";
        }
    }
    return NULL;
}

size_t bits_elements(const struct value *v)
{
    return v->dims.dim[MPCF_RANK_MAX - 1];
}

size_t bits_words(const struct value *v)
{
    return (bits_elements(v) + 63) / 64;
}

/* Words that hold a share of V. */
static size_t value_words(const struct value *v)
{
    return v->kind == VALUE_BITS ? value_rows(v) * bits_words(v) : v->dims.count;
}

mpcf_status reference_value(struct reference_state *r, const struct step *s, uint64_t **out,
                            mpcf_error *err)
{
    size_t count = value_words(step_out(r->program, s));

    assert(r->x[s->out] == NULL);
    r->x[s->out] = share_pool_take(r->pool, count);
    if (r->x[s->out] == NULL) {
        return mpcf_fail_memory(err, count * sizeof(uint64_t), "values");
    }
    *out = r->x[s->out];
    return MPCF_OK;
}

mpcf_status party_result(struct party *p, const struct step *s, uint64_t **out, mpcf_error *err)
{
    size_t count = value_words(step_out(p->program, s));

    assert(p->share[s->out] == NULL);
    p->share[s->out] = share_pool_take(p->pool, count);
    if (p->share[s->out] == NULL) {
        return mpcf_fail_memory(err, count * sizeof(uint64_t), "shares");
    }
    *out = p->share[s->out];
    return MPCF_OK;
}

const uint64_t *party_operand(const struct party *p, const struct step *s, size_t i)
{
    return p->share[s->in[i]];
}

struct message party_correction(const struct party *p, const struct step *s)
{
    assert(p->role == ROLE_USER);
    return (struct message){.data = p->correction[s->index].data,
                            .length = p->correction[s->index].length};
}
