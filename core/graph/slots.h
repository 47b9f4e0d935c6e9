/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots: where a model leaves the choice of a function to the pipeline.
 */
#ifndef MPCF_GRAPH_SLOTS_H
#define MPCF_GRAPH_SLOTS_H

#include <mpcf/approx.h>

#include "graph/graph.h"

/* One filling of a slot for a range of layers. */
struct slot_filling {
    mpcf_slot slot;
    size_t first_layer, last_layer; /* inclusive */
    const mpcf_approx *approx;
    const void *config; /* parsed options; outlives the graph */
};

/* What mpcf_slot_apply() uses; FILLINGS are copied. Call before a model builds. An
 * approximation with float kernels becomes a FUSED node where FUSE is true. */
mpcf_status graph_fill_slots(mpcf_graph *g, const struct slot_filling *fillings, size_t count,
                             bool fuse, mpcf_error *err);
/* After a model has built G, with whatever fillings: MPCF_E_CONFIG where F is of layers that it does not
 * have. */
mpcf_status graph_check_filling(const mpcf_graph *g, const struct slot_filling *f, mpcf_error *err);
/* After the model has built: MPCF_E_CONFIG for a filling of layers that it does not have (a
 * last_layer of SIZE_MAX is that of all there are). */
mpcf_status graph_check_layers(const mpcf_graph *g, mpcf_error *err);

#endif
