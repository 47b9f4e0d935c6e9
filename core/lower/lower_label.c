/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The label of each row: a tournament of comparisons over shares, of which only the winner's number
 * is ever opened.
 *
 * Neighbours play: a block of classes against the one behind it. The first wins where it is at
 * least as large, so that of equal ones the smallest number comes out. With d = a - b and the bit
 * [d >= 0], the winner's logit is b + bit d, and its place, counted from the first class of both
 * blocks, is  p_b + apart + bit (p_a - p_b - apart). C classes are cut into blocks by the binary
 * digits of C, the largest first, and joined from the last to the first: ceil(log2 C) levels, each
 * of a COMPARE and a SELECT.
 *
 *     logits   0 1 2 3   4 5   6          C = 7 = 4 + 2 + 1
 *     level 1  0-1 2-3   4-5
 *     level 2  0..1-2..3    4..5-6
 *     level 3      0..3 - 4..6
 *
 * Logits, differences and bits stay shared; places have no more bits than the number of classes.
 */
#include "lower/lower_label.h"

#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_sum.h"

/* Winners of blocks of one size: columns FIRST, FIRST + STEP, .. of both values. PLACE is how far
 * behind its block's first class each stands; VALUE_NONE: blocks of one class. */
struct side {
    value_id logit, place;
    size_t first, step;
};

static struct term columns(const struct lowering *l, value_id x, const struct side *side,
                           int64_t weight)
{
    struct term t = term_whole(l, x, weight, value_at(l, x)->dims);

    t.first = side->first;
    t.stride[MPCF_RANK_MAX - 1] = side->step;
    return t;
}

/* Bits of places up to 2 APART - 1, APART a power of two, and of their differences. */
static unsigned place_magnitude(size_t apart)
{
    unsigned bits = 2;

    while (apart > 1) {
        apart /= 2;
        bits++;
    }
    return bits;
}

/* Of two single classes. */
static value_id first_place(struct lowering *l, value_id bits, size_t apart, struct dims dims)
{
    const struct term t = term_in_order(emit_bits_to_ring(l, bits), 0, -(int64_t) apart, dims);

    return emit_combine(l, dims, 0, place_magnitude(apart), &t, 1, (int64_t) apart);
}

/* APART: how many classes a block of A has. */
static value_id winning_place(struct lowering *l, value_id bits, const struct side *a,
                              const struct side *b, size_t apart, struct dims dims)
{
    const unsigned magnitude = place_magnitude(apart);
    struct term terms[2];
    size_t count = 0;

    if (a->place == VALUE_NONE) {
        return first_place(l, bits, apart, dims);
    }
    terms[count++] = columns(l, a->place, a, 1);
    if (b->place != VALUE_NONE) {
        terms[count++] = columns(l, b->place, b, -1);
    }
    const value_id d = emit_combine(l, dims, 0, magnitude, terms, count, -(int64_t) apart);
    terms[0] = term_whole(l, emit_select(l, bits, d), 1, dims);
    if (count > 1) {
        terms[1].weight = 1;
    }
    return emit_combine(l, dims, 0, magnitude, terms, count, (int64_t) apart);
}

/* WIDTH matches at once, of A's columns against B's. The last winner's logit is not asked for. */
static struct side play(struct lowering *l, const struct side *a, const struct side *b,
                        size_t width, size_t apart, bool is_last)
{
    const int64_t zero = 0;
    const struct value v = *value_at(l, a->logit);
    const struct dims dims = dims_row(v.dims, width);
    const struct term difference[2] = {columns(l, a->logit, a, 1), columns(l, b->logit, b, -1)};
    const value_id d = emit_combine(l, dims, v.fraction, v.magnitude + 1, difference, 2, 0);
    const value_id bits = emit_compare_guarded(l, d, &zero, 1);
    struct side winner = {.logit = VALUE_NONE, .step = 1};

    winner.place = winning_place(l, bits, a, b, apart, dims);
    if (!is_last) {
        const struct term sum[2] = {columns(l, b->logit, b, 1),
                                    term_whole(l, emit_select(l, bits, d), 1, dims)};

        winner.logit = emit_combine(l, dims, v.fraction, v.magnitude, sum, 2, 0);
    }
    return winner;
}

/* The best of the COUNT classes from FIRST on, a power of two. */
static struct side best_of(struct lowering *l, value_id logits, size_t first, size_t count,
                           bool is_all)
{
    struct side best = {.logit = logits, .place = VALUE_NONE, .first = first, .step = 1};

    for (size_t apart = 1; apart < count && l->status == MPCF_OK; apart *= 2) {
        struct side a = best, b = best;

        a.step = b.step = 2 * best.step;
        b.first += best.step;
        best = play(l, &a, &b, count / (2 * apart), apart, is_all && 2 * apart == count);
    }
    return best;
}

value_id lower_label(struct lowering *l, value_id logits)
{
    const value_id x = emit_shared(l, logits);
    const size_t classes = value_at(l, x)->dims.dim[MPCF_RANK_MAX - 1];
    struct side best = {.place = VALUE_NONE};

    if (l->status == MPCF_OK && classes < 2) {
        lower_fail(l, MPCF_E_UNSUPPORTED, "'%s' is one number and has no label", l->node->name);
    }
    for (size_t left = classes; left > 0 && l->status == MPCF_OK;) {
        const size_t count = left & (~left + 1); /* its lowest binary digit */
        const bool has_rest = left < classes;

        left -= count;
        const struct side block = best_of(l, x, left, count, count == classes);
        best = has_rest ? play(l, &block, &best, 1, count, left == 0) : block;
    }
    return best.place;
}
