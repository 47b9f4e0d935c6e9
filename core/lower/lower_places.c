/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that POSITIONS reads, or that positions which follow a padding id can name. */
#include "lower/lower_places.h"

#include "graph/position_ids.h"

/* Rows in front of the first token's. */
static int64_t rows_before(const mpcf_node *node)
{
    return node->kind == OP_POSITIONS ? node->first : node->in[1]->first + 1;
}

void lower_check_places(struct lowering *l, const mpcf_node *node)
{
    int64_t room;

    if (node->kind != OP_POSITIONS && !position_ids_named(node->in[1]->label)) {
        return;
    }
    room = node->in[0]->shape.dim[0] - rows_before(node);
    if ((int64_t) l->tokens > room) {
        lower_fail(l, MPCF_E_INVALID, "%zu tokens, but '%s' has positions for %lld", l->tokens,
                   node->name, (long long) room);
    }
}
