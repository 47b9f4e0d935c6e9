/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a node is the provider's own, and so known before any input.
 */
#include "graph/owner.h"

bool node_is_constant(const mpcf_node *node)
{
    return node->owner == MPCF_PROVIDER && !node->is_shared;
}
