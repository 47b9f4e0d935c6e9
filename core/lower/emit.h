/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, one function a kind: each adds the step and the value it makes to the program.
 */
#ifndef MPCF_LOWER_EMIT_H
#define MPCF_LOWER_EMIT_H

#include "lower/lowering.h"
#include "protocol/waves_shape.h"

/* MAGNITUDE 0: no range of its own; it may wrap and is not checked. */
value_id emit_value(struct lowering *l, enum value_kind kind, struct dims dims, unsigned fraction,
                    unsigned magnitude);

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
/* A truncation site: X / 2^shift; SHIFT 0 may still extend. */
value_id emit_truncate(struct lowering *l, value_id x, unsigned shift, unsigned magnitude);
/* X at FRACTION or fewer bits; magnitude goes down with it. */
value_id emit_at(struct lowering *l, value_id x, unsigned fraction);
/* Also with more bits behind the point than it has. */
value_id emit_exactly(struct lowering *l, value_id x, unsigned fraction);
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
/* x times the public number C; exact where C is a power of two. */
value_id emit_scaled(struct lowering *l, value_id x, double c, unsigned magnitude);
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
/* x times the user's 0/1 value KEEP, read through TERM's strides. */
value_id emit_user_select(struct lowering *l, value_id x, const struct term *keep);
value_id emit_provider(struct lowering *l, const mpcf_node *node, unsigned fraction);
/* KIND: USER_ONE_HOT or USER_MASK, of integers (fraction 0). PAD_ID: where INPUT is position_ids. */
value_id emit_user(struct lowering *l, enum step_kind kind, const char *input, uint32_t pad_id,
                   struct dims dims);
/* A batch code of the ids INPUT in a table of ROWS rows (protocol/batch_code.h). */
struct emit_code {
    const char *input;
    uint32_t pad_id; /* as of emit_user() */
    size_t rows, groups, buckets;
};
/* KIND: USER_BUCKETS or USER_SLOTS. */
value_id emit_code_user(struct lowering *l, enum step_kind kind, const struct emit_code *code,
                        struct dims dims);
value_id emit_bucket_sums(struct lowering *l, value_id masked, value_id table,
                          const struct emit_code *code, struct dims dims, unsigned magnitude);
/* The user's X [n, k] times the shared Y [k, m]. */
value_id emit_user_matmul(struct lowering *l, value_id x, value_id y, struct dims dims,
                          unsigned magnitude);
/* Rows of the constant TABLE of ROWS rows: those of the ids INPUT (of position_ids FIRST is the
 * padding id), or ("positions") from FIRST on. */
value_id emit_user_lookup(struct lowering *l, const char *input, const mpcf_node *table,
                          size_t rows, uint32_t first, struct dims dims, unsigned fraction,
                          unsigned magnitude);
void emit_reveal(struct lowering *l, value_id x, const char *output);

#endif
