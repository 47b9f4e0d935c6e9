/* SPDX-License-Identifier: Apache-2.0 */
/* TAKE_HEADS and JOIN_HEADS as nodes. */
#include "graph/head_nodes.h"

#include <string.h>

#include "graph/build.h"
#include "graph/graph_inside.h"

/* COUNT sets in the graph's arena. */
static const struct head_set *keep_sets(mpcf_graph *g, const struct head_set *sets, size_t count)
{
    struct head_set *copy = arena_alloc(g->arena, count, sizeof(*copy));

    if (copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for %zu sets of heads", count);
        return NULL;
    }
    memcpy(copy, sets, count * sizeof(*copy));
    return copy;
}

static mpcf_node *make(mpcf_graph *g, enum op_kind kind, mpcf_node *const *in,
                       const struct head_set *sets, size_t count, size_t heads)
{
    mpcf_shape shape = in[0]->shape;
    mpcf_node *node;

    shape.dim[1] = (int64_t) heads;
    node = graph_add_node(g, kind, shape, in, count);
    if (node != NULL) {
        node->heads = keep_sets(g, sets, count);
    }
    return g->status == MPCF_OK ? node : NULL;
}

mpcf_node *graph_take_heads(mpcf_graph *g, mpcf_node *x, const struct head_set *set)
{
    if (!graph_operands_ok(g, OP_TAKE_HEADS, &x, 1)) {
        return NULL;
    }
    if (x->shape.rank != 4 || head_set_is_empty(set) ||
        (int64_t) head_set_rank(set, (size_t) x->shape.dim[1]) < (int64_t) head_set_count(set)) {
        return graph_fail(g, MPCF_E_SHAPE, "take_heads: '%s' does not have these heads", x->name);
    }
    return make(g, OP_TAKE_HEADS, &x, set, 1, head_set_count(set));
}

/* As many as a node can have. */
static mpcf_node *join(mpcf_graph *g, mpcf_node *const *parts, const struct head_set *sets,
                       size_t count, struct head_set *all)
{
    *all = (struct head_set){{0}};
    for (size_t i = 0; i < count; i++) {
        *all = head_set_join(all, &sets[i]);
    }
    return count == 1 ? parts[0] : make(g, OP_JOIN_HEADS, parts, sets, count, head_set_count(all));
}

mpcf_node *graph_join_heads(mpcf_graph *g, mpcf_node *const *parts, const struct head_set *sets,
                            size_t count)
{
    struct head_set joined[NODE_INPUTS_MAX];
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    size_t room = 0, taken = 0;

    if (!graph_operands_ok(g, OP_JOIN_HEADS, parts, count)) {
        return NULL;
    }
    while (taken < count && g->status == MPCF_OK) {
        struct head_set all;

        while (room < NODE_INPUTS_MAX && taken < count) {
            in[room] = parts[taken];
            joined[room++] = sets[taken++];
        }
        in[0] = join(g, in, joined, room, &all); /* the first operand of the next */
        joined[0] = all;
        room = 1;
    }
    return g->status == MPCF_OK ? in[0] : NULL;
}
