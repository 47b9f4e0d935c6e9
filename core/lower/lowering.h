/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the lowering: what is known of each node, and how steps are emitted.
 *
 * A node is lowered once, when something first asks for it, to its *raw* value: the result of its
 * last product, not truncated (fraction f_x + f_w behind a linear). Who reads it asks for a
 * fraction and gets a truncation, made once for each fraction. So sums of products are
 * truncated once, behind the sum, and each truncation is a site that the planner (plan.h) turns
 * into a local shrink or a lift.
 *
 * Failures stick: the first is kept, and everything after it does nothing.
 */
#ifndef MPCF_LOWER_LOWERING_H
#define MPCF_LOWER_LOWERING_H

#include "lower/lower.h"
#include "program/program.h"

#define VALUE_NONE UINT32_MAX
#define FORMS_MAX  6

struct lowered {
    bool is_done, is_uniform;
    double uniform; /* is_uniform: every element is this public number; no value */
    value_id raw;
    value_id forms[FORMS_MAX]; /* truncations of raw */
    size_t form_count;
    int want; /* fraction its readers need (fractions.c); below 0 is 0 */
};

struct lowering {
    const mpcf_graph *graph;
    const struct ranges *ranges;
    const struct lower_options *options;
    size_t batch_size, tokens;
    bool exact_length;
    struct program *program;
    struct lowered *nodes; /* by id */
    value_id *masked;      /* by value: its masked form, or VALUE_NONE */
    size_t masked_capacity;
    const mpcf_node *node; /* whose steps are emitted now */
    uint32_t function;
    mpcf_status status;
    mpcf_error *err;
    struct value spare;
};

mpcf_status lower_fail(struct lowering *l, mpcf_status status, const char *format, ...)
    MPCF_PRINTF(3, 4);

/* --- Nodes (lower.c) --- */

value_id lower_raw(struct lowering *l, const mpcf_node *node);
/* At FRACTION or, where raw has fewer bits, as it is. */
value_id lower_at(struct lowering *l, const mpcf_node *node, unsigned fraction);
value_id lower_wanted(struct lowering *l, const mpcf_node *node);
/* Whether NODE is one public number (lowers it). */
bool lower_is_uniform(struct lowering *l, const mpcf_node *node, double *number);
/* A constant node, rounded to FRACTION bits; the provider's. */
value_id lower_constant(struct lowering *l, const mpcf_node *node, unsigned fraction);

/* Whether the user computes NODE from public tables alone: lower_lookup() is then its lowering. */
bool lower_is_lookup(struct lowering *l, const mpcf_node *node);

typedef void lower_op(struct lowering *l, const mpcf_node *node, struct lowered *out);
lower_op lower_lookup, lower_input, lower_linear, lower_embedding, lower_scale_columns, lower_sum,
    lower_offset, lower_scale, lower_mul, lower_square, lower_poly, lower_slice, lower_split_heads,
    lower_merge_heads, lower_token, lower_row_sum, lower_mask, lower_row_max, lower_center,
    lower_row_mean_square, lower_matmul, lower_matmul_masked, lower_reciprocal, lower_rsqrt,
    lower_piecewise, lower_relu, lower_exp, lower_erf, lower_tanh;

/* NODE, or what taps in front of it name. */
const mpcf_node *lower_past_taps(const mpcf_node *node);
/* A node of the provider's parameters alone. */
bool lower_is_constant(const mpcf_node *node);
/* m of NODE's values at FRACTION bits, from its range. */
unsigned lower_magnitude(struct lowering *l, const mpcf_node *node, unsigned fraction);

/* --- Ranges (fractions.c) --- */

/* Largest magnitude of NODE, with (node_largest) and without margin. */
double node_largest(struct lowering *l, const mpcf_node *node);
double node_seen(struct lowering *l, const mpcf_node *node);
/* Its range, each end moved outwards by the margin. */
void node_interval(struct lowering *l, const mpcf_node *node, double *low, double *high);
/* Its range with margin where all values are positive: low / 2^margin, high 2^margin. */
bool node_positive(struct lowering *l, const mpcf_node *node, double *low, double *high);
/* ceil(log2(x)), floor(log2(x)) of x > 0; of 0: -40. */
int log2_up(double x);
int log2_down(double x);
/* m of values up to LARGEST at FRACTION bits. */
unsigned magnitude_of(double largest, unsigned fraction);
/* Sets `want` of every node that the outputs need. */
void choose_fractions(struct lowering *l);

/* --- Steps (emit.c) --- */

struct dims node_dims(const struct lowering *l, const mpcf_node *node);
struct dims dims_of(size_t a, size_t b, size_t c, size_t d);
struct dims dims_row(struct dims d, size_t row); /* with ROW as last dimension */
const struct value *value_at(const struct lowering *l, value_id id);

/* MAGNITUDE 0: no range of its own; it may wrap and is not checked. */
value_id emit_value(struct lowering *l, enum value_kind kind, struct dims dims, unsigned fraction,
                    unsigned magnitude);

/* One operand of a sum, read at strides. */
struct term {
    value_id x;
    int64_t weight;
    size_t first, stride[MPCF_RANK_MAX];
};
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
/* A truncation site: X / 2^shift; SHIFT 0 may still lift. */
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
value_id emit_compare(struct lowering *l, value_id x, const int64_t *thresholds, size_t count);
value_id emit_bits_to_ring(struct lowering *l, value_id bits);
/* x bits[0] (BITS of one threshold). */
value_id emit_select(struct lowering *l, value_id bits, value_id x);
/* x times the user's 0/1 value KEEP, read through TERM's strides. */
value_id emit_user_select(struct lowering *l, value_id x, const struct term *keep);
value_id emit_provider(struct lowering *l, const mpcf_node *node, unsigned fraction);
/* KIND: USER_ONE_HOT or USER_MASK, of integers (fraction 0). */
value_id emit_user(struct lowering *l, enum step_kind kind, const char *input, struct dims dims);
/* Rows of the constant TABLE of ROWS rows: those of the ids INPUT, or ("positions") from FIRST on. */
value_id emit_user_lookup(struct lowering *l, const char *input, const mpcf_node *table,
                          size_t rows, uint32_t first, struct dims dims, unsigned fraction,
                          unsigned magnitude);
void emit_reveal(struct lowering *l, value_id x, const char *output);

#endif
