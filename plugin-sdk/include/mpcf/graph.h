/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/graph.h - values of a network, and the operations that make them.
 *
 * A graph is built once and walked by several engines: float forward and
 * backward, fixed point in the clear, cost, the two parties, the dealer. A node is
 * one value: a real tensor of up to 4 dimensions, each a number or MPCF_DIM_BATCH or
 * MPCF_DIM_TOKENS: one graph serves every batch and length, and a node keeps its name
 * and range across them. Nothing is computed while a graph is built, and no operation
 * reveals or branches on a value.
 *
 * Errors: an operation that fails (shapes, ranges) returns NULL and marks the
 * graph failed with the first cause; NULL operands give NULL. So a formula is
 * written as an expression and checks nothing.
 *
 * Order: a finished graph's nodes are numbered and named from its outputs back, so it does not
 * matter in which order C evaluates the arguments of a call.
 *
 * Memory: nodes belong to the graph and end with it. Names and coefficient arrays are copied.
 *
 * Threads: one graph is built by one thread at a time, different graphs at once.
 *
 * A row is the last dimension. Elementwise operations of one node keep its shape. Those of two
 * broadcast: the ranks are equal, and each dimension is equal or 1 in one of the two. Numbers
 * (coefficients, C, EPSILON) are finite.
 */
#ifndef MPCF_GRAPH_H
#define MPCF_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/export.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_graph mpcf_graph;
typedef struct mpcf_node mpcf_node;

#define MPCF_RANK_MAX   4
#define MPCF_DIM_BATCH  ((int64_t) -1) /* examples in a batch */
#define MPCF_DIM_TOKENS ((int64_t) -2) /* padded tokens of an example */

/* Dimensions dim[0 .. rank-1], outermost first. */
typedef struct mpcf_shape {
    int32_t rank; /* 1 .. MPCF_RANK_MAX */
    int64_t dim[MPCF_RANK_MAX];
} mpcf_shape;

MPCF_EXPORT mpcf_shape mpcf_shape_1(int64_t a);
MPCF_EXPORT mpcf_shape mpcf_shape_2(int64_t a, int64_t b);
MPCF_EXPORT mpcf_shape mpcf_shape_3(int64_t a, int64_t b, int64_t c);
MPCF_EXPORT mpcf_shape mpcf_shape_4(int64_t a, int64_t b, int64_t c, int64_t d);

/* Who owns a value before the run. Everything computed from two owners is shared. */
typedef enum mpcf_owner { MPCF_PUBLIC = 0, MPCF_PROVIDER = 1, MPCF_USER = 2 } mpcf_owner;

/* What a parameter starts as where the checkpoint has no tensor of its name. */
typedef enum mpcf_init {
    MPCF_INIT_REQUIRED = 0, /* the checkpoint must have it */
    MPCF_INIT_NORMAL = 1,   /* normal with mean 0 and standard deviation VALUE */
    MPCF_INIT_CONSTANT = 2  /* all elements VALUE */
} mpcf_init;

/* --- Sources --- */

/* A value that is given at each run: "input_ids" [B, T], "token_type_ids" [B, T]
 * (whole numbers), "attention_mask" [B, 1, 1, T] (1 for a real token, 0 for padding). */
MPCF_EXPORT mpcf_node *mpcf_input(mpcf_graph *g, const char *name, mpcf_shape shape,
                                  mpcf_owner owner);
/* The input "position_ids" [B, T], the user's, which nobody gives: engines make it of "input_ids". A
 * token that is PAD_ID has position PAD_ID; the others are counted from PAD_ID + 1 on, as RoBERTa
 * and its kin do. It names rows of a table in mpcf_embedding(): T + PAD_ID + 1 at least. */
MPCF_EXPORT mpcf_node *mpcf_input_positions(mpcf_graph *g, int64_t pad_id);
/* A weight, under the checkpoint's name; the provider's. In an approximation: its own
 * trainable value, saved as approximations.<slot>.<layer>.<name>; behind <layer> stands the kind of a
 * layer norm, "attention" or "feed_forward" (of the embedding it stands for <layer>), and of an
 * entry of some heads "heads.0,3". Names, also of inputs and taps, are letters, digits, '_', '-' and
 * single dots between them, outside approximations also '/'. The same NAME twice, with the same shape,
 * init and value, gives the same node. */
MPCF_EXPORT mpcf_node *mpcf_parameter(mpcf_graph *g, const char *name, mpcf_shape shape,
                                      mpcf_init init, double value);

/* --- Measured constants --- */

/*
 * A statistic of X over training rows, measured once, by the stage `convert`, and frozen: from then on a
 * constant without gradient, saved with the student as approximations.<slot>.<layer>.<name>. Elements of
 * padding do not count. One that X depends on is measured before. NAME once in an approximation.
 */
typedef enum mpcf_statistic {
    MPCF_LARGEST = 1,
    MPCF_SMALLEST = 2,
    MPCF_MEAN = 3,
    MPCF_QUANTILE =
        4 /* of 2^22 values drawn evenly where there are more; between two, in proportion */
} mpcf_statistic;

/* For what the statistic is one number; together: for each head and position. */
#define MPCF_BY_WHOLE 0u
#define MPCF_BY_HEAD  1u /* dimension 1 of X [B, H, .., ..] */
#define MPCF_BY_POSITION                                                                           \
    2u /* rows of X, [.., T, c]: its last dimension but one. A position that no row
                               reached has the largest of LARGEST, the smallest of SMALLEST, else
                               the mean of the others (of its head) */

typedef struct mpcf_measure {
    size_t struct_size; /* sizeof(mpcf_measure) */
    mpcf_statistic statistic;
    uint32_t by;     /* MPCF_BY_.. */
    double quantile; /* QUANTILE: 0 smallest, 0.5 median, 1 largest */
    /* MPCF_PROVIDER: as a weight. MPCF_PUBLIC: told to user and dealer; a factor of it then costs
     * what mpcf_scale() does. For BY_WHOLE alone. */
    mpcf_owner owner;
} mpcf_measure;

/* Of X's rank, so that it broadcasts with X: [1, .., 1], [1, H, 1, 1], [1, T, 1], [1, H, T, 1]. In the saved
 * file it has that shape, but by position it lies there as [P, 1] or [P, H], a row for each of the P
 * positions that the network has. */
MPCF_EXPORT mpcf_node *mpcf_measured(mpcf_graph *g, const char *name, mpcf_node *x,
                                     const mpcf_measure *how);

/* How X's values lie. */
typedef struct mpcf_histogram {
    size_t struct_size;
    double low, high; /* the smallest and the largest */
    double mean, deviation;
    size_t bins;         /* of equal width, from LOW to HIGH */
    const double *share; /* of the values, by bin; together 1 */
} mpcf_histogram;

#define MPCF_FITTED_MAX 4096

/* Writes the values that mpcf_fitted() was asked for, finite, the last dimension first. CONFIG as given to
 * it. It is called while measuring, when the graph is long built, and cannot fail. */
typedef void mpcf_fit(const void *config, const mpcf_histogram *h, double *values);

/* A tensor of SHAPE, of at most MPCF_FITTED_MAX numbers, the provider's: what FIT makes of X's histogram.
 * [degree + 1, inner pieces] are coefficients for mpcf_piecewise_of(); of [1, .., 1, count], mpcf_slice()
 * gives one number that broadcasts. Measured as above. IS_TRAINED 1: what training begins with; 0: frozen.
 * CONFIG outlives the graph. It is saved as SHAPE. */
MPCF_EXPORT mpcf_node *mpcf_fitted(mpcf_graph *g, const char *name, mpcf_node *x, mpcf_shape shape,
                                   mpcf_fit *fit, const void *config, int is_trained);

/* --- Products --- */

/* x [.., i], weight [o, i], bias [o] or NULL: [.., o] = x weight^T + bias. Nodes, so weights can be
 * tied; a secure run takes weights and biases that depend on parameters alone. */
MPCF_EXPORT mpcf_node *mpcf_linear(mpcf_graph *g, mpcf_node *x, mpcf_node *weight, mpcf_node *bias);
/* a [.., n, k] times b [.., k, m]: [.., n, m]; outer dimensions are equal. */
MPCF_EXPORT mpcf_node *mpcf_matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
/* a [.., n, k] times the transpose of b [.., m, k]: [.., n, m]. */
MPCF_EXPORT mpcf_node *mpcf_matmul_transposed(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
/* Rows of TABLE [v, h] that IDS [B, T], an input, name: [B, T, h]. */
MPCF_EXPORT mpcf_node *mpcf_embedding(mpcf_graph *g, mpcf_node *table, mpcf_node *ids);
/* Rows FIRST .. FIRST + T - 1 of TABLE [v, h]: [1, T, h], one for each place, whatever stands there
 * (mpcf_input_positions() for families that leave padding out). */
MPCF_EXPORT mpcf_node *mpcf_positions(mpcf_graph *g, mpcf_node *table, int64_t first);

/* --- Elementwise --- */

MPCF_EXPORT mpcf_node *mpcf_add(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
MPCF_EXPORT mpcf_node *mpcf_sub(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
MPCF_EXPORT mpcf_node *mpcf_mul(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
MPCF_EXPORT mpcf_node *mpcf_offset(mpcf_graph *g, mpcf_node *x, double c); /* x + c */
MPCF_EXPORT mpcf_node *mpcf_scale(mpcf_graph *g, mpcf_node *x, double c);  /* x c */
MPCF_EXPORT mpcf_node *mpcf_square(mpcf_graph *g, mpcf_node *x);
/* coef[0] + coef[1] x + ... + coef[degree] x^degree; degree 1 .. 8, degree + 1 coefficients. */
MPCF_EXPORT mpcf_node *mpcf_poly(mpcf_graph *g, mpcf_node *x, const double *coef, size_t degree);
/*
 * The polynomial of the piece x lies in. CUTS, ascending, has CUT_COUNT (1 .. 32)
 * entries; COEF has CUT_COUNT + 1 rows of degree + 1 (degree 0 .. 8) coefficients: row 0 holds
 * below cuts[0], row i from cuts[i-1] (inclusive) on.
 */
MPCF_EXPORT mpcf_node *mpcf_piecewise(mpcf_graph *g, mpcf_node *x, const double *cuts,
                                      size_t cut_count, const double *coef, size_t degree);
/*
 * The same with trained parts: DELTA [degree + 1, CUT_COUNT - 1], which depends on parameters alone,
 * adds delta[i][p - 1] (x - m)^i to piece p, m its middle, of the inner pieces p = 1 .. CUT_COUNT - 1. The
 * first and the last piece stay as they are, and are lines. A parameter that starts as 0 trains COEF. In a
 * secure run delta is the provider's; it costs about twice what mpcf_piecewise() does.
 */
MPCF_EXPORT mpcf_node *mpcf_piecewise_of(mpcf_graph *g, mpcf_node *x, const double *cuts,
                                         size_t cut_count, const double *coef, size_t degree,
                                         mpcf_node *delta);
/*
 * The same with a sine series: piece i is its polynomial plus the sum over k = 1 .. SINE_COUNT
 * (1 .. 16) of sines[i][k - 1] sin(2 pi k x / PERIOD). CUT_COUNT is 2 .. 32; SINES has CUT_COUNT + 1
 * rows of SINE_COUNT, the first and the last of them 0. A secure run fits pieces with sines by polynomials, to
 * 4e-5, and costs what the pieces then do.
 */
MPCF_EXPORT mpcf_node *mpcf_piecewise_sines(mpcf_graph *g, mpcf_node *x, const double *cuts,
                                            size_t cut_count, const double *coef, size_t degree,
                                            const double *sines, size_t sine_count, double period);
/*
 * Entry floor((x - LOW) / (HIGH - LOW) COUNT) of a public TABLE of COUNT (2 .. 4096) entries; the first
 * below LOW, the last from HIGH on. Its gradient is the slope between the neighbours of x's entry, and 0
 * outside. In a secure run the dealer sends as many bits an element as there are entries, rounded up to
 * a power of two, and it is compared and opened besides: 256 entries cost less online than a quartic on
 * pieces and a little more of the dealer's, of 4096 nearly all is the dealer's.
 */
MPCF_EXPORT mpcf_node *mpcf_lookup(mpcf_graph *g, mpcf_node *x, double low, double high,
                                   const double *table, size_t count);
/* LOW where x is below, HIGH where it is above, else x; low < high. Two pieces are constant there. */
MPCF_EXPORT mpcf_node *mpcf_clamp(mpcf_graph *g, mpcf_node *x, double low, double high);
/* x^EXPONENT, 1 .. 16, by squares and products: of 3 one of each, of 4 two squares. */
MPCF_EXPORT mpcf_node *mpcf_power(mpcf_graph *g, mpcf_node *x, unsigned exponent);
MPCF_EXPORT mpcf_node *mpcf_relu(mpcf_graph *g, mpcf_node *x);
/* The larger of two, a + relu(b - a); they broadcast. */
MPCF_EXPORT mpcf_node *mpcf_max(mpcf_graph *g, mpcf_node *a, mpcf_node *b);
MPCF_EXPORT mpcf_node *mpcf_exp(mpcf_graph *g, mpcf_node *x); /* x <= 0 in a secure run */
MPCF_EXPORT mpcf_node *mpcf_erf(mpcf_graph *g, mpcf_node *x);
MPCF_EXPORT mpcf_node *mpcf_tanh(mpcf_graph *g, mpcf_node *x);
/* 1/x and 1/sqrt(x), x > 0; the range comes from calibration. */
MPCF_EXPORT mpcf_node *mpcf_reciprocal(mpcf_graph *g, mpcf_node *x);
MPCF_EXPORT mpcf_node *mpcf_rsqrt(mpcf_graph *g, mpcf_node *x);

/* --- Rows --- */

MPCF_EXPORT mpcf_node *mpcf_row_sum(mpcf_graph *g, mpcf_node *x); /* [.., r, c] -> [.., r, 1] */
/* Over the kept columns only: of a masked row of negative scores the maximum is
 * negative. KEEP as in mpcf_mask(). No gradient flows through it. [.., r, c] -> [.., r, 1] */
MPCF_EXPORT mpcf_node *mpcf_row_max(mpcf_graph *g, mpcf_node *x, mpcf_node *keep);
/* Zeroes the columns that the mask leaves out, whatever they hold. KEEP, the attention mask,
 * is [B,1,1,T] of 0 and 1 and broadcasts to X;
 * mpcf_row_sum(keep) counts the kept ones. With one example at its exact length it is
 * public, else the user's secret: both must run. */
MPCF_EXPORT mpcf_node *mpcf_mask(mpcf_graph *g, mpcf_node *x, mpcf_node *keep);
/* (x - mean) / sqrt(variance + epsilon) * gamma + beta over each row [.., h];
 * gamma, beta [h]. */
MPCF_EXPORT mpcf_node *mpcf_layer_norm(mpcf_graph *g, mpcf_node *x, mpcf_node *gamma,
                                       mpcf_node *beta, double epsilon);

/* --- Shape --- */

MPCF_EXPORT mpcf_node *mpcf_split_heads(mpcf_graph *g, mpcf_node *x,
                                        int64_t heads); /* [B,T,h] -> [B,heads,T,h/heads] */
MPCF_EXPORT mpcf_node *mpcf_merge_heads(mpcf_graph *g, mpcf_node *x); /* and back */
/* Columns FIRST .. FIRST + COUNT - 1 of each row; a run with fewer tokens than that, where a row has a
 * column a token, is refused. */
MPCF_EXPORT mpcf_node *mpcf_slice(mpcf_graph *g, mpcf_node *x, int64_t first, int64_t count);
/* The row of token INDEX, from 0: [B, T, h] -> [B, h]. */
MPCF_EXPORT mpcf_node *mpcf_token(mpcf_graph *g, mpcf_node *x, int64_t index);

/* --- Training and reports --- */

/* While training, zeroes an element with chance P, 0 <= P < 1, and scales the others by 1/(1-P). */
MPCF_EXPORT mpcf_node *mpcf_dropout(mpcf_graph *g, mpcf_node *x, double p);
/* x, with no gradient. */
MPCF_EXPORT mpcf_node *mpcf_stop_gradient(mpcf_graph *g, mpcf_node *x);
/* x, under a name for distillation and reports: "embedding", "scores.3", "hidden.3". Each name once
 * in a graph. */
MPCF_EXPORT mpcf_node *mpcf_tap(mpcf_graph *g, const char *name, mpcf_node *x);
/* Names a result: "logits". */
MPCF_EXPORT void mpcf_output(mpcf_graph *g, const char *name, mpcf_node *x);

/* The shape of a node; rank 0 for NULL. */
MPCF_EXPORT mpcf_shape mpcf_node_shape(const mpcf_node *x);

/* The scope of nodes made from here on: "encoder.layer.3.attention". Nodes are named
 * SCOPE.operation, with a number where that is taken; ranges and errors use the name. The
 * string is copied; "" or NULL ends it. */
MPCF_EXPORT void mpcf_scope(mpcf_graph *g, const char *name);
/* The scope as it is, "" outside; lives as long as the graph. A function that sets a scope and is
 * called as an argument puts the one before back, so that the call's own node has the caller's. */
MPCF_EXPORT const char *mpcf_scope_current(const mpcf_graph *g);
/* FUNCTION is what reports book the cost of scope NAME under: "pooler", "classifier", any word;
 * copied. NAME is the whole name of a scope. For nodes made after it. Without it, nodes of a slot count as the slot ("activation",
 * "normaliser", "tanh"), others by operation: embeddings as "embedding", matrix products of
 * two values as "attention", layer norms as "layer_norm", all else as "linear". */
MPCF_EXPORT void mpcf_scope_counts_as(mpcf_graph *g, const char *name, const char *function);

/* For builders that refuse something the operations cannot see: marks the graph failed. */
MPCF_EXPORT mpcf_node *mpcf_graph_refuse(mpcf_graph *g, const char *format, ...) MPCF_PRINTF(2, 3);

MPCF_END_DECLS
#endif
