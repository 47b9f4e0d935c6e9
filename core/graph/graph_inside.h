/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a graph is held. For core/graph only.
 */
#ifndef MPCF_GRAPH_GRAPH_INSIDE_H
#define MPCF_GRAPH_GRAPH_INSIDE_H

#include <stdbool.h>

#include <mpcf/error.h>
#include <mpcf/graph.h>

#include "base/arena.h"
#include "graph/slot_name.h"

struct graph_output; /* graph.h */
struct slot_filling; /* slots.h */
struct head_set;     /* head_set.h */

/* What a model said of a scope; a list, the last said first. */
struct counted_scope {
    const char *scope, *function;
    struct counted_scope *next;
};

/* Where the formula that is being built stands; all 0 outside. */
struct slot_place {
    size_t layer;
    double epsilon;
    const struct head_set *heads;
};

/* The numbers below NEXT of BASE are taken: BASE.2 to BASE.(NEXT - 1); naming all anew forgets them. */
struct numbered_name {
    const char *base;
    size_t next;
};
#define NUMBERED_NAMES 64 /* places of a table that forgets */

struct mpcf_graph {
    struct arena *arena; /* nodes, names, coefficients */
    mpcf_node **nodes;
    size_t count, capacity;
    struct graph_output *outputs;
    size_t output_count;
    struct slot_filling *fillings;
    size_t filling_count;
    bool fuse;
    size_t slot_layers[SLOT_COUNT + 1]; /* by slot: the last layer that it was applied in, plus 1 */
    size_t slot_heads[SLOT_COUNT + 1];  /* by slot: the heads of its values; 0: it has none */
    struct slot_place at;
    const char *scope;            /* "" outside any */
    const char *function;         /* what the scope counts as, or NULL */
    const char *slot_function;    /* inside an approximation, else NULL */
    const char *parameter_prefix; /* inside an approximation, else "" */
    bool has_own_parameters;      /* the approximation asked for some */
    int64_t places;               /* positions that a text can have */
    struct counted_scope *counted;
    struct numbered_name numbered[NUMBERED_NAMES];
    mpcf_status status; /* the first failure */
    char message[512];
};

#endif
