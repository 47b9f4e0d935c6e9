/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants: parameters that pass/measure.h fills from training rows, and the nodes by which
 * those by position meet a text's tokens. No operation of their own: engines and lowering see a
 * parameter and its first rows.
 *
 *   by head and position   parameter [places, H] -> positions [1, T, H] -> split_heads [1, H, T, 1]
 */
#include <math.h>

#include "base/memory.h"
#include "graph/build.h"
#include "graph/graph_inside.h"

/* What a plug-in of the first ABI with this struct fills. */
#define SIZE_THROUGH_OWNER (offsetof(mpcf_measure, owner) + sizeof(mpcf_owner))

/* The parameter NAME of SHAPE, which M says how to measure. */
static mpcf_node *add_parameter(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_owner owner,
                                const struct measure *m, bool is_frozen)
{
    const char *label = arena_format(g->arena, "%s%s", g->parameter_prefix, name);
    struct measure *kept = arena_alloc(g->arena, 1, sizeof(*kept));
    mpcf_node *node;

    if (label == NULL || kept == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a measured constant");
    }
    if (graph_find_label(g, OP_PARAMETER, label) != NULL) {
        return graph_fail(g, MPCF_E_INVALID, "'%s' is measured twice, or is a parameter, too",
                          label);
    }
    g->has_own_parameters = g->has_own_parameters || g->parameter_prefix[0] != '\0';
    node = graph_add_labelled(g, OP_PARAMETER, shape, NULL, label);
    if (node != NULL) {
        *kept = *m;
        node->owner = owner;
        node->init = MPCF_INIT_CONSTANT;
        node->real = owner == MPCF_PUBLIC ? (double) NAN : 0;
        node->is_measured = true;
        node->is_frozen = is_frozen;
        node->measure = kept;
    }
    return node;
}

/* --- Statistics --- */

static const char *refused(const mpcf_node *x, const mpcf_measure *how)
{
    const bool by_head = (how->by & MPCF_BY_HEAD) != 0;
    const bool by_position = (how->by & MPCF_BY_POSITION) != 0;
    const mpcf_shape s = x->shape;

    if (how->statistic < MPCF_LARGEST || how->statistic > MPCF_QUANTILE) {
        return "which statistic it does not say";
    }
    if ((how->by & ~(MPCF_BY_HEAD | MPCF_BY_POSITION)) != 0) {
        return "by what there is not";
    }
    if (how->statistic == MPCF_QUANTILE && !(how->quantile >= 0 && how->quantile <= 1)) {
        return "a quantile is from 0 to 1";
    }
    if (how->owner != MPCF_PROVIDER && how->owner != MPCF_PUBLIC) {
        return "it is the provider's or public";
    }
    if (how->owner == MPCF_PUBLIC && how->by != MPCF_BY_WHOLE) {
        return "by head or position it is the provider's alone: one public number is a whole "
               "tensor's (an entry for each head, `heads:`, has one of its own)";
    }
    if (by_head && (s.rank != 4 || s.dim[1] < 1)) {
        return "by head it is of [B, heads, .., ..]";
    }
    if (by_position && (s.rank < 3 || s.dim[s.rank - 2] != MPCF_DIM_TOKENS)) {
        return "by position it is of rows, [.., T, c]";
    }
    return NULL;
}

/* Where it is not by position: [1, H, 1, 1], or ones alone. */
static mpcf_shape whole_shape(const mpcf_node *x, int64_t heads)
{
    mpcf_shape shape = {.rank = x->shape.rank};

    for (int32_t i = 0; i < shape.rank; i++) {
        shape.dim[i] = 1;
    }
    if (heads > 1) {
        shape.dim[1] = heads;
    }
    return shape;
}

mpcf_node *mpcf_measured(mpcf_graph *g, const char *name, mpcf_node *x, const mpcf_measure *how)
{
    const char *problem;
    struct measure m = {.x = x};
    int64_t heads;

    if (!graph_label_ok(g, OP_PARAMETER, name) || !graph_operands_ok(g, OP_PARAMETER, &x, 1)) {
        return NULL;
    }
    problem = how == NULL || how->struct_size < SIZE_THROUGH_OWNER ? "it does not say how"
                                                                   : refused(x, how);
    if (problem != NULL) {
        return graph_fail(g, MPCF_E_INVALID, "measured constant '%s': %s", name, problem);
    }
    m.statistic = how->statistic;
    m.quantile = how->quantile;
    m.by_head = (how->by & MPCF_BY_HEAD) != 0;
    m.by_position = (how->by & MPCF_BY_POSITION) != 0;
    heads = m.by_head ? x->shape.dim[1] : 1;
    if (!m.by_position) {
        return add_parameter(g, name, whole_shape(x, heads), how->owner, &m, true);
    }
    x = mpcf_positions(
        g, add_parameter(g, name, mpcf_shape_2(g->places, heads), how->owner, &m, true), 0);
    return m.x->shape.rank == 4 ? mpcf_split_heads(g, x, heads) : x;
}

/* --- Fits --- */

/* 0: a dimension is no number, or there are too many. */
static int64_t count_of(mpcf_shape shape)
{
    int64_t count = shape.rank >= 1 && shape.rank <= MPCF_RANK_MAX ? 1 : 0;

    for (int32_t i = 0; count > 0 && i < shape.rank; i++) {
        count =
            shape.dim[i] >= 1 && shape.dim[i] <= MPCF_FITTED_MAX / count ? count * shape.dim[i] : 0;
    }
    return count;
}

mpcf_node *mpcf_fitted(mpcf_graph *g, const char *name, mpcf_node *x, mpcf_shape shape,
                       mpcf_fit *fit, const void *config, int is_trained)
{
    const struct measure m = {.x = x, .fit = fit, .fit_config = config};

    if (!graph_label_ok(g, OP_PARAMETER, name) || !graph_operands_ok(g, OP_PARAMETER, &x, 1)) {
        return NULL;
    }
    if (fit == NULL || count_of(shape) == 0) {
        char text[SHAPE_TEXT_SIZE];

        return graph_fail(g, MPCF_E_INVALID, "fitted values '%s': %s", name,
                          fit == NULL ? "no function" : shape_text(shape, text));
    }
    return add_parameter(g, name, shape, MPCF_PROVIDER, &m, is_trained == 0);
}
