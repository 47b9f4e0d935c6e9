/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constructors of what nothing computes: inputs and parameters.
 */
#include <math.h>

#include "graph/build.h"
#include "graph/graph_inside.h"
#include "graph/position_ids.h"

static mpcf_node *add_input(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_owner owner)
{
    mpcf_node *node;

    if (!shape_valid(shape) || graph_find_input(g, name) != NULL) {
        return graph_fail(g, MPCF_E_SHAPE, "input '%s': %s", name,
                          shape_valid(shape) ? "is there already" : "shape not valid");
    }
    node = graph_add_labelled(g, OP_INPUT, shape, NULL, name);
    if (node != NULL) {
        node->owner = owner;
    }
    return node;
}

mpcf_node *mpcf_input(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_owner owner)
{
    if (!graph_label_ok(g, OP_INPUT, name)) {
        return NULL;
    }
    if (position_ids_named(name)) {
        return graph_fail(g, MPCF_E_UNSUPPORTED,
                          "input '%s': mpcf_input_positions() makes it, mpcf_positions() counts "
                          "places",
                          name);
    }
    return add_input(g, name, shape, owner);
}

mpcf_node *mpcf_input_positions(mpcf_graph *g, int64_t pad_id)
{
    const mpcf_shape shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *node;

    if (!graph_label_ok(g, OP_INPUT, POSITION_IDS)) {
        return NULL;
    }
    if (pad_id < 0 || pad_id > INT32_MAX - RUN_TOKENS_MAX - 1) {
        return graph_fail(g, MPCF_E_INVALID, "positions of the padding id %lld",
                          (long long) pad_id);
    }
    node = add_input(g, POSITION_IDS, shape, MPCF_USER);
    if (node != NULL) {
        node->first = pad_id;
    }
    return node;
}

/* NODE again, where it is asked for in the same way. */
static mpcf_node *again(mpcf_graph *g, mpcf_node *node, mpcf_shape shape, mpcf_init init,
                        double value)
{
    if (!shape_equal(node->shape, shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "parameter '%s' has two shapes", node->label);
    }
    if (node->init != init || node->real != value) {
        return graph_fail(g, MPCF_E_INVALID, "parameter '%s' has two inits", node->label);
    }
    return node;
}

mpcf_node *mpcf_parameter(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_init init,
                          double value)
{
    const char *label;
    mpcf_node *node;

    if (!graph_label_ok(g, OP_PARAMETER, name)) {
        return NULL;
    }
    label = arena_format(g->arena, "%s%s", g->parameter_prefix, name);
    if (label == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a name");
    }
    if (!shape_valid(shape) || !shape_is_numbers(shape) || !isfinite(value)) {
        return graph_fail(g, MPCF_E_SHAPE, "parameter '%s': shape and value must be numbers",
                          label);
    }
    g->has_own_parameters = g->has_own_parameters || g->parameter_prefix[0] != '\0';
    node = graph_find_label(g, OP_PARAMETER, label);
    if (node != NULL) {
        return again(g, node, shape, init, value);
    }
    node = graph_add_labelled(g, OP_PARAMETER, shape, NULL, label);
    if (node != NULL) {
        node->owner = MPCF_PROVIDER;
        node->init = init;
        node->real = value;
    }
    return node;
}
