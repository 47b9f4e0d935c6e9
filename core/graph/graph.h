/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a graph: what engines, passes and the lowering read.
 *
 * A graph is a list of nodes in an order in which operands come first. Its constructors
 * are those of <mpcf/graph.h>; passes make a new graph with them.
 */
#ifndef MPCF_GRAPH_GRAPH_H
#define MPCF_GRAPH_GRAPH_H

#include <stdbool.h>

#include <mpcf/approx.h>
#include <mpcf/error.h>
#include <mpcf/graph.h>

/* One list of operations; a table that every engine must have a row in. */
/* clang-format off */
#define OP_MAP(X)                                                                  \
    X(INPUT, input) X(PARAMETER, parameter) X(LINEAR, linear) X(MATMUL, matmul)    \
    X(EMBEDDING, embedding) X(POSITIONS, positions) X(ADD, add) X(SUB, sub)        \
    X(MUL, mul) X(OFFSET, offset) X(SCALE, scale) X(SQUARE, square) X(POLY, poly)  \
    X(PIECEWISE, piecewise) X(RELU, relu) X(EXP, exp) X(ERF, erf) X(TANH, tanh)    \
    X(RECIPROCAL, reciprocal) X(RSQRT, rsqrt) X(ROW_SUM, row_sum)                  \
    X(ROW_MAX, row_max) X(MASK, mask) X(LAYER_NORM, layer_norm)                    \
    X(SPLIT_HEADS, split_heads) X(MERGE_HEADS, merge_heads) X(SLICE, slice)        \
    X(TOKEN, token) X(DROPOUT, dropout) X(STOP_GRADIENT, stop_gradient)            \
    X(TAP, tap) X(FUSED, fused)                                                    \
    /* made by passes only */                                                      \
    X(CONCAT, concat) X(CENTER, center) X(ROW_MEAN_SQUARE, row_mean_square)        \
    X(SCALE_COLUMNS, scale_columns) X(MATMUL_MASKED, matmul_masked)
/* clang-format on */

enum op_kind {
#define OP_ENUM(upper, lower) OP_##upper,
    OP_MAP(OP_ENUM)
#undef OP_ENUM
        OP_COUNT
};

#define NODE_INPUTS_MAX 4

/* The longest padded text of a run, and so the limit of `max_length`. */
#define RUN_TOKENS_MAX 8192

struct mpcf_node {
    mpcf_graph *graph;
    size_t id; /* its place in the graph's list */
    enum op_kind kind;
    const char *name; /* unique in the graph, stable across batch and length */
    mpcf_shape shape;
    mpcf_owner owner; /* of all it is computed from; both parties: see is_shared */
    bool is_shared;   /* depends on provider's and user's values */
    mpcf_node *in[NODE_INPUTS_MAX];
    size_t in_count;

    double real;          /* OFFSET, SCALE: c; LAYER_NORM: epsilon; DROPOUT: p;
                              PARAMETER: value of its init */
    int64_t first, count; /* SLICE, POSITIONS, TOKEN: first; SLICE: count; SPLIT_HEADS: heads;
                              TOKEN: 1 where a pass kept the dimension, [.., T, c] -> [.., 1, c] */
    const double *coef;   /* POLY, PIECEWISE: rows of degree + 1 */
    size_t degree;
    const double *cuts; /* PIECEWISE */
    size_t cut_count;
    bool transposed;           /* MATMUL, MATMUL_MASKED: of b */
    mpcf_init init;            /* PARAMETER */
    const char *label;         /* INPUT, PARAMETER, TAP: the name given by the builder */
    const mpcf_approx *approx; /* FUSED: its float kernels; in[0] is x, in[1] keep or NULL, */
    const void *approx_config; /* in[2] the graph form, which gives range and lowering */
};

struct graph_output {
    const char *name;
    mpcf_node *node;
};

/* One filling of a slot for a range of layers. */
struct slot_filling {
    mpcf_slot slot;
    size_t first_layer, last_layer; /* inclusive */
    const mpcf_approx *approx;
    const void *config; /* parsed options; outlives the graph */
};

mpcf_graph *graph_create(void); /* NULL: memory */
void graph_destroy(mpcf_graph *g);
/* MPCF_OK, or the first failure of any constructor since create. */
mpcf_status graph_check(const mpcf_graph *g, mpcf_error *err);
/* What mpcf_slot_apply() uses; FILLINGS are copied. Call before a model builds. An
 * approximation with float kernels becomes a FUSED node where FUSE is true. */
mpcf_status graph_fill_slots(mpcf_graph *g, const struct slot_filling *fillings, size_t count,
                             bool fuse, mpcf_error *err);

size_t graph_count(const mpcf_graph *g);
mpcf_node *graph_node(const mpcf_graph *g, size_t id);
mpcf_node *graph_find(const mpcf_graph *g, const char *name);      /* by node name */
mpcf_node *graph_find_tap(const mpcf_graph *g, const char *label); /* or output; NULL: none */
mpcf_node *graph_find_input(const mpcf_graph *g, const char *label);
size_t graph_output_count(const mpcf_graph *g);
const struct graph_output *graph_output(const mpcf_graph *g, size_t i);

/* A new node of KIND with operands; used by the constructors and by passes, which fill the
 * attributes of the node it returns. SHAPE as given. */
mpcf_node *graph_add_node(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *const *in,
                          size_t in_count);
/* mpcf_token() that keeps the dimension: row INDEX of the last dimension but one, [.., T, c] ->
 * [.., 1, c]. */
mpcf_node *graph_token_kept(mpcf_graph *g, mpcf_node *x, int64_t index);
/* A node of G like NODE (of another graph) on the operands IN; keeps name and attributes. */
mpcf_node *graph_copy_node(mpcf_graph *g, const mpcf_node *node, mpcf_node *const *in);

/* Dimensions with numbers put in for BATCH and TOKENS; count is their product. */
struct dims {
    size_t dim[MPCF_RANK_MAX]; /* right-aligned: dim[3] is the row length, unused are 1 */
    size_t count;
};
struct dims shape_resolve(mpcf_shape shape, size_t batch, size_t tokens);
bool shape_equal(mpcf_shape a, mpcf_shape b);

/* SHA-256 of kinds, shapes, attributes and edges (no weights), in hex: what two processes
 * compare. TEXT has 65 bytes. */
void graph_digest(const mpcf_graph *g, char *text);

/* What pass-made operations compute:
 *   CONCAT          rows joined: [.., a] and [.., b] -> [.., a + b] (on parameters: dimension 0
 *                   where `first` is 1)
 *   CENTER          x - mean of its row; on parameters: of its column (dimension 0) where
 *                   `first` is 1
 *   ROW_MEAN_SQUARE mean of squares of a row, plus `real`: [.., r, c] -> [.., r, 1]
 *   SCALE_COLUMNS   x [.., h] times a vector [h] of the provider
 *   MATMUL_MASKED   u [B,h,n,T] times (v [B,h,T,d] with rows zeroed by keep): in u, v, keep
 * Passes align shapes at the right (as struct dims does): ADD, SUB, MUL may have a vector [h]
 * beside x [B,T,h]; a LINEAR's weight may be a vector [i], which stands for [1, i].
 */

#endif
