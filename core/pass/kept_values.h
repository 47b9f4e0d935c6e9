/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of nodes over all batches of some rows, so that what comes behind them needs no second run of what
 * comes before.
 */
#ifndef MPCF_PASS_KEPT_VALUES_H
#define MPCF_PASS_KEPT_VALUES_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "graph/graph.h"

struct kept_value {
    const mpcf_node *node;
    float **batches; /* one array a batch; NULL until kept_value_put() */
    bool is_whole;   /* all batches have been put */
};

struct kept_values {
    struct kept_value *items;
    size_t count, capacity, batch_count;
};

void kept_values_clear(struct kept_values *k);
struct kept_value *kept_values_find(const struct kept_values *k, const mpcf_node *node);
/* Adds NODE, with nothing put yet. */
mpcf_status kept_values_add(struct kept_values *k, const mpcf_node *node, mpcf_error *err);
/* Drops all that WANTED (by id of nodes) does not name. */
void kept_values_retain(struct kept_values *k, const bool *wanted);
/* A copy of the COUNT floats X of BATCH. */
mpcf_status kept_value_put(struct kept_value *v, size_t batch, const float *x, size_t count,
                           mpcf_error *err);

#endif
