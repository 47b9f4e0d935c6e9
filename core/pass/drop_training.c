/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only training or the float engine needs goes.
 *
 *   before   x -> dropout -> y          x -> fused(kernel, graph form) -> y
 *   after    x -> y                     x -> graph form -> y
 */
#include "pass/drop_training.h"

mpcf_node *rule_drop_training(struct rewrite *rw, const mpcf_node *node)
{
    switch (node->kind) {
    case OP_DROPOUT:
    case OP_STOP_GRADIENT:
        return rewrite_of(rw, node->in[0]);
    case OP_FUSED:
        return rewrite_of(rw, node->in[2]);
    default:
        return NULL;
    }
}
