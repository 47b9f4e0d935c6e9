/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of nodes that depend on parameters only: what passes have folded into weights.
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_CONSTANT_H
#define MPCF_FLOAT_ENGINE_FLOAT_CONSTANT_H

#include "graph/parameters.h"

/* Value of a node that depends on parameters only (folded weights): COUNT floats into OUT. Where it has a
 * dimension of tokens, at all node_places(). MPCF_E_INVALID: one of them was not measured. */
mpcf_status float_evaluate_constant(const mpcf_graph *g, const struct parameters *p,
                                    const mpcf_node *node, float *out, size_t count,
                                    mpcf_error *err);

#endif
