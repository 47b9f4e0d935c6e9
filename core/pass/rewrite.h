/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rewrites share: a walk that makes a new graph from what outputs and taps need, and gives
 * each node to a rule first.
 */
#ifndef MPCF_PASS_REWRITE_H
#define MPCF_PASS_REWRITE_H

#include "graph/graph.h"

struct rewrite {
    const mpcf_graph *from;
    mpcf_graph *to;
    mpcf_node **made; /* by id in `from`; NULL: not made yet */
    size_t *uses;     /* by id in `from`: operands and outputs that read it */
    void *context;    /* the caller's */
};

/* What stands for NODE in the new graph; NULL: a copy of it. A rule reads the new operands with
 * rewrite_of() and makes nodes with the constructors; their failures are found at the end. */
typedef mpcf_node *rewrite_rule(struct rewrite *rw, const mpcf_node *node);

/* RULE NULL copies: nodes that no input, tap or output needs are gone then. */
mpcf_status rewrite_graph(const mpcf_graph *from, rewrite_rule *rule, mpcf_graph **out,
                          mpcf_error *err);
/* The same; the rule finds CONTEXT in its struct rewrite. */
mpcf_status rewrite_graph_with(const mpcf_graph *from, rewrite_rule *rule, void *context,
                               mpcf_graph **out, mpcf_error *err);

/* The stand-in of NODE, made now if it is not there; NULL for NULL. RULE as given above. */
mpcf_node *rewrite_of(struct rewrite *rw, const mpcf_node *node);
/* Nodes made from here on are in NODE's scope and count as it does. */
void rewrite_scope(struct rewrite *rw, const mpcf_node *node);

/* A node of KIND and of X's shape on X and Y (NULL: on X alone); shapes align at the right. */
mpcf_node *node_on(enum op_kind kind, mpcf_node *x, mpcf_node *y);

#endif
