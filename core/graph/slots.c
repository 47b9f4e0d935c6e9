/* SPDX-License-Identifier: Apache-2.0 */
/* Slots: where a model leaves the choice of a function to the pipeline. */
#include "graph/slots.h"

#include <string.h>

#include <mpcf/model.h>

#include "base/memory.h"
#include "graph/graph_inside.h"
#include "graph/node.h"
#include "graph/slot_name.h"

static mpcf_status check_fillings(const struct slot_filling *fillings, size_t count,
                                  mpcf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (fillings[i].slot < 1 || fillings[i].slot > SLOT_COUNT) {
            return mpcf_fail(err, MPCF_E_INVALID, "filling %zu is of slot %d, which there is not",
                             i, (int) fillings[i].slot);
        }
        if (fillings[i].approx == NULL || fillings[i].approx->build == NULL) {
            return mpcf_fail(err, MPCF_E_INVALID, "filling %zu of slot '%s' has no approximation",
                             i, slot_name(fillings[i].slot));
        }
        if (fillings[i].approx->slot != fillings[i].slot) {
            return mpcf_fail(err, MPCF_E_CONFIG, "approximation '%s' is for slot '%s', not '%s'",
                             fillings[i].approx->name, slot_name(fillings[i].approx->slot),
                             slot_name(fillings[i].slot));
        }
    }
    return MPCF_OK;
}

mpcf_status graph_fill_slots(mpcf_graph *g, const struct slot_filling *fillings, size_t count,
                             bool fuse, mpcf_error *err)
{
    struct slot_filling *copy = NULL;

    MPCF_TRY(check_fillings(fillings, count, err));
    copy = mpcf_alloc_array(count + 1, sizeof(*copy));
    if (copy == NULL) {
        return mpcf_fail_memory(err, (count + 1) * sizeof(*copy), "slots");
    }
    for (size_t i = 0; i < count; i++) {
        copy[i] = fillings[i];
    }
    mpcf_free(g->fillings);
    g->fillings = copy;
    g->filling_count = count;
    g->fuse = fuse;
    return MPCF_OK;
}

static const struct slot_filling *find_filling(const mpcf_graph *g, mpcf_slot slot, size_t layer)
{
    for (size_t i = 0; i < g->filling_count; i++) {
        const struct slot_filling *f = &g->fillings[i];

        if (f->slot == slot && f->first_layer <= layer && layer <= f->last_layer) {
            return f;
        }
    }
    return NULL;
}

/* The formula's own nodes, in a scope of their own. */
static mpcf_node *build_formula(mpcf_graph *g, const struct slot_filling *filling, size_t layer,
                                mpcf_node *x, mpcf_node *keep)
{
    const char *slot = slot_name(filling->slot);
    const char *scope = g->scope;
    const char *function = g->function;
    const char *inner = scope[0] == '\0' ? arena_strdup(g->arena, slot)
                                         : arena_format(g->arena, "%s.%s", scope, slot);
    const char *prefix = arena_format(g->arena, "approximations.%s.%zu.", slot, layer);
    const size_t outputs = g->output_count;
    mpcf_node *y;

    if (inner == NULL || prefix == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a name");
    }
    g->scope = inner;
    g->slot_function = slot;
    g->parameter_prefix = prefix;
    g->has_own_parameters = false;
    y = filling->approx->build(filling->config, g, x, keep);
    g->scope = scope;
    g->function = function;
    g->slot_function = NULL;
    g->parameter_prefix = "";
    if (g->output_count != outputs) {
        return graph_fail(g, MPCF_E_INVALID,
                          "approximation '%s' names an output: those are a model's",
                          filling->approx->name);
    }
    return y;
}

static mpcf_node *fuse(mpcf_graph *g, const struct slot_filling *filling, mpcf_node *x,
                       mpcf_node *keep, mpcf_node *formula)
{
    mpcf_node *in[3] = {x, keep, formula};
    mpcf_node *node = graph_add_node(g, OP_FUSED, x->shape, in, 3);

    if (node != NULL) {
        node->function = formula->function;
        node->approx = filling->approx;
        node->approx_config = filling->config;
    }
    return node;
}

static void note_layer(mpcf_graph *g, mpcf_slot slot, size_t layer)
{
    if (layer >= g->slot_layers[slot]) {
        g->slot_layers[slot] = layer + 1;
    }
}

mpcf_status graph_check_filling(const mpcf_graph *g, const struct slot_filling *f, mpcf_error *err)
{
    const size_t layers = g->slot_layers[f->slot];

    if (f->last_layer == SIZE_MAX || f->last_layer < layers) {
        return MPCF_OK;
    }
    if (layers == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "approximations.%s: layers %zu-%zu: the network has none with this slot",
                         slot_name(f->slot), f->first_layer, f->last_layer);
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "approximations.%s: layers %zu-%zu: the network has this slot in layers 0-%zu",
                     slot_name(f->slot), f->first_layer, f->last_layer, layers - 1);
}

mpcf_status graph_check_layers(const mpcf_graph *g, mpcf_error *err)
{
    for (size_t i = 0; i < g->filling_count; i++) {
        MPCF_TRY(graph_check_filling(g, &g->fillings[i], err));
    }
    return MPCF_OK;
}

mpcf_node *mpcf_slot_apply(mpcf_graph *g, mpcf_slot slot, size_t layer, mpcf_node *x,
                           mpcf_node *keep)
{
    const struct slot_filling *filling = find_filling(g, slot, layer);
    mpcf_node *y;

    if (x == NULL || (slot == MPCF_SLOT_NORMALISER) != (keep != NULL)) {
        return graph_fail(g, MPCF_E_INVALID, "slot '%s' of layer %zu: %s", slot_name(slot), layer,
                          x == NULL ? "operand is missing" : "a mask goes with normalisers only");
    }
    if (g->status != MPCF_OK) {
        return NULL;
    }
    if (filling == NULL) {
        return graph_fail(g, MPCF_E_CONFIG, "slot '%s' of layer %zu has no approximation",
                          slot_name(slot), layer);
    }
    note_layer(g, slot, layer);
    y = build_formula(g, filling, layer, x, keep);
    if (y == NULL || y->graph != g || !shape_equal(y->shape, x->shape)) {
        return graph_fail(g, MPCF_E_SHAPE,
                          "approximation '%s' gives no node of its operand's shape",
                          filling->approx->name);
    }
    /* A formula with parameters of its own has no float kernel: those see the options only. */
    if (g->fuse && filling->approx->forward != NULL && filling->approx->backward != NULL &&
        !g->has_own_parameters) {
        return fuse(g, filling, x, keep, y);
    }
    return y;
}
