/* SPDX-License-Identifier: Apache-2.0 */
/* What the slots are filled with, and whether the network has these layers and heads. */
#include "graph/slots.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "graph/graph_inside.h"
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

static bool is_of_layer(const struct slot_filling *f, mpcf_slot slot, size_t layer)
{
    return f->slot == slot && f->first_layer <= layer && layer <= f->last_layer;
}

bool slots_is_of_heads(const struct slot_filling *filling, mpcf_slot slot, size_t layer)
{
    return is_of_layer(filling, slot, layer) && !head_set_is_empty(&filling->heads);
}

const struct slot_filling *slots_find(const mpcf_graph *g, mpcf_slot slot, size_t layer,
                                      mpcf_norm where)
{
    for (size_t i = 0; i < g->filling_count; i++) {
        const struct slot_filling *f = &g->fillings[i];

        if (is_of_layer(f, slot, layer) && head_set_is_empty(&f->heads) &&
            (where == 0 || f->norms == 0 || (f->norms >> where & 1) != 0)) {
            return f;
        }
    }
    return NULL;
}

/* --- After the model has built --- */

static mpcf_status check_layers(const mpcf_graph *g, const struct slot_filling *f, mpcf_error *err)
{
    const size_t layers = g->slot_layers[f->slot];

    if (f->slot == MPCF_SLOT_LAYER_NORM && !f->is_default && layers == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "approximations.%s: the family's layer norms are no slot",
                         slot_name(f->slot));
    }
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

/* Heads of LAYER that nothing of the file is of; FIRST: the first filling that is of some. */
static struct head_set uncovered(const struct slot_filling *fillings, size_t count, mpcf_slot slot,
                                 size_t layer, size_t heads, size_t *first)
{
    struct head_set rest = head_set_first(heads);

    *first = count;
    for (size_t i = 0; i < count; i++) {
        if (slots_is_of_heads(&fillings[i], slot, layer)) {
            *first = *first == count ? i : *first;
            rest = head_set_without(&rest, &fillings[i].heads);
        } else if (is_of_layer(&fillings[i], slot, layer) && !fillings[i].is_default) {
            rest = (struct head_set){{0}};
        }
    }
    return rest;
}

static mpcf_status check_heads(const mpcf_graph *g, const struct slot_filling *fillings,
                               size_t count, size_t i, mpcf_error *err)
{
    const struct slot_filling *f = &fillings[i];
    const size_t layers = g->slot_layers[f->slot], heads = g->slot_heads[f->slot];
    char text[HEAD_SET_TEXT_SIZE];
    size_t first = 0;

    if (head_set_rank(&f->heads, heads) < head_set_count(&f->heads)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "approximations.%s: heads %s: the network has heads 0-%zu",
                         slot_name(f->slot), head_set_text(&f->heads, text), heads - 1);
    }
    for (size_t layer = f->first_layer; layer < layers && layer <= f->last_layer; layer++) {
        const struct head_set rest = uncovered(fillings, count, f->slot, layer, heads, &first);

        if (first == i && !head_set_is_empty(&rest)) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "approximations.%s: no entry is of heads %s of layer %zu; one without "
                             "`heads:` takes those that are left",
                             slot_name(f->slot), head_set_text(&rest, text), layer);
        }
    }
    return MPCF_OK;
}

mpcf_status graph_check_filling(const mpcf_graph *g, const struct slot_filling *fillings,
                                size_t count, size_t i, mpcf_error *err)
{
    const struct slot_filling *f = &fillings[i];

    MPCF_TRY(check_layers(g, f, err));
    if (head_set_is_empty(&f->heads)) {
        return MPCF_OK;
    }
    if (g->slot_heads[f->slot] == 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "approximations.%s: heads: the network has none here",
                         slot_name(f->slot));
    }
    return check_heads(g, fillings, count, i, err);
}

mpcf_status graph_check_layers(const mpcf_graph *g, mpcf_error *err)
{
    for (size_t i = 0; i < g->filling_count; i++) {
        MPCF_TRY(graph_check_filling(g, g->fillings, g->filling_count, i, err));
    }
    return MPCF_OK;
}
