/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, one function a kind: each adds the step and the value it makes to the program.
 */
#ifndef MPCF_LOWER_EMIT_H
#define MPCF_LOWER_EMIT_H

#include "lower/lowering.h"
#include "protocol/waves_shape.h"

/* A step that makes OUT, which the program has: what else its kind needs is set afterwards. */
struct step *emit_step(struct lowering *l, enum step_kind kind, value_id out, const value_id *in,
                       size_t in_count);
/* MAGNITUDE 0: no range of its own; it may wrap and is not checked. */
value_id emit_value(struct lowering *l, enum value_kind kind, struct dims dims, unsigned fraction,
                    unsigned magnitude);

/* A truncation site: X / 2^shift; SHIFT 0 may still extend. */
value_id emit_truncate(struct lowering *l, value_id x, unsigned shift, unsigned magnitude);
/* X at FRACTION or fewer bits; magnitude goes down with it. */
value_id emit_at(struct lowering *l, value_id x, unsigned fraction);
value_id emit_masked(struct lowering *l, value_id x);
/* KIND: LINEAR or SCALE_COLUMNS; fraction is the sum of both. */
value_id emit_linear(struct lowering *l, enum step_kind kind, value_id masked, value_id weight,
                     struct dims dims);
/* Fraction is the sum of both. A full shape, B of it or one a row. */
value_id emit_product(struct lowering *l, value_id a, value_id b, unsigned magnitude);
value_id emit_square(struct lowering *l, value_id x, unsigned magnitude);
value_id emit_row_sum(struct lowering *l, value_id x, unsigned magnitude);
/* [n, k] [k, m], batched; shape DIMS. */
value_id emit_matmul(struct lowering *l, value_id a, value_id b, bool transposed, struct dims dims,
                     unsigned magnitude);
/* 1/x, or its root, of positive X: SCALE at x = 2^FINEST units, at FRACTION bits. */
value_id emit_inverse(struct lowering *l, value_id x, bool is_root, unsigned finest, int64_t scale,
                      unsigned fraction, unsigned magnitude);
/* CONSTANT + sum_j of cosines or sines, factors in units of FRACTION bits; harmonics FIRST + j DISTANCE of a turn of
 * 2^turn units of x. At FRACTION bits and the places of a WAVES, which are untruncated. */
struct emit_waves {
    unsigned turn, fraction;
    int64_t first, distance, constant, factor[WAVES_MAX];
    size_t count;
    bool is_odd;
};
value_id emit_waves(struct lowering *l, value_id x, const struct emit_waves *w);
/* Where all are 0 an X that a truncation has made needs emit_compare_guarded(). */
value_id emit_compare(struct lowering *l, value_id x, const int64_t *thresholds, size_t count);
/* The lowest PLANES bits of entry X modulo COUNT, a power of two. */
value_id emit_table_lookup(struct lowering *l, value_id x, const int64_t *entries, size_t count,
                           size_t planes);
/* How many numbers of each row of X, 0 .. n - 1, are beyond 0 .. n - 2, the last of DIMS, with M bits. */
value_id emit_level_counts(struct lowering *l, value_id x, struct dims dims, unsigned m);
/* CONSTANT e^-x, of positive X with POINT bits behind the point, modulo 2^OPENED; 0 where BITS are 0, which may be
 * VALUE_NONE. */
struct emit_exp {
    value_id x, bits;
    unsigned point, opened, buckets, factor_bits;
    int64_t constant;
};
value_id emit_exp(struct lowering *l, const struct emit_exp *e, unsigned fraction,
                  unsigned magnitude);
value_id emit_bits_to_ring(struct lowering *l, value_id bits);
/* x bits[0] (BITS of one threshold); x bits[row]. */
value_id emit_select(struct lowering *l, value_id bits, value_id x);
value_id emit_select_row(struct lowering *l, value_id bits, uint32_t row, value_id x);

#endif
