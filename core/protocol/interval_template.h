/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of interval trees, written once; each file that includes this compiles them for its
 * instructions and says INTERVAL_KERNEL_NAME, the table it fills.
 */
#include "protocol/interval_kernel.h"

#define EACH_KEY(i) for (size_t i = 0; i < TREE_ROWS; i++)

static inline uint64_t bit_mask(uint64_t bit)
{
    return 0 - (bit & 1);
}

/* One side's child of a node, corrected where the node's bit is set: a seed with its own bit lowest. */
static inline void correct(uint64_t *low, uint64_t *high, const uint64_t *child_low,
                           const uint64_t *child_high, const uint64_t *node, const uint64_t *fix,
                           const uint64_t *fix_high)
{
    EACH_KEY(i)
    {
        const uint64_t all = bit_mask(node[i]);
        low[i] = (child_low[i] & ~(uint64_t) 2) ^ (all & fix[i]);
        high[i] = child_high[i] ^ (all & fix_high[i]);
    }
}

/* In place: what each side's nodes expand to becomes children. Seeds are corrected by 126 bits, below which
 * stand the corrections of both sides' bits. */
static inline void correct_all(struct tree_nodes *side, unsigned which,
                               const struct tree_nodes *nodes, size_t near,
                               uint64_t (*correction)[TREE_ROWS])
{
    uint64_t fix[TREE_ROWS];

    EACH_KEY(i)
    {
        fix[i] = (correction[0][i] & ~(uint64_t) 3) | (correction[0][i] >> which & 1);
    }
    for (size_t j = 0; j < TREE_ROWS * near; j += TREE_ROWS) {
        correct(side->low + j, side->high + j, side->low + j, side->high + j, nodes->low + j, fix,
                correction[1]);
    }
}

static inline void select_words(uint64_t *out, const uint64_t *zero, const uint64_t *one,
                                const uint64_t *all)
{
    EACH_KEY(i)
    {
        out[i] = zero[i] ^ (all[i] & (zero[i] ^ one[i]));
    }
}

/* The children of node j are J = 2 j + a (left) and 2 j + a - 1. */
static inline void order(uint64_t *out, size_t count, const uint64_t *left, const uint64_t *right,
                         const uint64_t *all)
{
    for (size_t i = 0; i < count; i++) {
        const size_t j = i / 2 * TREE_ROWS;
        if (i % 2 == 0) {
            select_words(out + TREE_ROWS * i, left + j, right + j, all);
        } else {
            select_words(out + TREE_ROWS * i, right + j + TREE_ROWS, left + j, all);
        }
    }
}

static void children(struct tree_nodes *out, size_t count, const struct tree_nodes *nodes,
                     struct tree_nodes *left, struct tree_nodes *right, size_t near,
                     uint64_t (*correction)[TREE_ROWS], const uint64_t *a)
{
    uint64_t all[TREE_ROWS];

    EACH_KEY(i)
    {
        all[i] = bit_mask(a[i]);
    }
    correct_all(left, 0, nodes, near, correction);
    correct_all(right, 1, nodes, near, correction);
    EACH_KEY(i) /* behind the last comes the first */
    {
        right->low[TREE_ROWS * near + i] = right->low[i];
        right->high[TREE_ROWS * near + i] = right->high[i];
    }
    order(out->low, count, left->low, right->low, all);
    order(out->high, count, left->high, right->high, all);
}

static inline int64_t times(int64_t e, int64_t x)
{
    return e * x >> TREE_PART_BITS;
}

static inline uint64_t rounded(int64_t x, unsigned shift, int64_t half)
{
    return (uint64_t) ((x + half) >> shift);
}

static void count(struct tree_sum *sum, const struct tree_nodes *nodes,
                  const struct tree_nodes *values, const uint64_t *third,
                  const int64_t (*series)[TREE_NODES], const int64_t *e, unsigned shift,
                  const uint64_t *is_there, size_t first, size_t end)
{
    const unsigned more = shift + TREE_PLACE_BITS;
    const int64_t half = ((int64_t) 1 << shift) >> 1, half_more = ((int64_t) 1 << more) >> 1;
    struct tree_sum s = *sum;

    for (size_t j = first; j < end; j++) {
        const int64_t q0 = series[0][j], q1 = series[1][j], q2 = series[2][j], q3 = series[3][j],
                      q4 = series[4][j];
        const uint64_t *node = nodes->low + TREE_ROWS * j, *one = values->low + TREE_ROWS * j,
                       *place = values->high + TREE_ROWS * j, *square = third + TREE_ROWS * j;
        EACH_KEY(i)
        {
            const int64_t f = e[i];
            const int64_t value = q0 + times(f, q1 + times(f, q2 + times(f, q3 + times(f, q4))));
            const int64_t cube = q3 + times(f, 4 * q4);
            const int64_t slope = q1 + times(f, 2 * q2 + times(f, 3 * q3 + times(f, 4 * q4)));
            const int64_t curve = q2 + times(f, 3 * q3 + times(f, 6 * q4));
            const uint64_t p = is_there[i] & rounded(value - (q4 >> 7), shift, half);
            const uint64_t q =
                is_there[i] & (0 - rounded(slope + (3 * cube >> 4), more, half_more));
            const uint64_t r = is_there[i] & rounded(curve + (q4 >> 2), more, half_more);
            const uint64_t is_set = bit_mask(node[i]);
            s.total[i] += p * one[i] + q * place[i] + r * square[i];
            s.counted[0][i] += is_set & p;
            s.counted[1][i] += is_set & q;
            s.counted[2][i] += is_set & r;
        }
    }
    *sum = s;
}

const struct interval_kernel INTERVAL_KERNEL_NAME = {children, count};
