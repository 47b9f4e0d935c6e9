/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a node is the provider's own, and so known before any input.
 */
#include "graph/owner.h"

bool node_is_constant(const mpcf_node *node)
{
    return node->owner == MPCF_PROVIDER && !node->is_shared;
}

bool node_has_tokens(const mpcf_node *node)
{
    for (int32_t i = 0; i < node->shape.rank; i++) {
        if (node->shape.dim[i] == MPCF_DIM_TOKENS) {
            return true;
        }
    }
    return false;
}

/* By recursion: what is behind a constant is a formula, no network. */
size_t node_places(const mpcf_node *node)
{
    size_t least = 0;

    if (node->kind == OP_POSITIONS) {
        return (size_t) (node->in[0]->shape.dim[0] - node->first);
    }
    for (size_t i = 0; i < node->in_count; i++) {
        const size_t places = node->in[i] == NULL ? 0 : node_places(node->in[i]);

        least = least == 0 || (places > 0 && places < least) ? places : least;
    }
    return least;
}
