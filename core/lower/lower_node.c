/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node is lowered once, when something first asks for its value; truncations of it are made once
 * for each fraction that a reader asks for.
 */
#include "lower/lower_node.h"

#include <assert.h>

#include "graph/owner.h"
#include "lower/emit.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/magnitude.h"
#include "lower/range_check.h"

void lower_enter(struct lowering *l, const mpcf_node *node)
{
    l->node = node;
    l->function = program_function(l->program, node->function);
}

/* The value's magnitude is that of its node's range. */
static void mark_measured(struct lowering *l, value_id id)
{
    if (l->status == MPCF_OK && id < l->program->value_count) {
        l->program->values[id].is_inner = false;
    }
}

static void lower_node(struct lowering *l, const mpcf_node *node)
{
    struct lowered *out = &l->nodes[node->id];

    if (out->is_done || l->status != MPCF_OK) {
        return;
    }
    out->is_done = true;
    out->raw = VALUE_NONE;
    if (node->kind == OP_TAP) {
        lower_node(l, node->in[0]);
        *out = l->nodes[node->in[0]->id];
        return;
    }
    const mpcf_node *outer = l->node;
    const uint32_t outer_function = l->function;
    lower_enter(l, node);
    if (node_is_constant(node)) { /* an operation with no shorter way for constants asked */
        out->raw = lower_constant(l, node, l->options->weight_fraction);
    } else {
        l->operation_of(l, node)(l, node, out);
    }
    l->node = outer;
    l->function = outer_function;
    if (l->status == MPCF_OK) {
        assert(out->is_uniform || out->raw != VALUE_NONE);
    }
    mark_measured(l, out->raw);
}

/* A public number as a value, for operations that have no shorter way. */
static value_id emit_uniform(struct lowering *l, const mpcf_node *node, double c)
{
    const unsigned f = l->options->value_fraction + 4;
    const int64_t integer = (int64_t) (c * (double) (1 << f) + (c < 0 ? -0.5 : 0.5));

    return emit_combine(l, node_dims(l, node), f, magnitude_of(c, f), NULL, 0, integer);
}

value_id lower_raw(struct lowering *l, const mpcf_node *node)
{
    node = node_past_taps(node);
    lower_node(l, node);
    struct lowered *n = &l->nodes[node->id];
    if (n->is_uniform && n->raw == VALUE_NONE) {
        n->raw = emit_uniform(l, node, n->uniform);
    }
    return n->raw;
}

value_id lower_at(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    node = node_past_taps(node);
    const value_id raw = lower_raw(l, node);
    struct lowered *n = &l->nodes[node->id];

    if (value_at(l, raw)->fraction < fraction) {
        fraction = value_at(l, raw)->fraction;
    }
    if (l->status != MPCF_OK ||
        (value_at(l, raw)->fraction == fraction && !range_is_checked(l, node))) {
        return raw;
    }
    for (size_t i = 0; i < n->form_count; i++) {
        if (value_at(l, n->forms[i])->fraction == fraction) {
            return n->forms[i];
        }
    }
    const mpcf_node *reader = l->node; /* the truncation is the node's own */
    const uint32_t function = l->function;
    lower_enter(l, node);
    const value_id form = range_checked(l, node, emit_at(l, raw, fraction));
    mark_measured(l, form);
    l->node = reader;
    l->function = function;
    if (n->form_count < FORMS_MAX) {
        n->forms[n->form_count++] = form;
    }
    return form;
}

value_id lower_wanted(struct lowering *l, const mpcf_node *node)
{
    node = node_past_taps(node);
    const int want = l->nodes[node->id].want;

    return lower_at(l, node, want < 0 ? 0 : (unsigned) want);
}

bool lower_is_uniform(struct lowering *l, const mpcf_node *node, double *number)
{
    node = node_past_taps(node);
    lower_node(l, node);
    *number = l->nodes[node->id].uniform;
    return l->status == MPCF_OK && l->nodes[node->id].is_uniform;
}

/* The first rows of what was rounded once for all lengths. */
static value_id places_of(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    const size_t places = node_places(node);
    const struct dims dims = node_dims(l, node);

    if (l->tokens > places) {
        lower_fail(l, MPCF_E_INVALID, "%zu tokens, but '%s' has positions for %zu", l->tokens,
                   node->name, places);
        return VALUE_NONE;
    }
    const value_id all = emit_provider(l, node, fraction);
    const struct term t = term_whole(l, all, 1, dims);
    return emit_combine(l, dims, fraction, 0, &t, 1, 0);
}

value_id lower_constant(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    struct lowered *n = &l->nodes[node->id];

    for (size_t i = 0; i < n->form_count; i++) {
        if (value_at(l, n->forms[i])->fraction == fraction) {
            return n->forms[i];
        }
    }
    const value_id id =
        node_has_tokens(node) ? places_of(l, node, fraction) : emit_provider(l, node, fraction);
    if (n->form_count < FORMS_MAX) {
        n->forms[n->form_count++] = id;
    }
    return id;
}
