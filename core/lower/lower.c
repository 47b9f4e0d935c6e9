/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks from the outputs back; each operation's own lowering is in lower_<what>.c.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lower/lowering.h"
#include "lower/ring_search.h"

mpcf_status lower_fail(struct lowering *l, mpcf_status status, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (l->status != MPCF_OK) {
        return l->status; /* the first cause stays */
    }
    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    l->status = status;
    return mpcf_fail(l->err, status, "lowering: %s", text);
}

static void lower_nothing(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    (void) out;
    lower_fail(l, MPCF_E_UNSUPPORTED, "'%s' is no operation of a secure run here", node->name);
}

static lower_op *const table[OP_COUNT] = {
    [OP_INPUT] = lower_input,
    [OP_PARAMETER] = lower_nothing, /* constants go through lower_constant() */
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
    [OP_DROPOUT] = lower_nothing,
    [OP_STOP_GRADIENT] = lower_nothing,
    [OP_TAP] = lower_nothing, /* transparent: see lower_node() */
    [OP_FUSED] = lower_nothing,
    [OP_CONCAT] = lower_nothing,
    [OP_CENTER] = lower_center,
    [OP_ROW_MEAN_SQUARE] = lower_row_mean_square,
    [OP_SCALE_COLUMNS] = lower_scale_columns,
    [OP_MATMUL_MASKED] = lower_matmul_masked,
};

static bool name_has(const mpcf_node *node, const char *part)
{
    return strstr(node->name, part) != NULL;
}

/* What the report files a node's cost under. */
static const char *function_of(const mpcf_node *node)
{
    const bool in_slot = name_has(node, ".activation.") || name_has(node, ".normaliser.");

    if (node->kind == OP_EMBEDDING || node->kind == OP_POSITIONS ||
        (node->kind == OP_ADD &&
         (node->in[0]->kind == OP_EMBEDDING || node->in[1]->kind == OP_EMBEDDING))) {
        return "embedding";
    }
    if (name_has(node, "pooler") || name_has(node, "tanh.")) {
        return "pooler";
    }
    if (name_has(node, "classifier")) {
        return "classifier";
    }
    if (node->kind == OP_MATMUL || node->kind == OP_MATMUL_MASKED) {
        return "attention";
    }
    if (in_slot) {
        return name_has(node, ".activation.") ? "activation" : "normaliser";
    }
    switch (node->kind) {
    case OP_RSQRT:
    case OP_ROW_MEAN_SQUARE:
    case OP_CENTER:
    case OP_SCALE_COLUMNS:
        return "layer_norm";
    case OP_MUL:
        return node->in[1]->kind == OP_RSQRT ? "layer_norm" : "attention";
    default:
        return "linear";
    }
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
    l->node = node;
    l->function = program_function(l->program, function_of(node));
    (lower_is_lookup(l, node) ? lower_lookup : table[node->kind])(l, node, out);
    l->node = outer;
    l->function = outer_function;
    if (l->status == MPCF_OK) {
        assert(out->is_uniform || out->raw != VALUE_NONE);
    }
    mark_measured(l, out->raw);
}

const mpcf_node *lower_past_taps(const mpcf_node *node)
{
    while (node->kind == OP_TAP) {
        node = node->in[0];
    }
    return node;
}

bool lower_is_constant(const mpcf_node *node)
{
    return node->owner == MPCF_PROVIDER && !node->is_shared;
}

unsigned lower_magnitude(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    return magnitude_of(node_largest(l, node), fraction);
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
    node = lower_past_taps(node);
    lower_node(l, node);
    struct lowered *n = &l->nodes[node->id];
    if (n->is_uniform && n->raw == VALUE_NONE) {
        n->raw = emit_uniform(l, node, n->uniform);
    }
    return n->raw;
}

value_id lower_at(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    node = lower_past_taps(node);
    const value_id raw = lower_raw(l, node);
    struct lowered *n = &l->nodes[node->id];

    if (l->status != MPCF_OK || value_at(l, raw)->fraction <= fraction) {
        return raw;
    }
    for (size_t i = 0; i < n->form_count; ++i) {
        if (value_at(l, n->forms[i])->fraction == fraction) {
            return n->forms[i];
        }
    }
    const mpcf_node *reader = l->node; /* the truncation is the node's own */
    const uint32_t function = l->function;
    l->node = node;
    l->function = program_function(l->program, function_of(node));
    const value_id form = emit_at(l, raw, fraction);
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
    node = lower_past_taps(node);
    const int want = l->nodes[node->id].want;

    return lower_at(l, node, want < 0 ? 0 : (unsigned) want);
}

bool lower_is_uniform(struct lowering *l, const mpcf_node *node, double *number)
{
    node = lower_past_taps(node);
    lower_node(l, node);
    *number = l->nodes[node->id].uniform;
    return l->status == MPCF_OK && l->nodes[node->id].is_uniform;
}

value_id lower_constant(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    struct lowered *n = &l->nodes[node->id];

    for (size_t i = 0; i < n->form_count; ++i) {
        if (value_at(l, n->forms[i])->fraction == fraction) {
            return n->forms[i];
        }
    }
    const value_id id = emit_provider(l, node, fraction);
    if (n->form_count < FORMS_MAX) {
        n->forms[n->form_count++] = id;
    }
    return id;
}

static void lower_output(struct lowering *l, const struct graph_output *output)
{
    lower_node(l, lower_past_taps(output->node));
    l->node = lower_past_taps(output->node);
    l->function = program_function(l->program, function_of(l->node));
    const value_id x = lower_at(l, output->node, l->options->reveal_fraction);
    emit_reveal(l, x, output->name);
}

void lower_options_default(struct lower_options *o)
{
    *o = (struct lower_options){.value_fraction = 12, .weight_fraction = 14, .reveal_fraction = 8};
}

static mpcf_status check_options(const struct lower_options *o, size_t batch, bool exact_length,
                                 mpcf_error *err)
{
    if (o->value_fraction < 4 || o->value_fraction > 24 || o->weight_fraction < 4 ||
        o->weight_fraction > 24 || o->reveal_fraction > o->value_fraction) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "fractional bits: values %u, weights %u (4 to 24), revealed %u (up to "
                         "those of values)",
                         o->value_fraction, o->weight_fraction, o->reveal_fraction);
    }
    if (exact_length && batch != 1) {
        return mpcf_fail(err, MPCF_E_INVALID, "exact length goes with a batch of 1, found %zu",
                         batch);
    }
    return MPCF_OK;
}

static void lower_outputs(struct lowering *l)
{
    choose_fractions(l);
    for (size_t i = 0; i < graph_output_count(l->graph) && l->status == MPCF_OK; ++i) {
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
                         .batch_size = batch,
                         .tokens = tokens,
                         .exact_length = exact_length,
                         .err = err};

    MPCF_TRY(check_options(options, batch, exact_length, err));
    l.program = program_create(g, batch, tokens, exact_length);
    l.nodes = mpcf_alloc_array(graph_count(g) + 1, sizeof(*l.nodes));
    if (l.program == NULL || l.nodes == NULL) {
        l.status = mpcf_fail_memory(err, graph_count(g) * sizeof(*l.nodes), "lowering");
    } else {
        l.spare.dims = dims_of(1, 1, 1, 1);
        lower_outputs(&l);
    }
    if (l.status == MPCF_OK) {
        l.status = ring_search(l.program, err);
    }
    mpcf_free(l.nodes);
    mpcf_free(l.masked);
    if (l.status != MPCF_OK) {
        program_destroy(l.program);
        return l.status;
    }
    *out = l.program;
    return MPCF_OK;
}
