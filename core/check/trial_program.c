/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers a network with made-up ranges. */
#include "check/trial_program.h"

#include <string.h>

#include "base/memory.h"
#include "graph/owner.h"
#include "lower/lower.h"
#include "pass/pass.h"
#include "pass/ranges.h"

/* What has an inverse or a root is positive. */
static bool is_positive(const mpcf_graph *g, const mpcf_node *node)
{
    for (size_t i = node->id + 1; i < graph_count(g); i++) {
        const mpcf_node *reader = graph_node(g, i);

        if ((reader->kind == OP_RECIPROCAL || reader->kind == OP_RSQRT) && reader->in[0] == node) {
            return true;
        }
    }
    return false;
}

/* Nothing has measured them yet; no power of two, which would cost less than others. */
static void give_constants(mpcf_graph *g)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        mpcf_node *node = graph_node(g, i);

        if (node->is_measured && node->owner == MPCF_PUBLIC) {
            node->real = 0.3;
        }
    }
}

/* A layer norm's result reaches 1, what a normaliser gives sums to 1: real ranges are wider than these. */
static mpcf_status guess(const mpcf_graph *g, struct ranges *r, mpcf_error *err)
{
    r->items = mpcf_alloc_array(graph_count(g) + 1, sizeof *r->items);
    if (r->items == NULL) {
        return mpcf_fail_memory(err, graph_count(g) * sizeof *r->items, "ranges");
    }
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind == OP_INPUT || node->kind == OP_TAP || node_is_constant(node)) {
            continue;
        }
        r->items[r->count] = (struct node_range){mpcf_strdup(node->name), -0.5, 0.5};
        if (is_positive(g, node)) {
            r->items[r->count].low = 0.25;
        }
        if (r->items[r->count++].node == NULL) {
            return mpcf_fail_memory(err, strlen(node->name), "a name");
        }
    }
    ranges_sort(r);
    return MPCF_OK;
}

mpcf_status trial_program_make(const mpcf_graph *graph, const struct lower_options *options,
                               const struct secure_shape *shape, struct trial_program *out,
                               mpcf_error *err)
{
    struct trial_program t = {NULL, NULL};
    struct ranges *ranges = mpcf_alloc_array(1, sizeof *ranges);
    mpcf_status status = ranges != NULL ? pass_all(graph, &t.graph, err)
                                        : mpcf_fail_memory(err, sizeof *ranges, "ranges");

    if (status == MPCF_OK) {
        give_constants(t.graph);
        status = guess(t.graph, ranges, err);
    }
    if (status == MPCF_OK) {
        status = lower_graph(t.graph, ranges, options, shape->batch, shape->tokens, shape->exact,
                             &t.program, err);
    }
    ranges_destroy(ranges);
    if (status != MPCF_OK) {
        trial_program_clear(&t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

void trial_program_clear(struct trial_program *t)
{
    program_destroy(t->program);
    graph_destroy(t->graph);
    *t = (struct trial_program){NULL, NULL};
}
