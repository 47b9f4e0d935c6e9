/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a float engine: which nodes are computed, which share a buffer, and where each
 * buffer lies. For core/float_engine only.
 *
 * Time runs over the nodes forward (node i at i) and then backward (node i at 2 N - 1 - i).
 * A buffer lives from its first write to its last read; buffers that never live together may
 * overlap in memory.
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_PLAN_H
#define MPCF_FLOAT_ENGINE_FLOAT_PLAN_H

#include "float_engine/float_mode.h"
#include "float_engine/float_place.h"
#include "graph/parameters.h"

struct node_plan {
    bool live;            /* a tap or an output depends on it */
    bool kept;            /* is a tap or an output */
    bool wants_gradient;  /* parameters with gradients are behind it */
    bool is_view;         /* its value is its operand's: nothing to compute */
    bool interleaved;     /* see struct op_call */
    bool is_locked;       /* as root: nothing may be written over its value */
    float factor;         /* of a SCALE that was left out */
    size_t consumers;     /* operands of live nodes that are this node */
    size_t root;          /* the node whose value buffer this one uses */
    size_t gradient_root; /* the node whose gradient buffer this one uses */
    struct span value, gradient, saved;
    struct parameter *parameter; /* PARAMETER */
};

struct float_plan {
    const mpcf_graph *graph;
    enum float_mode mode;
    size_t batch, tokens, elements; /* the largest run */
    size_t count;
    struct node_plan *nodes;
    size_t floats; /* memory of all buffers together */
};

/* Fills PLAN (its graph, mode, limits are set); plan_clear() frees it, also when half built. */
mpcf_status plan_make(struct float_plan *plan, struct parameters *p, mpcf_error *err);
void plan_clear(struct float_plan *plan);
bool plan_is_ids(const mpcf_node *node); /* an input of whole numbers */
/* Whether the gradient of NODE goes on to operand I. */
bool plan_passes_gradient(const mpcf_node *node, size_t i);

#endif
