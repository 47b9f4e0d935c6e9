/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole graph, from its outputs back; and which lowering each operation has.
 */
#include "lower/lower.h"

#include <math.h>

#include "base/memory.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/fractions.h"
#include "lower/growth.h"
#include "lower/headroom.h"
#include "lower/lookup_table.h"
#include "lower/lower_elementwise.h"
#include "lower/lower_embedding.h"
#include "lower/lower_gate.h"
#include "lower/lower_inverse.h"
#include "lower/lower_label.h"
#include "lower/lower_linear.h"
#include "lower/lower_lookup.h"
#include "lower/lower_node.h"
#include "lower/lower_piecewise.h"
#include "lower/lower_row_max.h"
#include "lower/lower_rows.h"
#include "lower/lower_shape.h"
#include "lower/lower_table.h"
#include "lower/lowering.h"
#include "lower/magnitude.h"
#include "lower/range_check.h"
#include "lower/ring_search.h"

static void lower_nothing(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    (void) out;
    lower_fail(l, MPCF_E_UNSUPPORTED, "'%s' is no operation of a secure run here", node->name);
}

/* A measured constant that all know. */
static void lower_public(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    if (node->owner != MPCF_PUBLIC || !isfinite(node->real)) {
        lower_fail(l, MPCF_E_INVALID,
                   "'%s': the public constant's value is not known: the stage "
                   "convert measures it",
                   node->name);
        return;
    }
    out->is_uniform = true;
    out->uniform = node->real;
}

static lower_op *const table[OP_COUNT] = {
    [OP_INPUT] = lower_input,
    [OP_PARAMETER] = lower_public, /* the provider's go through lower_constant() */
    [OP_LINEAR] = lower_linear,
    [OP_MATMUL] = lower_matmul,
    [OP_EMBEDDING] = lower_embedding,
    [OP_POSITIONS] = lower_nothing,
    [OP_ADD] = lower_sum,
    [OP_SUB] = lower_sum,
    [OP_MUL] = lower_mul,
    [OP_OFFSET] = lower_offset,
    [OP_SCALE] = lower_scale,
    [OP_SQUARE] = lower_square,
    [OP_POLY] = lower_poly,
    [OP_PIECEWISE] = lower_piecewise,
    [OP_RELU] = lower_relu,
    [OP_EXP] = lower_exp,
    [OP_ERF] = lower_erf,
    [OP_TANH] = lower_tanh,
    [OP_RECIPROCAL] = lower_reciprocal,
    [OP_RSQRT] = lower_rsqrt,
    [OP_ROW_SUM] = lower_row_sum,
    [OP_ROW_MAX] = lower_row_max,
    [OP_MASK] = lower_mask,
    [OP_LAYER_NORM] = lower_nothing, /* opened by a pass, as are the next three */
    [OP_SPLIT_HEADS] = lower_split_heads,
    [OP_MERGE_HEADS] = lower_merge_heads,
    [OP_SLICE] = lower_slice,
    [OP_TOKEN] = lower_token,
    [OP_TAKE_HEADS] = lower_take_heads,
    [OP_JOIN_HEADS] = lower_join_heads,
    [OP_DROPOUT] = lower_nothing,
    [OP_STOP_GRADIENT] = lower_nothing,
    [OP_TAP] = lower_nothing, /* transparent: see lower_node.c */
    [OP_FUSED] = lower_nothing,
    [OP_PIECEWISE_SINES] = lower_piecewise_sines,
    [OP_LOOKUP] = lower_table,
    [OP_PIECEWISE_OF] = lower_piecewise,
    [OP_CONCAT] = lower_nothing,
    [OP_CENTER] = lower_center,
    [OP_ROW_MEAN_SQUARE] = lower_row_mean_square,
    [OP_SCALE_COLUMNS] = lower_scale_columns,
    [OP_MATMUL_MASKED] = lower_matmul_masked,
};

static lower_op *operation_of(const struct lowering *l, const mpcf_node *node)
{
    if (lower_is_gate(node)) {
        return lower_gate;
    }
    return l->options->embedding_public && lower_is_lookup(node) ? lower_lookup : table[node->kind];
}

/* The logits with all the bits that they have: a truncation would decide between near ones by the
 * rounding of shares. */
static value_id whole_logits(struct lowering *l, const mpcf_node *node)
{
    const value_id raw = lower_raw(l, node);
    const struct value v = *value_at(l, raw);

    if (v.magnitude > LABEL_MAGNITUDE_MAX) {
        const unsigned beyond = v.magnitude - LABEL_MAGNITUDE_MAX;

        return lower_at(l, node, v.fraction > beyond ? v.fraction - beyond : 0);
    }
    if (v.magnitude == 0) {
        const struct term whole = term_whole(l, raw, 1, v.dims);

        return emit_combine(l, v.dims, v.fraction, lower_magnitude(l, node, v.fraction), &whole, 1,
                            0);
    }
    return raw;
}

/* Nodes that no reader asked for in a form of its own are compared as they are. */
static void compare_rest(struct lowering *l)
{
    for (size_t i = 0; i < graph_count(l->graph) && l->status == MPCF_OK; i++) {
        const mpcf_node *node = graph_node(l->graph, i);

        if (l->nodes[i].is_done && node->kind != OP_TAP && range_is_checked(l, node) &&
            !l->checks[i].is_compared) {
            (void) range_checked(l, node, lower_raw(l, node));
        }
    }
}

static void reveal(struct lowering *l, const struct graph_output *output, value_id answer)
{
    if (l->checks != NULL) {
        compare_rest(l);
        answer = range_marked(l, answer);
        l->program->is_marked = l->outside_most > 0;
    }
    emit_reveal(l, answer, output->name);
}

static void lower_output(struct lowering *l, const struct graph_output *output)
{
    const mpcf_node *node = node_past_taps(output->node);

    lower_enter(l, node);
    if (l->options->reveal_label) {
        const value_id logits = whole_logits(l, node);

        l->function = program_function(l->program, "label");
        reveal(l, output, lower_label(l, logits));
    } else {
        reveal(l, output, lower_at(l, node, l->options->reveal_fraction));
    }
}

/* Who runs the program has room for one. */
static mpcf_status check_outputs(const mpcf_graph *g, mpcf_error *err)
{
    const size_t count = graph_output_count(g);

    if (count != 1) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "a secure run has one output, the network has %zu%s%s%s", count,
                         count == 0 ? "" : ": '", count == 0 ? "" : graph_output(g, 0)->name,
                         count == 0 ? "" : "', ..");
    }
    return MPCF_OK;
}

static void lower_outputs(struct lowering *l)
{
    headroom_find(l);
    choose_fractions(l);
    for (size_t i = 0; i < graph_output_count(l->graph) && l->status == MPCF_OK; i++) {
        lower_output(l, graph_output(l->graph, i));
    }
    if (l->status == MPCF_OK && l->program->failed) {
        lower_fail(l, MPCF_E_NOMEM, "out of memory");
    }
}

mpcf_status lower_graph(const mpcf_graph *g, const struct ranges *ranges,
                        const struct lower_options *options, size_t batch, size_t tokens,
                        bool exact_length, struct program **out, mpcf_error *err)
{
    struct lowering l = {.graph = g,
                         .ranges = ranges,
                         .options = options,
                         .operation_of = operation_of,
                         .batch_size = batch,
                         .tokens = tokens,
                         .exact_length = exact_length,
                         .err = err};

    MPCF_TRY(lower_options_check(options, batch, exact_length, err));
    MPCF_TRY(check_outputs(g, err));
    l.program = program_create(g, batch, tokens, exact_length);
    l.nodes = mpcf_alloc_array(graph_count(g) + 1, sizeof(*l.nodes));
    l.growth = mpcf_alloc_array(graph_count(g) + 1, sizeof(*l.growth));
    if (l.program == NULL || l.nodes == NULL || l.growth == NULL) {
        l.status = mpcf_fail_memory(err, graph_count(g) * sizeof(*l.nodes), "lowering");
    } else {
        l.spare.dims = dims_of(1, 1, 1, 1);
        growth_find(g, l.growth);
        lower_outputs(&l);
    }
    if (l.status == MPCF_OK) {
        l.status = ring_search(l.program, &options->network, options->is_trial, err);
    }
    mpcf_free(l.nodes);
    mpcf_free(l.growth);
    mpcf_free(l.masked);
    mpcf_free(l.checks);
    if (l.status != MPCF_OK) {
        program_destroy(l.program);
        return l.status;
    }
    *out = l.program;
    return MPCF_OK;
}
