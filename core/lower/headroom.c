/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the outputs back. What a compared value is a sum of has its bits, and what it is a product of two of has
 * half of them each; further back, functions bound what they give.
 */
#include "lower/headroom.h"

#include "base/memory.h"
#include "graph/owner.h"

/* Whose range decides whether READER's result is right. */
static enum range_check_kind kind_of(const struct lowering *l, const mpcf_node *reader)
{
    switch (reader->kind) {
    case OP_RECIPROCAL:
    case OP_RSQRT:
        return RANGE_POSITIVE;
    case OP_SQUARE:
    case OP_POLY:
    case OP_PIECEWISE:
    case OP_PIECEWISE_SINES:
    case OP_PIECEWISE_OF:
    case OP_RELU:
    case OP_EXP:
    case OP_ERF:
    case OP_TANH:
    case OP_LOOKUP:
    case OP_ROW_MAX:
    case OP_ROW_MEAN_SQUARE:
        return l->options->check_ranges == CHECK_ALL ? RANGE_EITHER_SIGN : RANGE_NOT_COMPARED;
    default:
        return RANGE_NOT_COMPARED;
    }
}

/* A scale only moves the point, or is read by a gate that looks past it. */
static const mpcf_node *past_scales(const mpcf_node *node)
{
    while (node->kind == OP_TAP || node->kind == OP_SCALE) {
        node = node->in[0];
    }
    return node;
}

static void compare(struct lowering *l, const mpcf_node *node, enum range_check_kind kind)
{
    node = kind == RANGE_POSITIVE ? node_past_taps(node) : past_scales(node);
    if (node->kind != OP_INPUT && !node_is_constant(node) &&
        l->checks[node->id].kind != RANGE_POSITIVE) {
        l->checks[node->id].kind = kind;
    }
}

static void ask(struct lowering *l, const mpcf_node *node, unsigned bits)
{
    struct range_check *c = &l->checks[node->id];

    c->headroom = c->headroom > bits ? c->headroom : (uint8_t) bits;
}

static unsigned own_headroom(const struct lowering *l, const struct range_check *c)
{
    const unsigned any = l->options->check_ranges == CHECK_ALL ? HEADROOM_ANY : 0;
    const unsigned least = c->kind == RANGE_POSITIVE      ? HEADROOM_SUM
                           : c->kind == RANGE_EITHER_SIGN ? HEADROOM_COMPARED
                                                          : any;

    return c->headroom > least ? c->headroom : least;
}

static void ask_operands(struct lowering *l, const mpcf_node *node, unsigned bits)
{
    switch (node->kind) {
    case OP_TAP:
    case OP_ADD:
    case OP_SUB:
    case OP_OFFSET:
    case OP_SCALE:
    case OP_MASK:
    case OP_ROW_SUM:
    case OP_ROW_MAX:
    case OP_CENTER:
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_SLICE:
    case OP_TOKEN:
    case OP_TAKE_HEADS:
    case OP_JOIN_HEADS:
    case OP_SCALE_COLUMNS:
        break;
    case OP_SQUARE:
    case OP_ROW_MEAN_SQUARE:
    case OP_MUL:
    case OP_MATMUL:
        bits = (bits + 1) / 2;
        break;
    default:
        return;
    }
    for (size_t i = 0; i < node->in_count; i++) {
        ask(l, node->in[i], bits);
    }
}

void headroom_find(struct lowering *l)
{
    const size_t count = graph_count(l->graph);

    if (l->options->check_ranges == CHECK_NONE) {
        return;
    }
    l->checks = mpcf_alloc_array(count + 1, sizeof *l->checks);
    if (l->checks == NULL) {
        lower_fail(l, MPCF_E_NOMEM, "out of memory (%zu nodes)", count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const mpcf_node *node = graph_node(l->graph, i);
        const enum range_check_kind kind = kind_of(l, node);

        if (kind != RANGE_NOT_COMPARED) {
            compare(l, node->in[0], kind);
        }
    }
    for (size_t i = 0; i < graph_output_count(l->graph); i++) {
        compare(l, graph_output(l->graph, i)->node, RANGE_EITHER_SIGN);
    }
    for (size_t i = count; i-- > 0;) {
        l->checks[i].headroom = (uint8_t) own_headroom(l, &l->checks[i]);
        ask_operands(l, graph_node(l->graph, i), l->checks[i].headroom);
    }
}
