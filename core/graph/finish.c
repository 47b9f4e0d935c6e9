/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes in the order of a walk from the outputs. C leaves the order of a call's arguments to the
 * compiler, and with it that in which a builder makes nodes; the parties compare numbers and names.
 */
#include "graph/finish.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/graph_inside.h"
#include "graph/node.h"

/* A node on the way to its operands: the next to go to. */
struct visit {
    mpcf_node *node;
    size_t next;
};

struct order {
    mpcf_node **nodes; /* placed, in order */
    size_t count;
    bool *is_seen;       /* by id */
    struct visit *stack; /* of the walk */
    mpcf_node **roots;   /* labelled nodes */
};

static int compare_outputs(const void *a, const void *b)
{
    return strcmp(((const struct graph_output *) a)->name, ((const struct graph_output *) b)->name);
}

static int compare_labels(const void *a, const void *b)
{
    const mpcf_node *x = *(mpcf_node *const *) a;
    const mpcf_node *y = *(mpcf_node *const *) b;

    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return strcmp(x->label, y->label);
}

/* Not by recursion: a plug-in's graph may be deep. */
static void place(struct order *o, mpcf_node *root)
{
    size_t depth = 0;

    if (!o->is_seen[root->id]) {
        o->stack[depth++] = (struct visit){root, 0};
        o->is_seen[root->id] = true;
    }
    while (depth > 0) {
        struct visit *top = &o->stack[depth - 1];
        mpcf_node *in = top->next < top->node->in_count ? top->node->in[top->next] : NULL;

        if (top->next++ >= top->node->in_count) {
            o->nodes[o->count++] = top->node;
            depth--;
        } else if (in != NULL && !o->is_seen[in->id]) {
            o->stack[depth++] = (struct visit){in, 0};
            o->is_seen[in->id] = true;
        }
    }
}

static void place_all(struct order *o, const mpcf_graph *g)
{
    size_t count = 0;

    for (size_t i = 0; i < g->output_count; i++) {
        place(o, g->outputs[i].node);
    }
    for (size_t i = 0; i < g->count; i++) {
        if (g->nodes[i]->label != NULL) {
            o->roots[count++] = g->nodes[i];
        }
    }
    qsort(o->roots, count, sizeof(mpcf_node *), compare_labels);
    for (size_t i = 0; i < count; i++) {
        place(o, o->roots[i]);
        if (o->roots[i]->measure != NULL) {
            place(o, o->roots[i]->measure->x);
        }
    }
}

static void take(mpcf_graph *g, const struct order *o)
{
    g->count = 0;
    memset(g->numbered, 0, sizeof g->numbered);
    for (size_t i = 0; i < o->count; i++) {
        mpcf_node *node = o->nodes[i];

        node->id = i;
        node->name = graph_name_node(g, node);
        if (node->name == NULL) {
            graph_fail(g, MPCF_E_NOMEM, "out of memory for a name");
            return;
        }
        g->nodes[g->count++] = node;
    }
}

mpcf_status graph_finish(mpcf_graph *g, mpcf_error *err)
{
    const size_t count = g->count + 1;
    struct order o = {0};

    MPCF_TRY(graph_check(g, err));
    o.nodes = mpcf_alloc_array(count, sizeof(mpcf_node *));
    o.roots = mpcf_alloc_array(count, sizeof(mpcf_node *));
    o.is_seen = mpcf_alloc_array(count, sizeof(*o.is_seen));
    o.stack = mpcf_alloc_array(count, sizeof(*o.stack));
    if (o.nodes == NULL || o.roots == NULL || o.is_seen == NULL || o.stack == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for %zu nodes", count);
    } else {
        if (g->output_count > 0) {
            qsort(g->outputs, g->output_count, sizeof(*g->outputs), compare_outputs);
        }
        place_all(&o, g);
        take(g, &o);
    }
    mpcf_free(o.nodes);
    mpcf_free(o.roots);
    mpcf_free(o.is_seen);
    mpcf_free(o.stack);
    return graph_check(g, err);
}
