/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graph twice in one: on x, and on a parameter "base" that keeps the values which x had.
 */
#include "conformance/approx_steps.h"

#include <string.h>

#include "base/memory.h"
#include "graph/finish.h"
#include "graph/node.h"
#include "pass/rewrite.h"

/* Entries of a table of slopes, which has one more on each side: the slope is 0 there. */
#define ENTRIES_MAX 4096

struct doubled {
    mpcf_node **base; /* by id in the graph that is rewritten */
};

bool approx_has_steps(const struct approx_bench *from)
{
    for (size_t i = 0; i < graph_count(from->graph); i++) {
        if (graph_node(from->graph, i)->kind == OP_LOOKUP) {
            return true;
        }
    }
    return false;
}

/* What NODE is where x is as it was. Sources but x are shared. */
static mpcf_node *base_of(struct rewrite *rw, mpcf_node *node)
{
    struct doubled *d = rw->context;
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    mpcf_node *made;

    node = node_without_taps(node);
    if (node == NULL || d->base[node->id] != NULL) {
        return node == NULL ? NULL : d->base[node->id];
    }
    if (node->kind == OP_PARAMETER && strcmp(node->label, "x") == 0) {
        made = mpcf_parameter(rw->to, "base", node->shape, MPCF_INIT_REQUIRED, 0);
    } else if (node->kind == OP_PARAMETER || node->kind == OP_INPUT) {
        made = rewrite_of(rw, node);
    } else {
        for (size_t i = 0; i < node->in_count; i++) {
            in[i] = base_of(rw, node->in[i]);
        }
        made = graph_copy_node(rw->to, node, in);
    }
    d->base[node->id] = made;
    return made;
}

/* (T[i + 1] - T[i - 1]) / 2 an entry's width, at the ends of one side, 0 outside. */
static mpcf_node *slope_at(mpcf_graph *g, mpcf_node *base, const mpcf_node *lookup)
{
    const double low = lookup->coef[0], high = lookup->coef[1], *table = lookup->coef + 2;
    const size_t count = lookup->degree - 1;
    const double width = (high - low) / (double) count;
    double slopes[ENTRIES_MAX] = {0};

    for (size_t i = 0; i < count; i++) {
        const size_t left = i == 0 ? 0 : i - 1, right = i + 1 == count ? i : i + 1;

        slopes[i + 1] = (table[right] - table[left]) / ((double) (right - left) * width);
    }
    return mpcf_lookup(g, base, low - width, high + width, slopes, count + 2);
}

static mpcf_node *straighten(struct rewrite *rw, const mpcf_node *node)
{
    mpcf_node *base, *change, *entry;

    if (node->kind != OP_LOOKUP || node->degree + 1 > ENTRIES_MAX) { /* that fine, steps are none */
        return NULL;
    }
    base = base_of(rw, node->in[0]);
    change = mpcf_sub(rw->to, rewrite_of(rw, node->in[0]), base);
    entry =
        mpcf_lookup(rw->to, base, node->coef[0], node->coef[1], node->coef + 2, node->degree - 1);
    return mpcf_add(rw->to, entry, mpcf_mul(rw->to, slope_at(rw->to, base, node), change));
}

static mpcf_status fill(const struct approx_bench *from, struct approx_bench *out, mpcf_error *err)
{
    struct parameter *base;
    size_t copied = 0;

    MPCF_TRY(graph_finish(out->graph, err));
    MPCF_TRY(parameters_create(out->graph, true, &out->parameters, err));
    parameters_copy(out->parameters, from->parameters, &copied);
    out->out = graph_find_tap(out->graph, "y");
    out->in = graph_find_tap(out->graph, "x");
    out->x = parameters_find(out->parameters, "x");
    base = parameters_find(out->parameters, "base");
    if (base != NULL) {
        memcpy(base->value, from->x->value, from->x->count * sizeof *base->value);
    }
    return MPCF_OK;
}

mpcf_status approx_without_steps(const struct approx_bench *from, struct approx_bench *out,
                                 mpcf_error *err)
{
    const size_t count = graph_count(from->graph);
    struct doubled d = {.base = mpcf_alloc_array(count + 1, sizeof *d.base)};
    mpcf_status status;

    *out = *from;
    out->graph = NULL;
    out->parameters = NULL;
    if (d.base == NULL) {
        return mpcf_fail_memory(err, count * sizeof *d.base, "a graph");
    }
    /* The batch points into the struct that it lies in. */
    out->batch.input_ids = out->ids;
    out->batch.token_type_ids = out->types;
    out->batch.attention_mask = out->mask;
    status = rewrite_graph_with(from->graph, straighten, &d, &out->graph, err);
    mpcf_free(d.base);
    return status == MPCF_OK ? fill(from, out, err) : status;
}
