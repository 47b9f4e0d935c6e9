/* SPDX-License-Identifier: Apache-2.0 */
/* Steps on what one party has: the provider's numbers, the user's texts, and what the user is told. */
#include "lower/emit_party.h"

#include "graph/owner.h"

value_id emit_user_select(struct lowering *l, value_id x, const struct term *keep)
{
    const struct value *v = value_at(l, x);
    const value_id in[2] = {x, keep->x};
    const value_id out = emit_value(l, VALUE_SHARED, v->dims, v->fraction, v->magnitude);
    const struct term whole = term_whole(l, x, 1, v->dims);

    if (out == VALUE_NONE) {
        return out;
    }
    struct step *s = emit_step(l, STEP_USER_SELECT, out, in, 2);
    for (size_t j = 0; j < MPCF_RANK_MAX; j++) {
        s->views[0].stride[j] = whole.stride[j];
        s->views[1].stride[j] = keep->stride[j];
    }
    s->views[0].weight = 1;
    s->views[1].weight = 1;
    s->views[1].first = keep->first;
    return out;
}

value_id emit_provider(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    const size_t places = node_places(node);
    const struct dims dims = shape_resolve(node->shape, 1, places > 0 ? places : 1);
    const value_id out = emit_value(l, VALUE_PROVIDER, dims, fraction, 0);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_PROVIDER, out, NULL, 0)->node = node;
    }
    return out;
}

value_id emit_user(struct lowering *l, enum step_kind kind, const char *input, uint32_t pad_id,
                   struct dims dims)
{
    const value_id out = emit_value(l, VALUE_USER, dims, 0, 2);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, kind, out, NULL, 0);
        s->input = arena_strdup(l->program->arena, input);
        s->pad_id = pad_id;
    }
    return out;
}

static struct step *set_code(struct step *s, const struct emit_code *code)
{
    s->buckets = code->buckets;
    s->groups = code->groups;
    return s;
}

value_id emit_code_user(struct lowering *l, enum step_kind kind, const struct emit_code *code,
                        struct dims dims)
{
    const value_id out = emit_user(l, kind, code->input, code->pad_id, dims);

    if (out != VALUE_NONE) {
        set_code(&l->program->steps[l->program->step_count - 1], code)->table_rows = code->rows;
    }
    return out;
}

value_id emit_bucket_sums(struct lowering *l, value_id masked, value_id table,
                          const struct emit_code *code, struct dims dims, unsigned magnitude)
{
    const value_id in[2] = {masked, table};
    const unsigned f = value_at(l, masked)->fraction + value_at(l, table)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, magnitude);

    if (out != VALUE_NONE) {
        set_code(emit_step(l, STEP_BUCKET_SUMS, out, in, 2), code);
    }
    return out;
}

value_id emit_user_matmul(struct lowering *l, value_id x, value_id y, struct dims dims,
                          unsigned magnitude)
{
    const value_id in[2] = {x, y};
    const unsigned f = value_at(l, x)->fraction + value_at(l, y)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_USER_MATMUL, out, in, 2);
    }
    return out;
}

value_id emit_user_lookup(struct lowering *l, const char *input, const mpcf_node *table,
                          size_t rows, uint32_t first, struct dims dims, unsigned fraction,
                          unsigned magnitude)
{
    const value_id out = emit_value(l, VALUE_USER, dims, fraction, magnitude);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, STEP_USER_LOOKUP, out, NULL, 0);
        s->input = arena_strdup(l->program->arena, input);
        s->node = table;
        s->table_rows = rows;
        s->row = first;
    }
    return out;
}

void emit_reveal(struct lowering *l, value_id x, const char *output)
{
    const struct value v = *value_at(l, x);
    const value_id out = emit_value(l, VALUE_USER, v.dims, v.fraction, v.magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_REVEAL, out, &x, 1)->input = arena_strdup(l->program->arena, output);
    }
}
