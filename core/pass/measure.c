/* SPDX-License-Identifier: Apache-2.0 */
/* Passes over rows, each through the part of the network that its constants are measured of. */
#include "pass/measure.h"

#include <assert.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "graph/node.h"
#include "pass/statistic.h"

/* One constant that this pass measures. */
struct measured {
    const mpcf_node *node; /* of the network */
    mpcf_node *x;          /* of the part */
    struct parameter *parameter;
    struct statistic *statistic;
};

struct pass {
    const mpcf_graph *graph;
    struct parameters *parameters;
    mpcf_graph *part;
    mpcf_node **made; /* by id: stand-ins in the part */
    bool *marked;     /* by id */
    struct measured *items;
    size_t count;
};

bool measure_is_needed(const struct parameters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (parameter_is_unmeasured(&p->items[i])) {
            return true;
        }
    }
    return false;
}

void measure_publish(mpcf_graph *g, const struct parameters *p)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        mpcf_node *node = graph_node(g, i);
        const struct parameter *known = NULL;

        if (node->is_measured && node->owner == MPCF_PUBLIC) {
            known = parameters_find(p, node->label);
        }
        if (known != NULL && known->value != NULL) {
            node->real = (double) known->value[0];
        }
    }
}

/* --- Which --- */

/* Marks what depends on a constant without a value. */
static void mark_blocked(struct pass *p)
{
    for (size_t i = 0; i < graph_count(p->graph); i++) {
        const mpcf_node *node = graph_node(p->graph, i);
        const struct parameter *own =
            node->is_measured ? parameters_find(p->parameters, node->label) : NULL;

        p->marked[i] = own != NULL && parameter_is_unmeasured(own);
        for (size_t k = 0; k < node->in_count; k++) {
            p->marked[i] = p->marked[i] || (node->in[k] != NULL && p->marked[node->in[k]->id]);
        }
    }
}

static void list_ready(struct pass *p)
{
    for (size_t i = 0; i < graph_count(p->graph); i++) {
        const mpcf_node *node = graph_node(p->graph, i);

        if (node->measure != NULL && p->marked[i] && !p->marked[node->measure->x->id]) {
            p->items[p->count++] = (struct measured){
                .node = node, .parameter = parameters_find(p->parameters, node->label)};
        }
    }
}

/* --- The part of the network that they are measured of --- */

static bool is_name_alone(const mpcf_node *node)
{
    return node->kind == OP_TAP || node->kind == OP_FUSED || node->kind == OP_DROPOUT ||
           node->kind == OP_STOP_GRADIENT;
}

/* What NODE is another name of: a fused kernel's is its formula. */
static const mpcf_node *named_by(const mpcf_node *node)
{
    return node->kind == OP_FUSED ? node->in[2] : node->in[0];
}

static void mark_needed(struct pass *p)
{
    memset(p->marked, 0, graph_count(p->graph) * sizeof(*p->marked));
    for (size_t i = 0; i < p->count; i++) {
        p->marked[p->items[i].node->measure->x->id] = true;
    }
    for (size_t i = graph_count(p->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(p->graph, i);

        if (p->marked[i] && is_name_alone(node)) {
            p->marked[named_by(node)->id] = true;
            continue;
        }
        for (size_t k = 0; p->marked[i] && k < node->in_count; k++) {
            if (node->in[k] != NULL) {
                p->marked[node->in[k]->id] = true;
            }
        }
    }
}

static mpcf_node *copy(struct pass *p, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};

    if (is_name_alone(node)) {
        return p->made[named_by(node)->id];
    }
    for (size_t k = 0; k < node->in_count; k++) {
        in[k] = node->in[k] == NULL ? NULL : p->made[node->in[k]->id];
    }
    return graph_copy_node(p->part, node, in);
}

static mpcf_status make_part(struct pass *p, mpcf_error *err)
{
    mark_needed(p);
    for (size_t i = 0; i < graph_count(p->graph) && graph_check(p->part, NULL) == MPCF_OK; i++) {
        p->made[i] = p->marked[i] ? copy(p, graph_node(p->graph, i)) : NULL;
    }
    MPCF_TRY(graph_check(p->part, err));
    for (size_t i = 0; i < p->count; i++) {
        struct measured *m = &p->items[i];

        m->x = p->made[m->node->measure->x->id];
        mpcf_output(p->part, m->node->label, m->x);
    }
    return graph_check(p->part, err);
}

/* --- Running --- */

static mpcf_status add_batch(struct pass *p, const struct float_engine *e,
                             const struct float_batch *b, mpcf_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        const float *x = float_value(e, p->items[i].x);

        assert(x != NULL);
        MPCF_TRY(statistic_add(p->items[i].statistic, x, b, err));
    }
    return MPCF_OK;
}

static mpcf_status walk_rows(struct pass *p, struct float_engine *e,
                             const struct measure_rows *rows, mpcf_error *err)
{
    for (size_t i = 0;; i++) {
        struct float_batch b = {0};

        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "measuring: stopped");
        }
        MPCF_TRY(rows->get(rows->context, i, &b, err));
        if (b.batch == 0) {
            return MPCF_OK;
        }
        MPCF_TRY(float_forward(e, &b, err));
        MPCF_TRY(add_batch(p, e, &b, err));
    }
}

/* Tables of positions are [places, heads]; others have no places. */
static mpcf_status begin_statistics(struct pass *p, mpcf_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        struct measured *m = &p->items[i];

        MPCF_TRY(statistic_create(m->node->measure, m->node->label,
                                  (size_t) m->parameter->shape.dim[0], &m->statistic, err));
    }
    return MPCF_OK;
}

static mpcf_status end_statistics(struct pass *p, mpcf_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        struct measured *m = &p->items[i];

        MPCF_TRY(statistic_end(m->statistic, m->parameter->value, m->parameter->count, err));
    }
    return MPCF_OK;
}

static mpcf_status run_part(struct pass *p, const struct measure_rows *rows, mpcf_error *err)
{
    struct float_engine *e = NULL;
    mpcf_status status = make_part(p, err);

    if (status == MPCF_OK) {
        status = begin_statistics(p, err);
    }
    if (status == MPCF_OK) {
        status = float_engine_create(p->part, p->parameters, FLOAT_EVALUATE, rows->batch,
                                     rows->tokens, 0, &e, err);
    }
    if (status == MPCF_OK) {
        status = walk_rows(p, e, rows, err);
    }
    if (status == MPCF_OK) {
        status = end_statistics(p, err);
    }
    float_engine_destroy(e);
    return status;
}

static mpcf_status run_pass(const mpcf_graph *g, struct parameters *parameters,
                            const struct measure_rows *rows, mpcf_error *err)
{
    const size_t count = graph_count(g) + 1;
    struct pass p = {.graph = g,
                     .parameters = parameters,
                     .part = graph_create(),
                     .made = mpcf_alloc_array(count, sizeof(*p.made)),
                     .marked = mpcf_alloc_array(count, sizeof(*p.marked)),
                     .items = mpcf_alloc_array(count, sizeof(*p.items))};
    mpcf_status status = MPCF_OK;

    if (p.part == NULL || p.made == NULL || p.marked == NULL || p.items == NULL) {
        status = mpcf_fail_memory(err, count * sizeof(*p.items), "measuring");
    } else {
        mark_blocked(&p);
        list_ready(&p);
        status = p.count > 0 ? run_part(&p, rows, err)
                             : mpcf_fail(err, MPCF_E_INTERNAL, "a constant is measured of nothing");
    }
    for (size_t i = 0; p.items != NULL && i < p.count; i++) {
        statistic_destroy(p.items[i].statistic);
    }
    graph_destroy(p.part);
    mpcf_free(p.made);
    mpcf_free(p.marked);
    mpcf_free(p.items);
    return status;
}

mpcf_status measure_constants(const mpcf_graph *g, struct parameters *p,
                              const struct measure_rows *rows, size_t *passes, mpcf_error *err)
{
    size_t count = 0;

    for (; measure_is_needed(p); count++) {
        MPCF_TRY(run_pass(g, p, rows, err));
    }
    if (passes != NULL) {
        *passes = count;
    }
    return MPCF_OK;
}
