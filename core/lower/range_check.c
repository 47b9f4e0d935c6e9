/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges. A compared value gives an element 0, or 1 where it is beyond its bound. These are counted: along a
 * row, without padded columns; over an example's rows, without padded ones; over all compared values. The count is
 * 0 or it is not, one bit an example, which multiplies the answer.
 *
 *   value                        of either sign: TABLE_LOOKUP of its highest bits; positive: COMPARE with both ends
 *   element 0 or 1               BITS_TO_RING
 *   count of a row               ROW_SUM, behind USER_SELECT by the user's mask where columns are tokens
 *   count of an example          ROW_SUM, behind USER_SELECT where rows are tokens
 *   0 or 1 again                 COMPARE, BITS_TO_RING, wherever a count may be large
 *   all counts 0                 TABLE_LOOKUP
 *   answer, and 1                SELECT
 *
 * All but the last two run beside the network. Both are of the batch's few numbers. What is compared has headroom
 * (headroom.h); what is beyond that, too, may look as if it were within.
 *
 * A copy with few bits is compared: a value is beyond for certain from two units of that copy above its bound on, and
 * within for certain up to the bound.
 */
#include "lower/range_check.h"

#include <assert.h>
#include <math.h>

#include "lower/emit.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/magnitude.h"

#define INDEX_BITS  6  /* of the table for values of either sign; */
#define FINER_BITS  8  /* where there are few */
#define FEW         64 /* elements of an example */
#define LOWEST_BITS 4  /* that the lower end of a positive range keeps */
#define COUNT_MOST  63 /* beyond it a count becomes 0 or 1 */
#define TABLE_MOST  4095

/* Bits of counts up to MOST. */
static unsigned count_magnitude(size_t most)
{
    unsigned bits = 2;

    for (; most > 1; most /= 2) {
        bits++;
    }
    return bits;
}

/* --- Beyond or not --- */

/* 1 where a bit of row 0 of BITS is 1. */
static value_id ones(struct lowering *l, value_id bits, struct dims dims)
{
    const struct term t = term_in_order(emit_bits_to_ring(l, bits), 0, 1, dims);

    return emit_combine(l, dims, 0, 2, &t, 1, 0);
}

/* X with SHIFT bits less behind the point, or as many as it has. */
static value_id without(struct lowering *l, value_id x, int *shift)
{
    const unsigned f = value_at(l, x)->fraction;

    *shift = *shift < 0 ? 0 : *shift > (int) f ? (int) f : *shift;
    return emit_at(l, x, f - (unsigned) *shift);
}

#define COMPARED_MOST 62 /* bits that COMPARE takes */

/* 1 where X is not one of LOW .. HIGH. */
static value_id by_comparison(struct lowering *l, value_id x, int64_t low, int64_t high)
{
    if (value_at(l, x)->magnitude > COMPARED_MOST) {
        lower_fail(l, MPCF_E_RANGE,
                   "'%s' has values of %u bits, and check_ranges compares %d: lower "
                   "stages.calibrate.margin_bits (%g)",
                   l->node->name, value_at(l, x)->magnitude, COMPARED_MOST, l->ranges->margin_bits);
        return VALUE_NONE;
    }
    const struct dims dims = value_at(l, x)->dims;
    const int64_t thresholds[2] = {low, high + 1};
    const value_id bits = emit_bits_to_ring(l, emit_compare(l, x, thresholds, 2));
    const struct term terms[2] = {term_in_order(bits, 0, -1, dims),
                                  term_in_order(bits, dims.count, 1, dims)};

    return emit_combine(l, dims, 0, 2, terms, 2, 1);
}

static value_id by_table(struct lowering *l, value_id x, int64_t limit)
{
    const struct value v = *value_at(l, x);
    const int64_t count = INT64_C(1) << v.magnitude;
    int64_t entries[1 << FINER_BITS];

    for (int64_t i = 0; i < count; i++) {
        const int64_t value = i < count / 2 ? i : i - count;

        entries[i] = value > limit || value < -limit;
    }
    return ones(l, emit_table_lookup(l, x, entries, (size_t) count, 1), v.dims);
}

/* Whether X is beyond BOUND, or below -BOUND, by its highest bits. All bounds are in units of X; what is not found is
 * not beyond HELD. */
static value_id either_sign(struct lowering *l, value_id x, double bound, double *held)
{
    const struct value v = *value_at(l, x);
    const unsigned index = v.dims.count <= FEW * l->batch_size ? FINER_BITS : INDEX_BITS;
    int shift = (int) v.magnitude - (int) index;
    const value_id coarse = without(l, x, &shift);
    const int64_t limit = (int64_t) floor(ldexp(bound, -shift)) + 1;

    *held = ldexp((double) limit + 1, shift);
    /* A value of few fractional bits may have many others. */
    return value_at(l, coarse)->magnitude > FINER_BITS ? by_comparison(l, coarse, -limit, limit)
                                                       : by_table(l, coarse, limit);
}

/* Both ends may be octaves apart. */
static value_id positive(struct lowering *l, value_id x, double low, double high, double *held)
{
    int shift = log2_down(fmax(low, 1)) - LOWEST_BITS;
    const value_id coarse = without(l, x, &shift);
    const int64_t most = (int64_t) ceil(ldexp(high, -shift)) + 1;

    *held = ldexp((double) most + 1, shift);
    return by_comparison(l, coarse, (int64_t) floor(ldexp(low, -shift)) - 1, most);
}

/* --- Counting --- */

static value_id is_any(struct lowering *l, value_id count)
{
    const struct dims dims = value_at(l, count)->dims;
    const int64_t one = 1;

    return ones(l, emit_compare(l, count, &one, 1), dims);
}

/* Of dimensions AXES only what the user keeps: one of them counts tokens, BATCH examples. */
static value_id kept(struct lowering *l, value_id x, size_t axis, size_t batch)
{
    struct term t = {.weight = 1};

    if (l->keep == 0) {
        l->keep = emit_user(l, STEP_USER_MASK, "attention_mask", 0,
                            dims_of(l->batch_size, 1, 1, l->tokens));
    }
    t.x = l->keep;
    t.stride[axis] = 1;
    t.stride[batch] = l->tokens;
    return emit_user_select(l, x, &t);
}

struct counted {
    value_id x;
    size_t most; /* that a count can be */
    size_t batch;
    bool is_tokens[MPCF_RANK_MAX];
};

static void find_axes(const mpcf_node *node, struct counted *c)
{
    const size_t first = MPCF_RANK_MAX - (size_t) node->shape.rank;

    c->batch = MPCF_RANK_MAX;
    for (size_t i = first; i < MPCF_RANK_MAX; i++) {
        c->is_tokens[i] = node->shape.dim[i - first] == MPCF_DIM_TOKENS;
        c->batch = node->shape.dim[i - first] == MPCF_DIM_BATCH ? i : c->batch;
    }
}

/* Sums of rows of WIDTH. */
static void add_up(struct lowering *l, struct counted *c, size_t width)
{
    if (width == 1) {
        return;
    }
    c->most *= width;
    c->x = emit_row_sum(l, c->x, count_magnitude(c->most));
    if (c->most > COUNT_MOST) {
        c->x = is_any(l, c->x);
        c->most = 1;
    }
}

static void keep_tokens(struct lowering *l, struct counted *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (c->is_tokens[i] && !l->exact_length) {
            c->x = kept(l, c->x, i, c->batch);
        }
    }
}

/* One count an example: [batch, 1, 1, 1]. */
static void count_examples(struct lowering *l, struct counted *c)
{
    const size_t last = MPCF_RANK_MAX - 1;
    const struct dims d = value_at(l, c->x)->dims;

    keep_tokens(l, c, last, last + 1);
    add_up(l, c, d.dim[last]);
    keep_tokens(l, c, 0, last);
    const size_t rows = value_at(l, c->x)->dims.count / l->batch_size;
    const struct dims all = dims_of(l->batch_size, 1, 1, rows);
    const struct term t = term_in_order(c->x, 0, 1, all);
    c->x = emit_combine(l, all, 0, count_magnitude(c->most), &t, 1, 0);
    add_up(l, c, rows);
}

static void add_to_all(struct lowering *l, const struct counted *c)
{
    const struct dims one = dims_of(l->batch_size, 1, 1, 1);

    if (l->outside_most == 0) {
        l->outside = c->x;
        l->outside_most = c->most;
        return;
    }
    if (l->outside_most + c->most > TABLE_MOST) {
        l->outside = is_any(l, l->outside);
        l->outside_most = 1;
    }
    l->outside_most += c->most;
    const struct term terms[2] = {term_whole(l, l->outside, 1, one), term_whole(l, c->x, 1, one)};
    l->outside = emit_combine(l, one, 0, count_magnitude(l->outside_most), terms, 2, 0);
}

/* OUTSIDE: an element 0 or 1 each of NODE's value. */
static void count_outside(struct lowering *l, const mpcf_node *node, value_id outside)
{
    struct counted c = {.x = outside, .most = 1};

    find_axes(node, &c);
    if (l->status == MPCF_OK && c.batch == MPCF_RANK_MAX) {
        lower_fail(l, MPCF_E_UNSUPPORTED, "'%s' is one value for all examples of a batch",
                   node->name);
    }
    if (l->status == MPCF_OK) {
        count_examples(l, &c);
        add_to_all(l, &c);
    }
}

/* --- What readers take --- */

bool range_is_checked(const struct lowering *l, const mpcf_node *node)
{
    return l->checks != NULL && l->checks[node->id].kind != RANGE_NOT_COMPARED &&
           !l->nodes[node->id].is_uniform;
}

/* A form of NODE's value of which an integer is UNIT, with the bits of what is not marked: a little more than NODE's
 * bound, since a coarse copy is compared. Another form than the compared one may be rounded up. */
static value_id bounded(struct lowering *l, const mpcf_node *node, value_id x, double unit)
{
    if (l->status != MPCF_OK) {
        return x;
    }
    const struct range_check *c = &l->checks[node->id];
    const struct value v = *value_at(l, x);
    const struct term t = term_whole(l, x, 1, v.dims);
    const int bits = 1 + log2_up(c->unit == unit ? c->held : c->held * c->unit / unit + 2);
    const unsigned magnitude = bits < 3 ? 3 : (unsigned) bits;

    return magnitude < v.magnitude ? emit_combine(l, v.dims, v.fraction, magnitude, &t, 1, 0) : x;
}

/* X's integers are UNIT each; LOW and HIGH are in these. Steps in between are the comparison's, in the cost and in
 * errors. */
static void compare(struct lowering *l, const mpcf_node *node, value_id x, double unit, double low,
                    double high)
{
    const mpcf_node *reader = l->node;
    const uint32_t function = l->function;
    struct range_check *c = &l->checks[node->id];

    if (c->is_compared || l->status != MPCF_OK) {
        return;
    }
    c->is_compared = true;
    c->unit = unit;
    l->node = node;
    l->function = program_function(l->program, "check_ranges");
    count_outside(l, node,
                  c->kind == RANGE_POSITIVE ? positive(l, x, low, high, &c->held)
                                            : either_sign(l, x, high, &c->held));
    l->node = reader;
    l->function = function;
}

value_id range_checked(struct lowering *l, const mpcf_node *node, value_id x)
{
    if (!range_is_checked(l, node) || l->status != MPCF_OK) {
        return x;
    }
    const unsigned f = value_at(l, x)->fraction;
    if (value_at(l, x)->magnitude == 0) { /* a sum that may wrap: from here on it may not */
        const struct dims dims = value_at(l, x)->dims;
        const struct term t = term_whole(l, x, 1, dims);

        x = emit_combine(l, dims, f, lower_magnitude(l, node, f), &t, 1, 0);
    }
    double low = -node_bound(l, node), high = -low;

    if (l->checks[node->id].kind == RANGE_POSITIVE) {
        (void) node_positive(l, node, &low, &high);
    }
    compare(l, node, emit_shared(l, x), ldexp(1, -(int) f), ldexp(low, (int) f),
            ldexp(high, (int) f));
    return bounded(l, node, x, ldexp(1, -(int) f));
}

value_id range_checked_sum(struct lowering *l, const mpcf_node *node, value_id x, double unit,
                           double low, double high)
{
    if (!range_is_checked(l, node) || l->status != MPCF_OK) {
        return x;
    }
    compare(l, node, x, unit, low / unit, high / unit);
    return bounded(l, node, x, unit);
}

/* --- The mark --- */

/* The answer's columns and, as one more, the number 1. */
static value_id with_one(struct lowering *l, value_id answer)
{
    const struct value v = *value_at(l, answer);
    const size_t columns = v.dims.count / l->batch_size;
    const struct dims dims = dims_of(l->batch_size, columns + 1, 1, 1);
    const value_id one = emit_combine(l, dims_of(1, 1, 1, 1), 0, 2, NULL, 0, 1);
    const struct term terms[2] = {
        {.x = answer, .weight = 1, .stride = {columns, 1, 0, 0}, .begin = 0, .end = columns},
        {.x = one, .weight = 1, .begin = columns, .end = columns + 1}};

    return emit_combine(l, dims, v.fraction, v.magnitude, terms, 2, 0);
}

/* For each of DIMS, whether nothing of its example was outside. */
static value_id all_within(struct lowering *l, struct dims dims)
{
    int64_t entries[TABLE_MOST + 1] = {1};
    size_t count = 2;
    const struct term t = {.x = l->outside, .weight = 1, .stride = {1, 0, 0, 0}};
    const unsigned m = count_magnitude(l->outside_most);

    while (count <= l->outside_most) {
        count *= 2;
    }
    return emit_table_lookup(l, emit_combine(l, dims, 0, m, &t, 1, 0), entries, count, 1);
}

value_id range_marked(struct lowering *l, value_id answer)
{
    if (l->status != MPCF_OK || l->outside_most == 0) {
        return answer;
    }
    const value_id whole = with_one(l, emit_shared(l, answer));
    const struct dims dims = value_at(l, whole)->dims;

    l->function = program_function(l->program, "check_ranges");
    return l->status == MPCF_OK ? emit_select(l, all_within(l, dims), whole) : VALUE_NONE;
}
