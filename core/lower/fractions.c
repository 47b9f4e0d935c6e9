/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fractional bits: what each node's readers need, from the outputs back.
 *
 * The default is value_fraction for values of a few units, one bit less for each two bits that
 * the range is larger (relative precision is what counts behind a large value). Products know
 * better: an error of a is multiplied by the largest b, so that a normalised row needs bits for
 * the smallest row deviation, and a row that is divided by its sum needs few.
 */
#include "lower/fractions.h"

#include <math.h>

#include "graph/owner.h"
#include "lower/magnitude.h"
#include "lower/score_shift.h"

static bool is_secret(const mpcf_node *node)
{
    return !node_is_constant(node) && node->kind != OP_INPUT;
}

static int default_want(struct lowering *l, const mpcf_node *node)
{
    const int bits = log2_up(node_seen(l, node));
    const int f = (int) l->options->value_fraction;

    if (bits > 4) {
        return f - ((bits - 3) / 2 > 4 ? 4 : (bits - 3) / 2);
    }
    return bits < -3 ? f + (bits < -9 ? 6 : -3 - bits) : f;
}

static void ask(struct lowering *l, const mpcf_node *node, int want)
{
    node = node_past_taps(node);
    if (want > l->nodes[node->id].want) {
        l->nodes[node->id].want = want;
    }
}

static void ask_default(struct lowering *l, const mpcf_node *node)
{
    if (node != NULL && is_secret(node)) {
        ask(l, node, default_want(l, node));
    }
}

/* Bits behind the point that keep an inverse's operand to 2^-17 of its smallest value. */
#define INVERSE_BITS 17
/* And of an inverse: of a sum of billions it begins with 30 zeros. */
#define INVERSE_MOST 48

/* How large the constant is that makes NODE of X, as far as the ranges tell: itself it is not known. Where it is
 * small some elements may be larger (by head, say): half of the bits. */
static double constant_factor(struct lowering *l, const mpcf_node *x, const mpcf_node *node)
{
    const double factor = node_seen(l, node) / node_seen(l, x);

    return factor > 4 ? factor : factor < 0.25 ? sqrt(factor) : 1;
}

static void ask_product(struct lowering *l, const mpcf_node *node)
{
    for (size_t i = 0; i < 2; i++) {
        const mpcf_node *x = node->in[i], *y = node_past_taps(node->in[1 - i]);
        if (!is_secret(x)) {
            continue;
        }
        const bool is_inverse =
            node_past_taps(x)->kind == OP_RECIPROCAL || node_past_taps(x)->kind == OP_RSQRT;
        const double other = is_secret(y) ? node_seen(l, y) : constant_factor(l, x, node);
        int want = l->nodes[node->id].want + log2_up(other) + (is_inverse ? 1 : 0);
        want = want < 4                   ? 4
               : want > 30 && !is_inverse ? 30
               : want > INVERSE_MOST      ? INVERSE_MOST
                                          : want;
        ask(l, x, want);
    }
}

/* Of each of two factors, so that their product, as large as READER gets, is still a value, with a bit
 * free for its truncation: the fourth power of a score has four times its bits. */
static int most_of_a_factor(struct lowering *l, const mpcf_node *reader)
{
    return (MAGNITUDE_MAX - 1 - (int) lower_magnitude(l, reader, 0)) / 2;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* WANT is what keeps the largest error in the result within what READER is asked for: a bound
 * that real values stay well below. So no more than the default, or what READER itself has, and MORE. */
static void ask_up_to(struct lowering *l, const mpcf_node *reader, const mpcf_node *x, int want,
                      int more)
{
    if (is_secret(x)) {
        const int own = smaller(l->nodes[reader->id].want, 24), least = default_want(l, x);
        const int most = smaller((least > own ? least : own) + more, most_of_a_factor(l, reader));
        const int asked = smaller(want, most);
        ask(l, x, asked < 3 ? 3 : asked);
    }
}

#define SUM_BITS 3 /* errors of a row's terms add up, as a root of their number */

/* Scores of thousands are compared by their differences of units: a bit more of query and key for each beyond 7. */
#define SCORE_BITS      7
#define SCORE_BITS_MORE 8

static int more_for_scores(struct lowering *l, const mpcf_node *node)
{
    const int more = node->transposed ? log2_up(node_seen(l, node)) - SCORE_BITS : 0;

    return more < 0 ? 0 : more > SCORE_BITS_MORE ? SCORE_BITS_MORE : more;
}

static void ask_matmul(struct lowering *l, const mpcf_node *node, int want)
{
    const int more = more_for_scores(l, node);

    for (size_t i = 0; i < 2; i++) {
        const mpcf_node *other = node->in[1 - i];
        const double largest = is_secret(other) ? node_seen(l, other) : 1;
        ask_up_to(l, node, node->in[i], want + log2_up(largest) + SUM_BITS, more);
    }
}

/* By how many bits weights make values larger than a row of norm 1 does. */
static int gain_of(struct lowering *l, const mpcf_node *node)
{
    const int gain = log2_up(node_seen(l, node) / node_seen(l, node->in[0])) - 2;

    return gain > 0 ? gain : 0;
}

/* Weights of a row have a norm near 1; where they have more, or more than the default is asked for, the input has
 * more as well. */
static void ask_linear(struct lowering *l, const mpcf_node *node, int want)
{
    const mpcf_node *x = node->in[0];

    if (is_secret(x)) {
        const int gain = gain_of(l, node), least = default_want(l, x), most = least + 4 + gain;
        const int asked = want - 3 + gain;
        ask(l, x, asked < least ? least : asked > most ? most : asked);
    }
}

static void ask_inverse(struct lowering *l, const mpcf_node *x)
{
    double low = 1, high = 1;

    if (x->kind != OP_INPUT && node_positive(l, x, &low, &high)) {
        ask(l, x, INVERSE_BITS - log2_down(low));
    }
}

static void ask_variance(struct lowering *l, const mpcf_node *node)
{
    double low = 1, high = 1;

    if (node_positive(l, node, &low, &high)) {
        ask(l, node->in[0], (int) l->options->value_fraction - (log2_down(low) - 1) / 2);
    }
}

/* An error of an operand is one of the result. */
static bool passes_on(enum op_kind kind)
{
    switch (kind) {
    case OP_ADD:
    case OP_SUB:
    case OP_OFFSET:
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_SLICE:
    case OP_TOKEN:
    case OP_TAKE_HEADS:
    case OP_JOIN_HEADS:
    case OP_MASK:
    case OP_CENTER:
    case OP_CONCAT:
        return true;
    default:
        return false;
    }
}

static void ask_secrets(struct lowering *l, const mpcf_node *node, int want)
{
    for (size_t i = 0; i < node->in_count; i++) {
        if (is_secret(node->in[i])) {
            ask(l, node->in[i], want);
        }
    }
}

/* A maximum that is above the scores makes the sum smaller, which divides the errors of numerators. */
static int more_for_softmax(struct lowering *l, const mpcf_node *scores)
{
    return score_shift_in(l, scores).below > 0 ? 1 : 0;
}

static void ask_operands(struct lowering *l, const mpcf_node *node)
{
    const int want = l->nodes[node->id].want, least = (int) l->options->value_fraction;

    if (passes_on(node->kind)) {
        ask_secrets(l, node, want);
        return;
    }
    switch (node->kind) {
    case OP_MUL:
        ask_product(l, node);
        return;
    case OP_RECIPROCAL:
    case OP_RSQRT:
        ask_inverse(l, node->in[0]);
        return;
    case OP_ROW_MEAN_SQUARE:
        ask_variance(l, node);
        return;
    case OP_LINEAR:
        ask_linear(l, node, want);
        return;
    case OP_MATMUL:
    case OP_MATMUL_MASKED:
        ask_matmul(l, node, want);
        return;
    case OP_SQUARE: /* twice x, and errors are half a unit */
        ask_up_to(l, node, node->in[0], want + log2_up(node_seen(l, node->in[0])), 0);
        return;
    case OP_ROW_SUM:
        ask_default(l, node->in[0]); /* what it is compared with has no more */
        return;
    case OP_EXP:
        l->nodes[node->id].want += more_for_softmax(l, node->in[0]);
        ask(l, node->in[0], (int) l->options->value_fraction);
        return;
    case OP_ERF:
    case OP_TANH:
    case OP_PIECEWISE:
    case OP_PIECEWISE_SINES:
    case OP_PIECEWISE_OF:
    case OP_LOOKUP:
        ask(l, node->in[0], (int) l->options->value_fraction);
        return;
    case OP_RELU:
        ask(l, node->in[0], want > least ? want : least);
        return;
    case OP_SCALE:
        ask(l, node->in[0], want + log2_up(fabs(node->real)));
        return;
    default:
        for (size_t i = 0; i < node->in_count; i++) {
            ask_default(l, node->in[i]);
        }
        return;
    }
}

void choose_fractions(struct lowering *l)
{
    const size_t count = graph_count(l->graph);

    for (size_t i = 0; i < count; i++) {
        l->nodes[i].want = INT16_MIN;
    }
    for (size_t i = 0; i < graph_output_count(l->graph); i++) {
        ask(l, graph_output(l->graph, i)->node, (int) l->options->reveal_fraction);
    }
    for (size_t i = count; i-- > 0 && l->status == MPCF_OK;) {
        const mpcf_node *node = graph_node(l->graph, i);
        if (l->nodes[i].want > INT16_MIN && node->kind != OP_TAP && is_secret(node)) {
            ask_operands(l, node);
        }
    }
}
