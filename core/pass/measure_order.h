/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of measuring; which constants a pass can measure, and what they are measured of.
 */
#ifndef MPCF_PASS_MEASURE_ORDER_H
#define MPCF_PASS_MEASURE_ORDER_H

#include "graph/parameters.h"
#include "pass/kept_values.h"
#include "pass/measure_source.h"
#include "pass/statistic.h"

/* One constant that this pass measures. */
struct measured {
    const mpcf_node *node; /* of the network */
    mpcf_node *x;          /* of the part */
    struct parameter *parameter;
    struct statistic *statistic;
};

struct measuring {
    const mpcf_graph *graph;
    struct parameters *parameters;
    const struct measure_rows *rows;
    struct kept_values kept;
    /* By id of the network's nodes: */
    bool *blocked;      /* depends on a constant that had no value before this pass */
    bool *next_blocked; /* nor has one after it */
    bool *marked;       /* scratch */
    mpcf_node **made;   /* stand-ins in the part */
    /* Of this pass: */
    struct measured *items;
    size_t count;
    mpcf_graph *part;
    struct parameters known; /* the network's, and kept values as parameters */
};

/* By nodes of the graph. free: also where memory was short. */
mpcf_status measuring_make_lists(struct measuring *m, mpcf_error *err);
void measuring_free_lists(struct measuring *m);

/* NODE, or what it is another name of: a fused kernel's is its formula. */
const mpcf_node *measure_named(const mpcf_node *node);
/* What CONSTANT is measured of. */
const mpcf_node *measure_node_of(const mpcf_node *constant);
/* Marks operands of NODE. */
void measure_mark_operands(struct measuring *m, const mpcf_node *node);
/* Whether NODE is a constant without a value, of a node that depends on none of BLOCKED. */
bool measure_is_ready(const mpcf_node *node, const bool *blocked);
/* The items of the next pass; blocked before and behind it. */
void measure_list_ready(struct measuring *m);

#endif
