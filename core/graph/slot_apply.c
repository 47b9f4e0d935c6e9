/* SPDX-License-Identifier: Apache-2.0 */
/* Slots as a model meets them: where it leaves the choice of a function to the pipeline. */
#include <string.h>

#include <mpcf/model.h>

#include "graph/build.h"
#include "graph/graph_inside.h"
#include "graph/head_nodes.h"
#include "graph/node.h"
#include "graph/slot_name.h"
#include "graph/slots.h"

/* One place of the network that a formula is built for. */
struct place {
    mpcf_slot slot;
    size_t layer;
    mpcf_norm where;              /* LAYER_NORM */
    double epsilon;               /* LAYER_NORM */
    const struct head_set *heads; /* the part that it is of; NULL: the whole */
};

/* "approximations.normaliser.3.", and behind that what else tells the place from others. */
static const char *parameter_prefix(mpcf_graph *g, const struct place *at)
{
    const char *slot = slot_name(at->slot);
    char text[HEAD_SET_TEXT_SIZE];

    if (at->where == MPCF_NORM_EMBEDDING) {
        return arena_format(g->arena, "approximations.%s.%s.", slot, norm_name(at->where));
    }
    if (at->slot == MPCF_SLOT_LAYER_NORM) {
        return arena_format(g->arena, "approximations.%s.%zu.%s.", slot, at->layer,
                            norm_name(at->where));
    }
    if (at->heads != NULL) {
        return arena_format(g->arena, "approximations.%s.%zu.heads.%s.", slot, at->layer,
                            head_set_text(at->heads, text));
    }
    return arena_format(g->arena, "approximations.%s.%zu.", slot, at->layer);
}

/* The formula's own nodes, in a scope of their own. */
static mpcf_node *build_formula(mpcf_graph *g, const struct slot_filling *filling,
                                const struct place *at, mpcf_node *x, mpcf_node *keep)
{
    const char *slot = slot_name(at->slot);
    const char *scope = g->scope;
    const char *function = g->function;
    const char *inner = scope[0] == '\0' ? arena_strdup(g->arena, slot)
                                         : arena_format(g->arena, "%s.%s", scope, slot);
    const char *prefix = parameter_prefix(g, at);
    const size_t outputs = g->output_count;
    mpcf_node *y;

    if (inner == NULL || prefix == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a name");
    }
    g->scope = inner;
    g->slot_function = slot;
    g->parameter_prefix = prefix;
    g->has_own_parameters = false;
    g->at = (struct slot_place){at->layer, at->epsilon, at->heads};
    y = filling->approx->build(filling->config, g, x, keep);
    g->at = (struct slot_place){0, 0, NULL};
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

/* What FILLING makes of X. */
static mpcf_node *apply(mpcf_graph *g, const struct slot_filling *filling, const struct place *at,
                        mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *y = x == NULL ? NULL : build_formula(g, filling, at, x, keep);

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

static void note_layer(mpcf_graph *g, mpcf_slot slot, size_t layer, size_t heads)
{
    g->slot_heads[slot] = heads;
    if (layer >= g->slot_layers[slot]) {
        g->slot_layers[slot] = layer + 1;
    }
}

/* --- By heads --- */

/* What a layer's slot is made of: entries of some heads, and one of the others. */
struct parts {
    const struct slot_filling *fillings[HEADS_MAX];
    struct head_set sets[HEADS_MAX];
    size_t count;
};

/* Whether F is of heads that there are; else G is failed. */
static bool has_heads(mpcf_graph *g, const struct slot_filling *f, size_t heads)
{
    char text[HEAD_SET_TEXT_SIZE];

    if (head_set_rank(&f->heads, heads) == head_set_count(&f->heads)) {
        return true;
    }
    graph_fail(g, MPCF_E_CONFIG, "approximations.%s: heads %s: the network has %zu",
               slot_name(f->slot), head_set_text(&f->heads, text), heads);
    return false;
}

/* False where the layer's fillings are of no heads. */
static bool find_parts(mpcf_graph *g, mpcf_slot slot, size_t layer, size_t heads, struct parts *p)
{
    const struct slot_filling *others = slots_find(g, slot, layer, 0);
    struct head_set rest = head_set_first(heads);

    p->count = 0;
    for (size_t i = 0; i < g->filling_count && p->count < HEADS_MAX - 1; i++) {
        const struct slot_filling *f = &g->fillings[i];

        if (slots_is_of_heads(f, slot, layer) && has_heads(g, f, heads)) {
            p->sets[p->count] = f->heads;
            p->fillings[p->count++] = f;
            rest = head_set_without(&rest, &f->heads);
        }
    }
    if (p->count > 0 && !head_set_is_empty(&rest)) {
        if (others == NULL || others->is_default) {
            char text[HEAD_SET_TEXT_SIZE];

            graph_fail(g, MPCF_E_CONFIG, "approximations.%s: no entry is of heads %s of layer %zu",
                       slot_name(slot), head_set_text(&rest, text), layer);
            return true;
        }
        p->sets[p->count] = rest;
        p->fillings[p->count++] = others;
    }
    return p->count > 0;
}

/* Each part by its own formula. The cuts count as the slot. */
static mpcf_node *apply_parts(mpcf_graph *g, const struct parts *p, mpcf_slot slot, size_t layer,
                              mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *made[HEADS_MAX];

    for (size_t i = 0; i < p->count && g->status == MPCF_OK; i++) {
        const struct place at = {.slot = slot, .layer = layer, .heads = &p->sets[i]};
        mpcf_node *part = x;

        if (p->count > 1) {
            g->slot_function = slot_name(slot);
            part = graph_take_heads(g, x, &p->sets[i]);
            g->slot_function = NULL;
        }
        made[i] = apply(g, p->fillings[i], &at, part, keep);
    }
    if (g->status != MPCF_OK) {
        return NULL;
    }
    g->slot_function = slot_name(slot);
    x = p->count > 1 ? graph_join_heads(g, made, p->sets, p->count) : made[0];
    g->slot_function = NULL;
    return x;
}

/* Heads of a normaliser's scores; 0: they have none. */
static size_t heads_of(mpcf_slot slot, const mpcf_node *x)
{
    const bool has = slot == MPCF_SLOT_NORMALISER && x->shape.rank == 4 && x->shape.dim[1] > 0 &&
                     x->shape.dim[1] <= HEADS_MAX;

    return has ? (size_t) x->shape.dim[1] : 0;
}

mpcf_node *mpcf_slot_apply(mpcf_graph *g, mpcf_slot slot, size_t layer, mpcf_node *x,
                           mpcf_node *keep)
{
    const struct slot_filling *filling = slots_find(g, slot, layer, 0);
    struct parts parts;

    if (slot == MPCF_SLOT_LAYER_NORM) {
        return graph_fail(g, MPCF_E_INVALID, "layer norms go through mpcf_slot_layer_norm()");
    }
    if (x == NULL || (slot == MPCF_SLOT_NORMALISER) != (keep != NULL)) {
        return graph_fail(g, MPCF_E_INVALID, "slot '%s' of layer %zu: %s", slot_name(slot), layer,
                          x == NULL ? "operand is missing" : "a mask goes with normalisers only");
    }
    if (g->status != MPCF_OK) {
        return NULL;
    }
    note_layer(g, slot, layer, heads_of(slot, x));
    if (find_parts(g, slot, layer, heads_of(slot, x), &parts)) {
        return apply_parts(g, &parts, slot, layer, x, keep);
    }
    if (filling == NULL) {
        return graph_fail(g, MPCF_E_CONFIG, "slot '%s' of layer %zu has no approximation",
                          slot_name(slot), layer);
    }
    return apply(g, filling, &(struct place){.slot = slot, .layer = layer}, x, keep);
}

/* --- Layer norms --- */

static bool norm_fits(mpcf_graph *g, mpcf_node *const in[3], mpcf_norm where, double epsilon)
{
    const bool is_known = where >= 1 && where <= NORM_COUNT;

    if (!is_known || !(epsilon >= 0 && epsilon < 1)) {
        graph_fail(g, MPCF_E_INVALID, "layer_norm: %s",
                   is_known ? "epsilon is not in [0, 1)" : "it is none of MPCF_NORM_*");
        return false;
    }
    if (!graph_operands_ok(g, OP_LAYER_NORM, in, 3)) {
        return false;
    }
    for (size_t i = 1; i < 3; i++) {
        char text[SHAPE_TEXT_SIZE];

        if (in[i]->shape.rank != 1 || in[i]->shape.dim[0] != shape_row(in[0]->shape)) {
            graph_fail(g, MPCF_E_SHAPE, "layer_norm: '%s' does not fit rows of %s", in[i]->name,
                       shape_text(in[0]->shape, text));
            return false;
        }
    }
    return true;
}

mpcf_node *mpcf_slot_layer_norm(mpcf_graph *g, size_t layer, mpcf_norm where, mpcf_node *x,
                                mpcf_node *gamma, mpcf_node *beta, double epsilon)
{
    const struct place at = {MPCF_SLOT_LAYER_NORM, layer, where, epsilon, NULL};
    const struct slot_filling *filling = slots_find(g, at.slot, layer, where);
    mpcf_node *in[3] = {x, gamma, beta};
    mpcf_node *y;

    note_layer(g, at.slot, layer, 0);
    if (filling == NULL) {
        return mpcf_layer_norm(g, x, gamma, beta, epsilon);
    }
    if (!norm_fits(g, in, where, epsilon)) {
        return NULL;
    }
    y = apply(g, filling, &at, x, NULL);
    if (y == NULL) {
        return NULL;
    }
    g->slot_function = slot_name(at.slot); /* gain and bias are the norm's, too */
    y = graph_add_node(g, OP_SCALE_COLUMNS, y->shape, (mpcf_node *[2]){y, gamma}, 2);
    y = y == NULL ? NULL : graph_add_node(g, OP_ADD, y->shape, (mpcf_node *[2]){y, beta}, 2);
    g->slot_function = NULL;
    return y;
}

/* --- Where a formula is --- */

size_t mpcf_slot_layer(const mpcf_graph *g)
{
    return g->at.layer;
}

size_t mpcf_slot_head(const mpcf_graph *g, size_t head)
{
    return g->at.heads == NULL ? head : head_set_at(g->at.heads, head);
}

double mpcf_slot_epsilon(const mpcf_graph *g)
{
    return g->at.epsilon;
}
