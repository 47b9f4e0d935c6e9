/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/step_operations.h"

#include <assert.h>

#include "base/memory.h"

/* A kind without a row does not link. */
const struct step_operations *const step_operations[STEP_COUNT] = {
#define STEP_OPERATIONS_ENTRY(upper, lower) [STEP_##upper] = &step_operations_##lower,
    STEP_MAP(STEP_OPERATIONS_ENTRY)
#undef STEP_OPERATIONS_ENTRY
};

void step_cost(const struct program *p, const struct step *s, struct step_cost *cost)
{
    *cost = (struct step_cost){0};
    step_operations[s->kind]->cost(p, s, cost);
}

const char *step_name(enum step_kind kind)
{
    return step_operations[kind]->name;
}

bool step_is_offline(const struct program *p, const struct step *s)
{
    struct step_cost cost;
    step_cost(p, s, &cost);
    return cost.rounds == 0 && step_out(p, s)->is_input_independent;
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
    for (size_t i = 0; i < s->in_count; ++i) {
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
