/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One approximation alone, in the shapes of a network: what `mpcf-host bench approx` runs.
 */
#ifndef MPCF_BENCH_APPROX_GRAPH_H
#define MPCF_BENCH_APPROX_GRAPH_H

#include "float_engine/float_batch.h"
#include "graph/parameters.h"
#include "graph/slots.h"

/* Of one layer; one example. */
struct approx_sizes {
    size_t tokens, hidden, heads, intermediate;
};

/* Where the values that the slot gets lie. */
struct approx_interval {
    double low, high;
};

struct approx_graph {
    mpcf_graph *graph;             /* finished; output "logits", a number a token */
    struct parameters *parameters; /* the slot's values spread over the interval; all else random */
    const mpcf_node *result;       /* what the slot made */
    size_t count;                  /* of its elements */
    int32_t *ids, *mask;           /* tokens long: 0, 1, 2, ..; all 1 */
    struct float_batch batch;
};

/* FILLING NULL: the layer norm that stands in an empty slot. SLOT is the filling's. CLEAR it also after a
 * failure. */
mpcf_status approx_graph_open(struct approx_graph *a, mpcf_slot slot,
                              const struct slot_filling *filling, const struct approx_sizes *sizes,
                              struct approx_interval x, mpcf_error *err);
void approx_graph_clear(struct approx_graph *a);
/* The slot's result in floats, into Y[count]. */
mpcf_status approx_graph_run(const struct approx_graph *a, float *y, mpcf_error *err);

#endif
