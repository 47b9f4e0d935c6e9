/* SPDX-License-Identifier: Apache-2.0 */
/* Signs of nodes and sizes that their formulas' own numbers give, from operands to results; a range for each. */
#include "check/guessed_ranges.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "graph/node.h"
#include "graph/owner.h"
#include "lower/lowering.h"

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

/* Values beyond FAR leave a secure run no bits, whatever is added to them; nobody asks how far beyond. */
#define FAR        ((double) (1u << 20))
#define NUMBER_MAX 1e30

struct guess {
    enum sign sign;
    double least; /* of |x|, where a number of the formula says it; 0: unknown */
    double most;  /* the same of what it reaches on some row */
};

static enum sign least_of_operands(const mpcf_node *node, const struct guess *of)
{
    enum sign least = SIGN_POSITIVE;

    for (size_t i = 0; i < node->in_count; i++) {
        least = lesser(least, of[node->in[i]->id].sign);
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

static enum sign of_product(const mpcf_node *node, const struct guess *of)
{
    const enum sign least = least_of_operands(node, of);

    return node_past_taps(node->in[0]) == node_past_taps(node->in[1])
               ? greater(least, SIGN_NOT_NEGATIVE)
               : least;
}

static enum sign of_offset(const mpcf_node *node, enum sign x)
{
    if (node->real == 0) {
        return x;
    }
    return node->real > FAR || (node->real > 0 && x != SIGN_ANY) ? SIGN_POSITIVE : SIGN_ANY;
}

static enum sign of_scale(const mpcf_node *node, enum sign x)
{
    return node->real > 0 ? x : node->real == 0 ? SIGN_NOT_NEGATIVE : SIGN_ANY;
}

/* A sum of squares is 0 on no row of real numbers; one of relus may be. */
static enum sign of_sum(const mpcf_node *node, enum sign x)
{
    const mpcf_node *summed = node_past_taps(node->in[0]);

    while (summed->kind == OP_MASK || summed->kind == OP_SCALE) {
        summed = node_past_taps(summed->in[0]);
    }
    return x != SIGN_ANY && summed->kind == OP_SQUARE ? SIGN_POSITIVE : x;
}

static enum sign sign_of(const mpcf_node *node, const struct guess *of)
{
    const enum sign first = node->in_count > 0 ? of[node->in[0]->id].sign : SIGN_ANY;

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
        return least_of_operands(node, of) == SIGN_ANY ? SIGN_ANY
                                                       : greater(first, of[node->in[1]->id].sign);
    case OP_MUL:
        return of_product(node, of);
    case OP_MATMUL:
    case OP_CONCAT:
    case OP_JOIN_HEADS:
        return least_of_operands(node, of);
    case OP_OFFSET:
        return of_offset(node, first);
    case OP_SCALE:
        return of_scale(node, first);
    case OP_ROW_SUM:
        return of_sum(node, first);
    case OP_LOOKUP:
        return of_table(node);
    case OP_FUSED:
        return of[node->in[2]->id].sign;
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

/* A sum of relus of what may all be negative: not of what is held against a row's largest. */
static bool may_be_zero(const mpcf_node *node)
{
    const mpcf_node *x = node_past_taps(node);

    while (x->kind == OP_MASK || x->kind == OP_SCALE || x->kind == OP_ROW_SUM) {
        x = node_past_taps(x->in[0]);
    }
    if (x->kind != OP_RELU) {
        return false;
    }
    x = node_past_taps(x->in[0]);
    return x->kind != OP_ADD && x->kind != OP_SUB && x->kind != OP_OFFSET;
}

static double least_of_offset(const mpcf_node *node, struct guess x)
{
    if (fabs(node->real) > FAR) {
        return fabs(node->real) - FAR;
    }
    return node->real > 0 && x.sign == SIGN_NOT_NEGATIVE && may_be_zero(node->in[0]) ? node->real
                                                                                     : 0;
}

static double least_of(const mpcf_node *node, const struct guess *of)
{
    const struct guess x =
        node->in_count > 0 ? of[node->in[0]->id] : (struct guess){SIGN_ANY, 0, 0};

    switch (node->kind) {
    case OP_OFFSET:
        return least_of_offset(node, x);
    case OP_SCALE:
        return x.least * fabs(node->real);
    case OP_SQUARE:
        return x.least * x.least;
    case OP_MUL:
        return x.least * of[node->in[1]->id].least;
    case OP_ROW_SUM:
        return x.sign == SIGN_POSITIVE ? x.least : 0;
    case OP_MASK:
    case OP_TAP:
        return x.least;
    default:
        return 0;
    }
}

/* A sum of relus that is 0 somewhere: the inverse reaches that of what is added to it. */
static double most_of(const mpcf_node *node, const struct guess *of)
{
    const double least = node->in_count > 0 ? of[node_past_taps(node->in[0])->id].least : 0;

    return least <= 0                    ? 0
           : node->kind == OP_RECIPROCAL ? 1 / least
           : node->kind == OP_RSQRT      ? 1 / sqrt(least)
                                         : 0;
}

static void find_guesses(const mpcf_graph *g, struct guess *of)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        of[i].sign = sign_of(node, of);
        of[i].least = fmin(least_of(node, of), NUMBER_MAX);
        of[i].most = fmin(most_of(node, of), NUMBER_MAX);
        if (of[i].least > 0 && node->kind == OP_SQUARE) {
            of[i].sign = SIGN_POSITIVE;
        }
    }
    /* What has an inverse or a root is positive, or no calibration lets it through. */
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_RECIPROCAL || node->kind == OP_RSQRT) {
            of[node_past_taps(node->in[0])->id].sign = SIGN_POSITIVE;
        }
    }
}

/* A layer norm's result reaches 1, what a normaliser gives sums to 1: real ranges are wider than these. */
static struct node_range range_for(const mpcf_node *node, struct guess x)
{
    const double high = fmax(fmax(0.5, 2 * x.least), x.most);
    const double low = x.sign == SIGN_ANY            ? -high
                       : x.sign == SIGN_NOT_NEGATIVE ? 0
                       : x.least > 0                 ? x.least
                                                     : 0.25;

    return (struct node_range){mpcf_strdup(node->name), low, high};
}

static mpcf_status enter(const mpcf_graph *g, const struct guess *of, struct ranges *r,
                         mpcf_error *err)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_INPUT || node->kind == OP_TAP || node_is_constant(node)) {
            continue;
        }
        r->items[r->count] = range_for(node, of[i]);
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
    struct guess *guesses = mpcf_alloc_array(room, sizeof *guesses);
    struct ranges *r = mpcf_alloc_array(1, sizeof *r);
    mpcf_status status = MPCF_OK;

    if (r != NULL) {
        r->items = mpcf_alloc_array(room, sizeof *r->items);
    }
    if (guesses == NULL || r == NULL || r->items == NULL) {
        status = mpcf_fail_memory(err, room * sizeof *r->items, "ranges");
    } else {
        find_guesses(g, guesses);
        status = enter(g, guesses, r, err);
    }
    mpcf_free(guesses);
    if (status != MPCF_OK) {
        ranges_destroy(r);
        return status;
    }
    *out = r;
    return MPCF_OK;
}
