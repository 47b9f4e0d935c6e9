/* SPDX-License-Identifier: Apache-2.0 */
/* Readers are followed from the maximum to the product with the inverse of the row sum. */
#include "lower/score_shift.h"

#include <math.h>

/* --- What is made of a maximum --- */

/* TEST of all readers of NODE, which is no output; REST is passed on. */
typedef bool reader_test(const struct lowering *l, const mpcf_node *reader, const mpcf_node *node,
                         const mpcf_node *rest);

static bool all_readers(const struct lowering *l, const mpcf_node *node, const mpcf_node *rest,
                        reader_test *test)
{
    for (size_t i = 0; i < graph_output_count(l->graph); i++) {
        if (node_past_taps(graph_output(l->graph, i)->node) == node) {
            return false;
        }
    }
    for (size_t i = node->id + 1; i < graph_count(l->graph); i++) {
        const mpcf_node *reader = graph_node(l->graph, i);
        for (size_t k = 0; reader->kind != OP_TAP && k < reader->in_count; k++) {
            if (reader->in[k] != NULL && node_past_taps(reader->in[k]) == node &&
                !test(l, reader, node, rest)) {
                return false;
            }
        }
    }
    return true;
}

/* Numerators without what masks them. */
static const mpcf_node *unmasked(const mpcf_node *node)
{
    node = node_past_taps(node);
    return node->kind == OP_MASK ? node_past_taps(node->in[0]) : node;
}

/* 1 / sum of what is made of the exponentials EXP. */
static bool is_inverse_sum(const mpcf_node *node, const mpcf_node *exp)
{
    const mpcf_node *sum = node->kind == OP_RECIPROCAL ? node_past_taps(node->in[0]) : NULL;
    return sum != NULL && sum->kind == OP_ROW_SUM && unmasked(sum->in[0]) == exp;
}

/* EXP, masked or multiplied by values: linear in it. */
static bool is_made_of(const mpcf_node *node, const mpcf_node *exp)
{
    while (node->kind == OP_MASK || node->kind == OP_MATMUL || node->kind == OP_MATMUL_MASKED) {
        node = node_past_taps(node->in[0]);
    }
    return node == exp;
}

static bool divides(const struct lowering *l, const mpcf_node *reader, const mpcf_node *node,
                    const mpcf_node *exp)
{
    (void) l;
    return reader->kind == OP_MUL && node_past_taps(reader->in[1]) == node &&
           is_made_of(node_past_taps(reader->in[0]), exp);
}

static bool is_sum_inverted(const struct lowering *l, const mpcf_node *reader,
                            const mpcf_node *node, const mpcf_node *exp)
{
    (void) node;
    return is_inverse_sum(reader, exp) && all_readers(l, reader, exp, divides);
}

/* READER of numerators, or of their product with values. */
static bool is_divided(const struct lowering *l, const mpcf_node *reader, const mpcf_node *node,
                       const mpcf_node *exp)
{
    switch (reader->kind) {
    case OP_MASK:
    case OP_MATMUL:
    case OP_MATMUL_MASKED:
        return node_past_taps(reader->in[0]) == node && all_readers(l, reader, exp, is_divided);
    case OP_ROW_SUM:
        return unmasked(node) == exp && all_readers(l, reader, exp, is_sum_inverted);
    case OP_MUL:
        return is_inverse_sum(node_past_taps(reader->in[1]), exp);
    default:
        return false;
    }
}

static bool is_exp(const struct lowering *l, const mpcf_node *reader, const mpcf_node *node,
                   const mpcf_node *rest)
{
    (void) node, (void) rest;
    return reader->kind == OP_EXP && all_readers(l, reader, reader, is_divided);
}

static bool is_subtracted(const struct lowering *l, const mpcf_node *reader, const mpcf_node *node,
                          const mpcf_node *rest)
{
    (void) rest;
    return reader->kind == OP_SUB && node_past_taps(reader->in[1]) == node &&
           all_readers(l, reader, NULL, is_exp);
}

bool shift_cancels(const struct lowering *l, const mpcf_node *row_max)
{
    return all_readers(l, row_max, NULL, is_subtracted);
}

/* --- How far off it may be --- */

/* By levels of STEP the largest score is in a window of two steps. */
struct score_shift score_shift_of(const struct lowering *l)
{
    const double margin = l->ranges->margin_bits * log(2);
    struct score_shift s = {.step = 1};

    while (s.step >= 0.125 && 2 * s.step > 1.5 * margin) {
        s.step /= 2;
    }
    if (s.step < 0.125) {
        return (struct score_shift){0, 0, 0};
    }
    s.below = floor(8 * fmin(margin, 1.4 * s.step)) / 8;
    s.above = 2 * s.step - s.below;
    return s;
}

struct score_shift score_shift_in(const struct lowering *l, const mpcf_node *node)
{
    const struct score_shift none = {0, 0, 0};

    node = node_past_taps(node);
    return node->kind == OP_SUB && node_past_taps(node->in[1])->kind == OP_ROW_MAX
               ? score_shift_of(l)
               : none;
}

bool is_shifted_sum(const struct lowering *l, const mpcf_node *node)
{
    node = node_past_taps(node);
    if (node->kind != OP_ROW_SUM) {
        return false;
    }
    node = unmasked(node->in[0]);
    return node->kind == OP_EXP && score_shift_in(l, node->in[0]).below > 0;
}
