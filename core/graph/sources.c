/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constructors of what nothing computes: inputs and parameters.
 */
#include <math.h>

#include "graph/build.h"
#include "graph/graph_inside.h"

mpcf_node *mpcf_input(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_owner owner)
{
    mpcf_node *node;

    if (!graph_label_ok(g, OP_INPUT, name)) {
        return NULL;
    }
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
