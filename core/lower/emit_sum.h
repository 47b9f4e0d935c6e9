/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of values, with public weights.
 */
#ifndef MPCF_LOWER_EMIT_SUM_H
#define MPCF_LOWER_EMIT_SUM_H

#include "lower/emit.h"

/* One operand of a sum, read at strides. */
struct term {
    value_id x;
    int64_t weight;
    size_t first, stride[MPCF_RANK_MAX];
    size_t begin, end; /* of emit_combine(): as in struct view; 0, 0: of all */
};
#define TERMS_MAX 256 /* of a sum */
/* X as it is or, dimension by dimension, repeated; dimensions align at the right. */
struct term term_whole(const struct lowering *l, value_id x, int64_t weight, struct dims out);
/* X, whose elements stand in the order of DIMS, whatever its own shape: from element FIRST on. */
struct term term_in_order(value_id x, size_t first, int64_t weight, struct dims dims);
/* Row ROW of X [rows, elements], in the shape DIMS of the elements. */
struct term term_row(value_id x, size_t row, int64_t weight, struct dims dims);
/* Adds to TERMS what TABLE [THRESHOLDS + 1] has for each element by the number of them that it has reached, of RING: bits
 * as numbers, [THRESHOLDS, elements], 1 where reached. Returns what the sum's constant is. */
int64_t threshold_terms(value_id ring, size_t thresholds, struct dims dims, const int64_t *table,
                        struct term *terms, size_t *count);
/* sum of weight x + CONSTANT (in units of the result). Owned by one party where all terms are. */
value_id emit_combine(struct lowering *l, struct dims dims, unsigned fraction, unsigned magnitude,
                      const struct term *terms, size_t count, int64_t constant);
value_id emit_combine_as(struct lowering *l, enum value_kind kind, struct dims dims,
                         unsigned fraction, unsigned magnitude, const struct term *terms,
                         size_t count, int64_t constant);
/* X as a shared value: what one party owns becomes shares (x, 0). */
value_id emit_shared(struct lowering *l, value_id x);
/* a + sign b, aligned to the larger fraction; shape DIMS. */
value_id emit_sum(struct lowering *l, struct dims dims, unsigned magnitude, value_id a, value_id b,
                  int sign);
/* As emit_at(), and with more bits behind the point than X has. */
value_id emit_exactly(struct lowering *l, value_id x, unsigned fraction);
/* x times the public number C; exact where C is a power of two. Its fraction follows from both, so that its
 * magnitude is set afterwards (magnitude_set()). */
value_id emit_scaled(struct lowering *l, value_id x, double c);

#endif
