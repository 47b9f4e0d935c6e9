/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a graph is held, and what the constructors in core/ops share. For core/graph and
 * core/ops only.
 */
#ifndef MPCF_GRAPH_BUILD_H
#define MPCF_GRAPH_BUILD_H

#include "base/arena.h"
#include "graph/graph.h"

#define GRAPH_MESSAGE_SIZE 512
#define SHAPE_TEXT_SIZE    96

struct mpcf_graph {
    struct arena *arena; /* nodes, names, coefficients */
    mpcf_node **nodes;
    size_t count, capacity;
    struct graph_output *outputs;
    size_t output_count;
    struct slot_filling *fillings;
    size_t filling_count;
    bool fuse;
    const char *scope;            /* "" outside any */
    const char *parameter_prefix; /* inside an approximation, else "" */
    mpcf_status status;           /* the first failure */
    char message[GRAPH_MESSAGE_SIZE];
};

/* Marks G failed, once, with the scope in front of the message; returns NULL. */
mpcf_node *graph_fail(mpcf_graph *g, mpcf_status status, const char *format, ...) MPCF_PRINTF(3, 4);
/* True where every one of COUNT operands is a node of G; else G is failed. */
bool graph_operands_ok(mpcf_graph *g, enum op_kind kind, mpcf_node *const *in, size_t count);

/* "[B, T, 384]" */
const char *shape_text(mpcf_shape shape, char text[SHAPE_TEXT_SIZE]);
/* 1 .. 4 dimensions, each a number from 1 on, or one of the two symbols. */
bool shape_valid(mpcf_shape shape);
bool shape_is_numbers(mpcf_shape shape);
int64_t shape_row(mpcf_shape shape); /* the last dimension */
/* Equal ranks, each dimension of SMALL equal or 1. */
bool shape_broadcasts_to(mpcf_shape small, mpcf_shape shape);

/* A node of X's shape; NULL where X is not of G. */
mpcf_node *graph_unary(mpcf_graph *g, enum op_kind kind, mpcf_node *x);
/* As before with a number, which must be finite. */
mpcf_node *graph_unary_real(mpcf_graph *g, enum op_kind kind, mpcf_node *x, double c);
/* Elementwise with broadcasting. */
mpcf_node *graph_binary(mpcf_graph *g, enum op_kind kind, mpcf_node *a, mpcf_node *b);
/* A copy in the graph's arena of COUNT finite numbers; NULL, with G failed, else. */
const double *graph_coefficients(mpcf_graph *g, enum op_kind kind, const double *values,
                                 size_t count);
const char *op_name(enum op_kind kind); /* "row_sum" */

#endif
