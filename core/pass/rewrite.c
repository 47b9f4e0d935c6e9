/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk: each node that outputs and taps need is given to the rule, and copied where the rule
 * has nothing for it.
 */
#include "pass/rewrite.h"

#include <assert.h>

#include "base/memory.h"
#include "graph/node.h"
#include "graph/scope.h"

/* The rule travels with the walk; callers of rewrite_of() see the plain part only. */
struct walk {
    struct rewrite rewrite;
    rewrite_rule *rule;
};

/* A copy of NODE on the stand-ins of its operands. */
static mpcf_node *copy_of(struct rewrite *rw, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};

    for (size_t i = 0; i < node->in_count; i++) {
        in[i] = rewrite_of(rw, node->in[i]);
        if (in[i] == NULL && node->in[i] != NULL) {
            return NULL;
        }
    }
    return graph_copy_node(rw->to, node, in);
}

mpcf_node *rewrite_of(struct rewrite *rw, const mpcf_node *node)
{
    const struct walk *walk = (const struct walk *) rw; /* its first member */
    mpcf_node *made = NULL;

    if (node == NULL || rw->made[node->id] != NULL) {
        return node == NULL ? NULL : rw->made[node->id];
    }
    assert(node->graph == rw->from);
    if (walk->rule != NULL) {
        made = walk->rule(rw, node);
    }
    if (made == NULL) {
        made = copy_of(rw, node);
    }
    rw->made[node->id] = made;
    return made;
}

void rewrite_scope(struct rewrite *rw, const mpcf_node *node)
{
    graph_scope_as(rw->to, node->scope, node->function);
}

static void count_uses(struct rewrite *rw)
{
    for (size_t i = 0; i < graph_count(rw->from); i++) {
        const mpcf_node *node = graph_node(rw->from, i);
        for (size_t j = 0; j < node->in_count; j++) {
            if (node->in[j] != NULL) {
                rw->uses[node->in[j]->id]++;
            }
        }
    }
    for (size_t i = 0; i < graph_output_count(rw->from); i++) {
        rw->uses[graph_output(rw->from, i)->node->id]++;
    }
}

static void walk_graph(struct rewrite *rw)
{
    for (size_t i = 0; i < graph_count(rw->from); i++) {
        const mpcf_node *node = graph_node(rw->from, i);
        if (node->kind == OP_INPUT || node->kind == OP_TAP) {
            rewrite_of(rw, node);
        }
    }
    for (size_t i = 0; i < graph_output_count(rw->from); i++) {
        const struct graph_output *output = graph_output(rw->from, i);
        mpcf_output(rw->to, output->name, rewrite_of(rw, output->node));
    }
}

mpcf_status rewrite_graph(const mpcf_graph *from, rewrite_rule *rule, mpcf_graph **out,
                          mpcf_error *err)
{
    return rewrite_graph_with(from, rule, NULL, out, err);
}

mpcf_status rewrite_graph_with(const mpcf_graph *from, rewrite_rule *rule, void *context,
                               mpcf_graph **out, mpcf_error *err)
{
    const size_t count = graph_count(from);
    struct walk walk = {.rewrite = {.context = context}, .rule = rule};
    struct rewrite *rw = &walk.rewrite;
    mpcf_status status = graph_check(from, err);

    if (status != MPCF_OK) {
        return status;
    }
    rw->from = from;
    rw->to = graph_create();
    rw->made = mpcf_alloc_array(count + 1, sizeof(*rw->made));
    rw->uses = mpcf_alloc_array(count + 1, sizeof(*rw->uses));
    if (rw->to == NULL || rw->made == NULL || rw->uses == NULL) {
        status = mpcf_fail_memory(err, count * sizeof(*rw->made), "a graph");
    } else {
        count_uses(rw);
        walk_graph(rw);
        status = graph_check(rw->to, err);
    }
    mpcf_free(rw->made);
    mpcf_free(rw->uses);
    if (status != MPCF_OK) {
        graph_destroy(rw->to);
        return status;
    }
    *out = rw->to;
    return MPCF_OK;
}

mpcf_node *node_on(enum op_kind kind, mpcf_node *x, mpcf_node *y)
{
    mpcf_node *in[2] = {x, y};

    if (x == NULL) {
        return NULL;
    }
    return graph_add_node(x->graph, kind, x->shape, in, y == NULL ? 1 : 2);
}
