/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots: what fills them, and whether a network has what the fillings are of.
 */
#ifndef MPCF_GRAPH_SLOTS_H
#define MPCF_GRAPH_SLOTS_H

#include <mpcf/approx.h>
#include <mpcf/model.h>

#include "graph/graph.h"
#include "graph/head_set.h"

/* One filling of a slot for a range of layers. */
struct slot_filling {
    mpcf_slot slot;
    unsigned norms;                 /* LAYER_NORM: which ones, a bit 1 << mpcf_norm each; 0: all */
    size_t first_layer, last_layer; /* inclusive */
    const mpcf_approx *approx;
    const void *config; /* parsed options; outlives the graph */
    /* NORMALISER: of these heads; none: of those that no other filling of the layer is of. */
    struct head_set heads;
    bool is_default; /* of what the pipeline file leaves alone */
};

/* What slots are filled with; FILLINGS are copied, the first that fits a place counts. Call before
 * a model builds. An approximation with float kernels becomes a FUSED node where FUSE is true. */
mpcf_status graph_fill_slots(mpcf_graph *g, const struct slot_filling *fillings, size_t count,
                             bool fuse, mpcf_error *err);
/* The filling of LAYER's slot without heads; WHERE is 0 but for LAYER_NORM. NULL: none. */
const struct slot_filling *slots_find(const mpcf_graph *g, mpcf_slot slot, size_t layer,
                                      mpcf_norm where);
/* Whether FILLING, of some heads, is of LAYER's slot. */
bool slots_is_of_heads(const struct slot_filling *filling, mpcf_slot slot, size_t layer);
/* After a model has built G, with whatever fillings: MPCF_E_CONFIG where FILLINGS[I] is of layers or
 * heads that it does not have, or first of those that leave heads of a layer to none. */
mpcf_status graph_check_filling(const mpcf_graph *g, const struct slot_filling *fillings,
                                size_t count, size_t i, mpcf_error *err);
/* After the model has built: the same of each of its own fillings (a last_layer of SIZE_MAX is that
 * of all there are). */
mpcf_status graph_check_layers(const mpcf_graph *g, mpcf_error *err);

#endif
