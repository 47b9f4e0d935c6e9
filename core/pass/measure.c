/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passes over rows, each through the part of the network that its constants are measured of. Between two
 * passes the values are kept from which the next goes on, where they are not too many:
 *
 *   pass 1   ids -> .. -> u -> [R0]      keeps u, v, h
 *   pass 2   u, v, h, R0 -> .. -> u' -> [R1]
 *
 * so that all passes together compute the network once.
 */
#include "pass/measure.h"

#include <assert.h>

#include "base/interrupt.h"
#include "float_engine/float_engine.h"
#include "graph/node.h"
#include "pass/measure_frontier.h"
#include "pass/measure_part.h"

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

/* --- Running --- */

static void take_batch(struct measuring *m, size_t batch)
{
    char label[32];

    for (size_t i = 0; i < m->kept.count; i++) {
        const struct kept_value *v = &m->kept.items[i];

        if (v->is_whole) {
            parameters_find(&m->known, measure_label_of(v->node, label))->value = v->batches[batch];
        }
    }
}

static mpcf_status add_batch(struct measuring *m, const struct float_engine *e, size_t batch,
                             const struct float_batch *b, mpcf_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        const float *x = float_value(e, m->items[i].x);

        assert(x != NULL);
        if (m->rows->made_up_from == 0 || batch < m->rows->made_up_from ||
            statistic_is_extreme(m->items[i].statistic)) {
            MPCF_TRY(statistic_add(m->items[i].statistic, x, b, err));
        }
    }
    for (size_t i = 0; i < m->kept.count; i++) {
        struct kept_value *v = &m->kept.items[i];

        if (!v->is_whole) {
            MPCF_TRY(kept_value_put(v, batch, float_value(e, m->made[v->node->id]),
                                    shape_resolve(v->node->shape, b->batch, b->tokens).count, err));
        }
    }
    return MPCF_OK;
}

static mpcf_status walk_rows(struct measuring *m, struct float_engine *e, mpcf_error *err)
{
    for (size_t i = 0; i < m->kept.batch_count; i++) {
        struct float_batch b = {0};

        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "measuring: stopped");
        }
        MPCF_TRY(m->rows->get(m->rows->context, i, &b, err));
        take_batch(m, i);
        MPCF_TRY(float_forward(e, &b, err));
        MPCF_TRY(add_batch(m, e, i, &b, err));
    }
    return MPCF_OK;
}

/* Tables of positions are [places, heads]; others have no places. */
static mpcf_status begin_statistics(struct measuring *m, mpcf_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        struct measured *item = &m->items[i];

        MPCF_TRY(statistic_create(item->node->measure, item->node->label,
                                  (size_t) item->parameter->shape.dim[0], &item->statistic, err));
    }
    return MPCF_OK;
}

static mpcf_status end_statistics(struct measuring *m, mpcf_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        struct measured *item = &m->items[i];

        MPCF_TRY(
            statistic_end(item->statistic, item->parameter->value, item->parameter->count, err));
    }
    return MPCF_OK;
}

static mpcf_status run_part(struct measuring *m, mpcf_error *err)
{
    struct float_engine *e = NULL;
    mpcf_status status = float_engine_create(m->part, &m->known, FLOAT_EVALUATE, m->rows->batch,
                                             m->rows->tokens, 0, &e, err);

    if (status == MPCF_OK) {
        status = walk_rows(m, e, err);
    }
    float_engine_destroy(e);
    return status;
}

static mpcf_status run_pass(struct measuring *m, mpcf_error *err)
{
    measure_list_ready(m);
    if (m->count == 0) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "a constant is measured of nothing");
    }
    MPCF_TRY(measure_choose_kept(m, err));
    MPCF_TRY(measure_make_part(m, err));
    MPCF_TRY(measure_list_known(m, err));
    MPCF_TRY(begin_statistics(m, err));
    MPCF_TRY(run_part(m, err));
    MPCF_TRY(end_statistics(m, err));
    measure_drop_kept(m);
    return MPCF_OK;
}

static mpcf_status run_passes(struct measuring *m, size_t *passes, mpcf_error *err)
{
    mpcf_status status = measuring_make_lists(m, err);

    while (status == MPCF_OK && measure_is_needed(m->parameters)) {
        status = run_pass(m, err);
        measure_clear_pass(m);
        *passes += 1;
    }
    return status;
}

mpcf_status measure_constants(const mpcf_graph *g, struct parameters *p,
                              const struct measure_rows *rows, size_t *passes, mpcf_error *err)
{
    struct measuring m = {.graph = g, .parameters = p, .rows = rows};
    size_t count = 0;
    const mpcf_status status = run_passes(&m, &count, err);

    kept_values_clear(&m.kept);
    measuring_free_lists(&m);
    if (status == MPCF_OK && passes != NULL) {
        *passes = count;
    }
    return status;
}

/* --- One batch --- */

static mpcf_status get_batch(void *context, size_t i, struct float_batch *batch, mpcf_error *err)
{
    const struct float_batch *one = context;

    (void) err;
    *batch = i == 0 ? *one : (struct float_batch){0};
    return MPCF_OK;
}

mpcf_status measure_on_batch(mpcf_graph *g, struct parameters *p, const struct float_batch *b,
                             mpcf_error *err)
{
    struct float_batch one = *b;
    const struct measure_rows rows = {
        .batch = b->batch, .tokens = b->tokens, .get = get_batch, .context = &one};

    MPCF_TRY(measure_constants(g, p, &rows, NULL, err));
    measure_publish(g, p);
    return MPCF_OK;
}
