/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every value that both parties will hold shares of is looked at. Parameters are left out: their
 * ranges would tell of the weights and are not needed.
 */
#include "pass/calibrate.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "graph/owner.h"
#include "pass/real_elements.h"
#include "pass/rewrite.h"

/* Rows whose columns are not tokens are looked at whole. */
static mpcf_status observe(const mpcf_node *node, const float *x, const struct float_batch *b,
                           struct node_range *range, mpcf_error *err)
{
    const struct dims d = shape_resolve(node->shape, b->batch, b->tokens);
    const struct axes axes = axes_of(node->shape);
    const int last = MPCF_RANK_MAX - 1;
    const bool by_row = axes.tokens[0] != last && axes.tokens[1] != last && axes.batch != last;
    const size_t step = by_row ? d.dim[last] : 1;
    struct dims walked = d;
    size_t at[MPCF_RANK_MAX] = {0};

    walked.dim[last] = by_row ? 1 : d.dim[last];
    for (size_t i = 0; i < d.count; i += step, axes_advance(at, &walked)) {
        if (!axes_real(&axes, at, b)) {
            continue;
        }
        for (size_t j = i; j < i + step; j++) {
            const double value = (double) x[j];
            if (!isfinite(value)) {
                return mpcf_fail(err, MPCF_E_RANGE, "calibration: '%s' has a value that is %g",
                                 node->name, value);
            }
            range->low = value < range->low ? value : range->low;
            range->high = value > range->high ? value : range->high;
        }
    }
    return MPCF_OK;
}

static bool is_observed(const mpcf_node *node)
{
    return node->kind != OP_INPUT && node->kind != OP_TAP && !node_is_constant(node);
}

static mpcf_status enter_nodes(const mpcf_graph *g, struct ranges *r, mpcf_error *err)
{
    const size_t room = graph_count(g) + 1;

    r->items = mpcf_alloc_array(room, sizeof(*r->items));
    if (r->items == NULL) {
        return mpcf_fail_memory(err, room * sizeof(*r->items), "ranges");
    }
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        if (!is_observed(node)) {
            continue;
        }
        r->items[r->count] = (struct node_range){mpcf_strdup(node->name), INFINITY, -INFINITY};
        if (r->items[r->count++].node == NULL) {
            return mpcf_fail_memory(err, strlen(node->name), "a name");
        }
    }
    return MPCF_OK;
}

/* Nodes in the order of the graph, as enter_nodes() entered them. */
static mpcf_status observe_batch(const mpcf_graph *g, const struct float_engine *e,
                                 const struct float_batch *b, struct ranges *r, mpcf_error *err)
{
    size_t item = 0;

    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        if (!is_observed(node)) {
            continue;
        }
        const float *x = float_value(e, node);
        assert(x != NULL && item < r->count);
        MPCF_TRY(observe(node, x, b, &r->items[item++], err));
    }
    return MPCF_OK;
}

static void note_lengths(const struct float_batch *b, struct ranges *r)
{
    for (size_t i = 0; i < b->batch; i++) {
        size_t length = 0;

        for (size_t t = 0; t < b->tokens; t++) {
            length += b->attention_mask[i * b->tokens + t] != 0 ? 1 : 0;
        }
        r->shortest = r->shortest == 0 || length < r->shortest ? length : r->shortest;
        r->longest = length > r->longest ? length : r->longest;
    }
}

static mpcf_status walk_batches(const mpcf_graph *g, struct float_engine *e, calibrate_next *next,
                                void *context, struct ranges *r, mpcf_error *err)
{
    size_t batches = 0;

    for (;;) {
        struct float_batch b = {0};
        MPCF_TRY(next(context, &b, err));
        if (b.batch == 0) {
            break;
        }
        MPCF_TRY(float_forward(e, &b, err));
        note_lengths(&b, r);
        MPCF_TRY(observe_batch(g, e, &b, r, err));
        batches++;
    }
    if (batches == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "calibration: no examples");
    }
    return MPCF_OK;
}

mpcf_status calibrate(const mpcf_graph *g, struct parameters *p, size_t batch, size_t tokens,
                      size_t elements, calibrate_next *next, void *context, struct ranges **out,
                      mpcf_error *err)
{
    struct float_engine *e = NULL;
    struct ranges *r = mpcf_alloc_array(1, sizeof(*r));

    if (r == NULL) {
        return mpcf_fail_memory(err, sizeof(*r), "ranges");
    }
    r->margin_bits = 2;
    mpcf_status status = enter_nodes(g, r, err);
    if (status == MPCF_OK) {
        status = float_engine_create(g, p, FLOAT_OBSERVE, batch, tokens, elements, &e, err);
    }
    if (status == MPCF_OK) {
        status = walk_batches(g, e, next, context, r, err);
    }
    float_engine_destroy(e);
    if (status != MPCF_OK) {
        ranges_destroy(r);
        return status;
    }
    ranges_sort(r);
    *out = r;
    return MPCF_OK;
}

static mpcf_status next_of_one(void *context, struct float_batch *batch, mpcf_error *err)
{
    const struct float_batch **left = context;

    (void) err;
    *batch = *left != NULL ? **left : (struct float_batch){0}; /* none is left */
    *left = NULL;
    return MPCF_OK;
}

mpcf_status calibrate_on_batch(const mpcf_graph *g, struct parameters *p,
                               const struct float_batch *b, struct ranges **out, mpcf_error *err)
{
    const struct float_batch *left = b;

    return calibrate(g, p, b->batch, b->tokens, 0, next_of_one, &left, out, err);
}
