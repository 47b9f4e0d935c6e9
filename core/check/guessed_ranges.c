/* SPDX-License-Identifier: Apache-2.0 */
/* Signs of nodes, from operands to results, and a range for each. */
#include "check/guessed_ranges.h"

#include <string.h>

#include "base/memory.h"
#include "graph/owner.h"

/* Each is less certain than the one behind it. */
enum sign { SIGN_ANY, SIGN_NOT_NEGATIVE, SIGN_POSITIVE };

static enum sign lesser(enum sign a, enum sign b)
{
    return a < b ? a : b;
}

static enum sign greater(enum sign a, enum sign b)
{
    return a > b ? a : b;
}

/* NODE, or what a tap names. */
static const mpcf_node *past_taps(const mpcf_node *node)
{
    while (node->kind == OP_TAP) {
        node = node->in[0];
    }
    return node;
}

static enum sign least_of_operands(const mpcf_node *node, const enum sign *signs)
{
    enum sign least = SIGN_POSITIVE;

    for (size_t i = 0; i < node->in_count; i++) {
        least = lesser(least, signs[node->in[i]->id]);
    }
    return least;
}

static enum sign of_table(const mpcf_node *node)
{
    enum sign least = SIGN_POSITIVE;

    for (size_t i = 2; i <= node->degree; i++) { /* behind low and high */
        least = lesser(least, node->coef[i] > 0    ? SIGN_POSITIVE
                              : node->coef[i] == 0 ? SIGN_NOT_NEGATIVE
                                                   : SIGN_ANY);
    }
    return least;
}

static enum sign of_product(const mpcf_node *node, const enum sign *signs)
{
    const enum sign least = least_of_operands(node, signs);

    return past_taps(node->in[0]) == past_taps(node->in[1]) ? greater(least, SIGN_NOT_NEGATIVE)
                                                            : least;
}

/* Of a value below 0 by a margin nothing is known. */
static enum sign of_offset(const mpcf_node *node, enum sign x)
{
    return node->real == 0                            ? x
           : node->real > 0 && x >= SIGN_NOT_NEGATIVE ? SIGN_POSITIVE
                                                      : SIGN_ANY;
}

static enum sign of_scale(const mpcf_node *node, enum sign x)
{
    return node->real > 0 ? x : node->real == 0 ? SIGN_NOT_NEGATIVE : SIGN_ANY;
}

/* A sum of squares is 0 on no row of real numbers; one of relus may be. */
static enum sign of_sum(const mpcf_node *node, enum sign x)
{
    const mpcf_node *of = past_taps(node->in[0]);

    while (of->kind == OP_MASK || of->kind == OP_SCALE) {
        of = past_taps(of->in[0]);
    }
    return x != SIGN_ANY && of->kind == OP_SQUARE ? SIGN_POSITIVE : x;
}

static enum sign sign_of(const mpcf_node *node, const enum sign *signs)
{
    const enum sign first = node->in_count > 0 ? signs[node->in[0]->id] : SIGN_ANY;

    switch (node->kind) {
    case OP_EXP:
    case OP_RECIPROCAL: /* of what is positive */
    case OP_RSQRT:
    case OP_ROW_MEAN_SQUARE:
        return SIGN_POSITIVE;
    case OP_SQUARE:
    case OP_RELU:
        return greater(first, SIGN_NOT_NEGATIVE);
    case OP_ADD:
        return least_of_operands(node, signs) == SIGN_ANY ? SIGN_ANY
                                                          : greater(first, signs[node->in[1]->id]);
    case OP_MUL:
        return of_product(node, signs);
    case OP_MATMUL:
    case OP_CONCAT:
    case OP_JOIN_HEADS:
        return least_of_operands(node, signs);
    case OP_OFFSET:
        return of_offset(node, first);
    case OP_SCALE:
        return of_scale(node, first);
    case OP_ROW_SUM:
        return of_sum(node, first);
    case OP_LOOKUP:
        return of_table(node);
    case OP_FUSED:
        return signs[node->in[2]->id];
    case OP_MASK: /* calibration looks at what is kept */
    case OP_ERF:
    case OP_TANH:
    case OP_ROW_MAX:
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_SLICE:
    case OP_TOKEN:
    case OP_DROPOUT:
    case OP_STOP_GRADIENT:
    case OP_TAP:
    case OP_TAKE_HEADS:
        return first;
    default:
        return SIGN_ANY;
    }
}

static void find_signs(const mpcf_graph *g, enum sign *signs)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        signs[i] = sign_of(graph_node(g, i), signs);
    }
    /* What has an inverse or a root is positive, or no calibration lets it through. */
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_RECIPROCAL || node->kind == OP_RSQRT) {
            signs[past_taps(node->in[0])->id] = SIGN_POSITIVE;
        }
    }
}

/* A layer norm's result reaches 1, what a normaliser gives sums to 1: real ranges are wider than these. */
static struct node_range range_for(const mpcf_node *node, enum sign sign)
{
    const double low = sign == SIGN_POSITIVE ? 0.25 : sign == SIGN_NOT_NEGATIVE ? 0 : -0.5;

    return (struct node_range){mpcf_strdup(node->name), low, 0.5};
}

static mpcf_status enter(const mpcf_graph *g, const enum sign *signs, struct ranges *r,
                         mpcf_error *err)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_INPUT || node->kind == OP_TAP || node_is_constant(node)) {
            continue;
        }
        r->items[r->count] = range_for(node, signs[i]);
        if (r->items[r->count++].node == NULL) {
            return mpcf_fail_memory(err, strlen(node->name), "a name");
        }
    }
    ranges_sort(r);
    return MPCF_OK;
}

mpcf_status guess_ranges(const mpcf_graph *g, struct ranges **out, mpcf_error *err)
{
    const size_t room = graph_count(g) + 1;
    enum sign *signs = mpcf_alloc_array(room, sizeof *signs);
    struct ranges *r = mpcf_alloc_array(1, sizeof *r);
    mpcf_status status = MPCF_OK;

    if (r != NULL) {
        r->items = mpcf_alloc_array(room, sizeof *r->items);
    }
    if (signs == NULL || r == NULL || r->items == NULL) {
        status = mpcf_fail_memory(err, room * sizeof *r->items, "ranges");
    } else {
        find_signs(g, signs);
        status = enter(g, signs, r, err);
    }
    mpcf_free(signs);
    if (status != MPCF_OK) {
        ranges_destroy(r);
        return status;
    }
    *out = r;
    return MPCF_OK;
}
