/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a graph: what engines, passes and the lowering read.
 *
 * A graph is a list of nodes in an order in which operands come first, as they were made until
 * graph_finish() (finish.h) puts them in order. Its constructors are those of <mpcf/graph.h>;
 * passes make a new graph with them.
 */
#ifndef MPCF_GRAPH_GRAPH_H
#define MPCF_GRAPH_GRAPH_H

#include <stdbool.h>

#include <mpcf/approx.h>
#include <mpcf/error.h>
#include <mpcf/graph.h>

#include "graph/head_set.h"
#include "graph/op_kind.h"
#include "graph/shapes.h"

#define NODE_INPUTS_MAX 16

/* The longest padded text of a run, and so the limit of `max_length`. */
#define RUN_TOKENS_MAX 8192

/* What a measured constant is measured of. Passes leave it out: they come after measuring. */
struct measure {
    mpcf_node *x;
    mpcf_statistic statistic; /* 0: FIT */
    double quantile;
    bool by_head, by_position;
    mpcf_fit *fit;
    const void *fit_config;
};

struct mpcf_node {
    mpcf_graph *graph;
    size_t id; /* its place in the graph's list */
    enum op_kind kind;
    const char *name;     /* unique in the graph, stable across batch and length */
    const char *scope;    /* that it was made in; "" outside any */
    const char *function; /* what its cost is booked under: "linear", "attention", "activation" */
    mpcf_shape shape;
    mpcf_owner owner; /* of all it is computed from; both parties: see is_shared */
    bool is_shared;   /* depends on provider's and user's values */
    mpcf_node *in[NODE_INPUTS_MAX];
    size_t in_count;

    double real; /* OFFSET, SCALE: c; LAYER_NORM: epsilon; DROPOUT: p; PIECEWISE_SINES: period;
                              PARAMETER: value of its init */
    int64_t first, count; /* SLICE, POSITIONS, TOKEN: first; SLICE: count; SPLIT_HEADS: heads;
                              PIECEWISE_SINES: how many of a row's coefficients are the sines';
                              TOKEN: 1 where a pass kept the dimension, [.., T, c] -> [.., 1, c] */
    const double *coef;   /* POLY, PIECEWISE, _SINES, _OF: rows of degree + 1; LOOKUP: low, high,
                              degree - 1 entries */
    size_t degree;
    const double *cuts; /* PIECEWISE, PIECEWISE_SINES */
    size_t cut_count;
    bool transposed;  /* MATMUL, MATMUL_MASKED: of b */
    mpcf_init init;   /* PARAMETER */
    bool is_measured; /* PARAMETER: a measured constant; one that is public has its value in
                                   `real` (NaN: not measured) */
    bool is_frozen;   /* PARAMETER: training leaves it as it is */
    const struct measure *measure; /* is_measured, before passes */
    const char *label;             /* INPUT, PARAMETER, TAP: the name given by the builder */
    const struct head_set *heads;  /* TAKE_HEADS: of in[0]; JOIN_HEADS: one an operand */
    const mpcf_approx *approx;     /* FUSED: its float kernels; in[0] is x, in[1] keep or NULL, */
    const void *approx_config;     /* in[2] the graph form, which gives range and lowering */
};

struct graph_output {
    const char *name;
    mpcf_node *node;
};

mpcf_graph *graph_create(void); /* NULL: memory */
void graph_destroy(mpcf_graph *g);
/* MPCF_OK, or the first failure of any constructor since create. */
mpcf_status graph_check(const mpcf_graph *g, mpcf_error *err);
/* Marks G failed, once, with the scope in front of the message; returns NULL. */
mpcf_node *graph_fail(mpcf_graph *g, mpcf_status status, const char *format, ...) MPCF_PRINTF(3, 4);

/* Positions that a text can have, for what is measured by position; before a model builds. Without it
 * PLACES_DEFAULT. */
#define PLACES_DEFAULT 512
void graph_set_places(mpcf_graph *g, int64_t places);

size_t graph_count(const mpcf_graph *g);
mpcf_node *graph_node(const mpcf_graph *g, size_t id);
mpcf_node *graph_find(const mpcf_graph *g, const char *name);      /* by node name */
mpcf_node *graph_find_tap(const mpcf_graph *g, const char *label); /* or output; NULL: none */
/* The INPUT, PARAMETER or TAP of that name. */
mpcf_node *graph_find_label(const mpcf_graph *g, enum op_kind kind, const char *label);
mpcf_node *graph_find_input(const mpcf_graph *g, const char *label);
size_t graph_output_count(const mpcf_graph *g);
const struct graph_output *graph_output(const mpcf_graph *g, size_t i);

/* What operations without a constructor compute, made by passes and slots:
 *   CONCAT          rows joined: [.., a] and [.., b] -> [.., a + b] (on parameters: dimension 0
 *                   where `first` is 1)
 *   CENTER          x - mean of its row; on parameters: of its column (dimension 0) where
 *                   `first` is 1
 *   ROW_MEAN_SQUARE mean of squares of a row, plus `real`: [.., r, c] -> [.., r, 1]
 *   SCALE_COLUMNS   x [.., h] times a vector [h] of the provider
 *   TAKE_HEADS      some heads of x [B,h,r,c], in ascending order: [B,n,r,c]
 *   JOIN_HEADS      parts of the heads as one: what TAKE_HEADS took of them are the parts
 *   MATMUL_MASKED   u [B,h,n,T] times (v [B,h,T,d] with rows zeroed by keep): in u, v, keep
 * Passes align shapes at the right (as struct dims does): ADD, SUB, MUL may have a vector [h]
 * beside x [B,T,h]; a LINEAR's weight may be a vector [i], which stands for [1, i].
 */

#endif
