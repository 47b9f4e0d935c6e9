/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the constructors in core/ops share: operands are checked, the first failure stays.
 */
#ifndef MPCF_GRAPH_BUILD_H
#define MPCF_GRAPH_BUILD_H

#include "graph/node.h"

/* True where every one of COUNT operands is a node of G; else G is failed. */
bool graph_operands_ok(mpcf_graph *g, enum op_kind kind, mpcf_node *const *in, size_t count);
/* True where LABEL can name a source or tap; else G is failed. */
bool graph_label_ok(mpcf_graph *g, enum op_kind kind, const char *label);

/* A node of X's shape; NULL where X is not of G. */
mpcf_node *graph_unary(mpcf_graph *g, enum op_kind kind, mpcf_node *x);
/* As before with a number, which must be finite. */
mpcf_node *graph_unary_real(mpcf_graph *g, enum op_kind kind, mpcf_node *x, double c);
/* Elementwise with broadcasting. */
mpcf_node *graph_binary(mpcf_graph *g, enum op_kind kind, mpcf_node *a, mpcf_node *b);
/* A copy in the graph's arena of COUNT finite numbers; NULL, with G failed, else. */
const double *graph_coefficients(mpcf_graph *g, enum op_kind kind, const double *values,
                                 size_t count);

#endif
