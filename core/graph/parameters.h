/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters: values by name, shared by the engines of one network.
 */
#ifndef MPCF_GRAPH_PARAMETERS_H
#define MPCF_GRAPH_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/graph.h"

struct parameter {
    const char *name; /* as in the checkpoint */
    mpcf_shape shape; /* numbers only */
    size_t count;
    float *value;    /* count floats, 64-byte aligned; NULL in an outline */
    float *gradient; /* the same, zero at create; NULL where made without gradients */
    /* Embedding tables: which rows the last backward touched (row-sparse gradient). NULL for
     * dense ones. touched[i] < rows, no duplicates, touched_count of them. */
    uint32_t *touched;
    size_t touched_count;
    bool *is_touched; /* rows marks, NULL where touched is */
    bool is_table;    /* used by EMBEDDING alone */
    bool is_trained;  /* made with gradients */
    bool is_measured; /* a measured constant: NaN until it is (pass/measure.h) */
};

/* Of a measured constant: nothing has measured or loaded it yet. */
bool parameter_is_unmeasured(const struct parameter *p);
/* MPCF_E_INVALID, with what to do. */
mpcf_status parameter_fail_unmeasured(const struct parameter *p, mpcf_error *err);

struct parameters {
    struct parameter *items;
    size_t count;
};

/* One entry for each PARAMETER node, in graph order, values zero. */
mpcf_status parameters_create(const mpcf_graph *g, bool gradients, struct parameters **out,
                              mpcf_error *err);
/* Names and shapes without memory for numbers: what checks and plans are made from. IS_TRAINED as GRADIENTS. */
mpcf_status parameters_outline(const mpcf_graph *g, bool is_trained, struct parameters **out,
                               mpcf_error *err);
/* The same of those that WANTED names, without gradients. */
typedef bool parameters_filter(const mpcf_graph *g, const mpcf_node *parameter);
mpcf_status parameters_create_some(const mpcf_graph *g, parameters_filter *wanted,
                                   struct parameters **out, mpcf_error *err);
/* Whether P is a layer norm's gain, by its name: it begins at 1, and random weights stay near. */
bool parameter_is_gain(const struct parameter *p);
void parameters_destroy(struct parameters *p); /* NULL is fine */
struct parameter *parameters_find(const struct parameters *p, const char *name);
/* Puts the init of PARAMETER nodes (normal, constant) in place; SEED makes it repeatable. */
void parameters_init(struct parameters *p, const mpcf_graph *g, uint64_t seed);
/* Copies values of equal names and shapes; *COPIED counts them. */
void parameters_copy(struct parameters *to, const struct parameters *from, size_t *copied);
void parameters_zero_gradients(struct parameters *p); /* touched rows only for tables */

#endif
