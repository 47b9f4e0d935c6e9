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
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "graph/node.h"
#include "pass/kept_values.h"
#include "pass/statistic.h"

/* Beyond it a pass begins where the one before began. */
#define KEPT_BYTES ((double) (512u << 20))

/* One constant that this pass measures. */
struct measured {
    const mpcf_node *node; /* of the network */
    mpcf_node *x;          /* of the part */
    struct parameter *parameter;
    struct statistic *statistic;
};

struct measuring {
    const mpcf_graph *graph;
    struct parameters *parameters;
    const struct measure_rows *rows;
    struct kept_values kept;
    /* By id of the network's nodes: */
    bool *blocked;      /* depends on a constant that had no value before this pass */
    bool *next_blocked; /* nor has one after it */
    bool *marked;       /* scratch */
    mpcf_node **made;   /* stand-ins in the part */
    /* Of this pass: */
    struct measured *items;
    size_t count;
    mpcf_graph *part;
    struct parameters known; /* the network's, and kept values as parameters */
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

/* --- Names of other nodes --- */

static bool is_name_alone(const mpcf_node *node)
{
    return node->kind == OP_TAP || node->kind == OP_FUSED || node->kind == OP_DROPOUT ||
           node->kind == OP_STOP_GRADIENT;
}

/* NODE, or what it is another name of: a fused kernel's is its formula. */
static const mpcf_node *named(const mpcf_node *node)
{
    while (is_name_alone(node)) {
        node = node->kind == OP_FUSED ? node->in[2] : node->in[0];
    }
    return node;
}

static const mpcf_node *measured_of(const mpcf_node *constant)
{
    return named(constant->measure->x);
}

/* --- Which --- */

static bool is_item(const struct measuring *m, const mpcf_node *node)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->items[i].node == node) {
            return true;
        }
    }
    return false;
}

/* Marks what depends on a constant that has no value and is none of this pass's. */
static void mark_blocked(const struct measuring *m, bool *blocked)
{
    for (size_t i = 0; i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        blocked[i] = node->is_measured && !is_item(m, node) &&
                     parameter_is_unmeasured(parameters_find(m->parameters, node->label));
        for (size_t k = 0; k < node->in_count; k++) {
            blocked[i] = blocked[i] || (node->in[k] != NULL && blocked[node->in[k]->id]);
        }
    }
}

static bool is_ready(const mpcf_node *node, const bool *blocked)
{
    return node->measure != NULL && blocked[node->id] && !blocked[measured_of(node)->id];
}

static void list_ready(struct measuring *m)
{
    m->count = 0;
    mark_blocked(m, m->blocked);
    for (size_t i = 0; i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (is_ready(node, m->blocked)) {
            m->items[m->count++] = (struct measured){
                .node = node, .parameter = parameters_find(m->parameters, node->label)};
        }
    }
    mark_blocked(m, m->next_blocked);
}

/* --- What the next pass goes on from --- */

static bool has_batch(const mpcf_node *node)
{
    for (int32_t i = 0; i < node->shape.rank; i++) {
        if (node->shape.dim[i] == MPCF_DIM_BATCH) {
            return true;
        }
    }
    return false;
}

/* Marks operands of what NODE, marked, is computed from. */
static void mark_operands(struct measuring *m, const mpcf_node *node)
{
    for (size_t k = 0; k < node->in_count; k++) {
        if (node->in[k] != NULL) {
            m->marked[named(node->in[k])->id] = true;
        }
    }
}

/* Marks what the next pass reads of this one and of those before. */
static void mark_frontier(struct measuring *m)
{
    memset(m->marked, 0, graph_count(m->graph) * sizeof(*m->marked));
    for (size_t i = 0; i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (is_ready(node, m->next_blocked)) {
            m->marked[measured_of(node)->id] = true;
        }
    }
    for (size_t i = graph_count(m->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (m->marked[i] && m->blocked[i]) {
            mark_operands(m, node);
        }
        m->marked[i] = m->marked[i] && !m->blocked[i] && node->kind != OP_INPUT && has_batch(node);
    }
}

/* Bytes of the marked nodes over all rows; counts the batches. */
static mpcf_status measure_frontier(struct measuring *m, double *bytes, mpcf_error *err)
{
    *bytes = 0;
    for (size_t i = 0;; i++) {
        struct float_batch b = {0};

        MPCF_TRY(m->rows->get(m->rows->context, i, &b, err));
        if (b.batch == 0) {
            m->kept.batch_count = i;
            return MPCF_OK;
        }
        for (size_t n = 0; n < graph_count(m->graph); n++) {
            if (m->marked[n]) {
                const mpcf_shape shape = graph_node(m->graph, n)->shape;

                *bytes += 4.0 * (double) shape_resolve(shape, b.batch, b.tokens).count;
            }
        }
    }
}

static mpcf_status choose_kept(struct measuring *m, mpcf_error *err)
{
    double bytes = 0;

    mark_frontier(m);
    MPCF_TRY(measure_frontier(m, &bytes, err));
    for (size_t i = 0; bytes <= KEPT_BYTES && i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (m->marked[i] && kept_values_find(&m->kept, node) == NULL) {
            MPCF_TRY(kept_values_add(&m->kept, node, err));
        }
    }
    return MPCF_OK;
}

/* Behind the pass: what it went on from and the next does not. */
static void drop_kept(struct measuring *m)
{
    bool is_new = false;

    for (size_t i = 0; i < m->kept.count; i++) {
        is_new = is_new || !m->kept.items[i].is_whole;
        m->kept.items[i].is_whole = true;
    }
    if (is_new) {
        mark_frontier(m);
        kept_values_retain(&m->kept, m->marked);
    }
}

/* --- The part of the network --- */

static const struct kept_value *source_of(const struct measuring *m, const mpcf_node *node)
{
    const struct kept_value *kept = kept_values_find(&m->kept, node);

    return kept != NULL && kept->is_whole ? kept : NULL;
}

static void mark_needed(struct measuring *m)
{
    memset(m->marked, 0, graph_count(m->graph) * sizeof(*m->marked));
    for (size_t i = 0; i < m->count; i++) {
        m->marked[measured_of(m->items[i].node)->id] = true;
    }
    for (size_t i = 0; i < m->kept.count; i++) {
        m->marked[m->kept.items[i].node->id] = true;
    }
    for (size_t i = graph_count(m->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (m->marked[i] && source_of(m, node) == NULL) {
            mark_operands(m, node);
        }
    }
}

static const char *label_of(const mpcf_node *node, char text[32])
{
    (void) snprintf(text, 32, "kept.%zu", node->id);
    return text;
}

static mpcf_node *copy(struct measuring *m, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    char label[32];

    if (source_of(m, node) != NULL) {
        return graph_add_labelled(m->part, OP_PARAMETER, node->shape, NULL, label_of(node, label));
    }
    for (size_t k = 0; k < node->in_count; k++) {
        in[k] = node->in[k] == NULL ? NULL : m->made[named(node->in[k])->id];
    }
    return graph_copy_node(m->part, node, in);
}

static mpcf_status make_part(struct measuring *m, mpcf_error *err)
{
    char label[32];

    mark_needed(m);
    m->part = graph_create();
    if (m->part == NULL) {
        return mpcf_fail_memory(err, 0, "a graph");
    }
    for (size_t i = 0; i < graph_count(m->graph) && graph_check(m->part, NULL) == MPCF_OK; i++) {
        m->made[i] = m->marked[i] ? copy(m, graph_node(m->graph, i)) : NULL;
    }
    MPCF_TRY(graph_check(m->part, err));
    for (size_t i = 0; i < m->count; i++) {
        m->items[i].x = m->made[measured_of(m->items[i].node)->id];
        mpcf_output(m->part, m->items[i].node->label, m->items[i].x);
    }
    for (size_t i = 0; i < m->kept.count; i++) {
        const struct kept_value *v = &m->kept.items[i];

        if (!v->is_whole) {
            mpcf_output(m->part, label_of(v->node, label), m->made[v->node->id]);
        }
    }
    return graph_check(m->part, err);
}

/* The network's parameters, and one for each kept value that is whole. */
static mpcf_status list_known(struct measuring *m, mpcf_error *err)
{
    struct parameters *known = &m->known;
    char label[32];

    known->items =
        mpcf_alloc_array(m->parameters->count + m->kept.count + 1, sizeof(*known->items));
    if (known->items == NULL) {
        return mpcf_fail_memory(err, m->parameters->count * sizeof(*known->items), "parameters");
    }
    known->count = m->parameters->count;
    memcpy(known->items, m->parameters->items, known->count * sizeof(*known->items));
    for (size_t i = 0; i < m->kept.count; i++) {
        const struct kept_value *v = &m->kept.items[i];
        struct parameter *p = &known->items[known->count];

        if (v->is_whole) {
            p->name = mpcf_strdup(label_of(v->node, label));
            p->shape = v->node->shape;
            known->count++;
            if (p->name == NULL) {
                return mpcf_fail_memory(err, sizeof label, "a name");
            }
        }
    }
    return MPCF_OK;
}

static void clear_pass(struct measuring *m)
{
    for (size_t i = 0; i < m->count; i++) {
        statistic_destroy(m->items[i].statistic);
    }
    for (size_t i = m->parameters->count; i < m->known.count; i++) {
        mpcf_free((void *) (uintptr_t) m->known.items[i].name);
    }
    mpcf_free(m->known.items);
    m->known = (struct parameters){0};
    graph_destroy(m->part);
    m->part = NULL;
}

/* --- Running --- */

static void take_batch(struct measuring *m, size_t batch)
{
    char label[32];

    for (size_t i = 0; i < m->kept.count; i++) {
        const struct kept_value *v = &m->kept.items[i];

        if (v->is_whole) {
            parameters_find(&m->known, label_of(v->node, label))->value = v->batches[batch];
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
    list_ready(m);
    if (m->count == 0) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "a constant is measured of nothing");
    }
    MPCF_TRY(choose_kept(m, err));
    MPCF_TRY(make_part(m, err));
    MPCF_TRY(list_known(m, err));
    MPCF_TRY(begin_statistics(m, err));
    MPCF_TRY(run_part(m, err));
    MPCF_TRY(end_statistics(m, err));
    drop_kept(m);
    return MPCF_OK;
}

static mpcf_status make_lists(struct measuring *m, mpcf_error *err)
{
    const size_t count = graph_count(m->graph) + 1;

    m->made = mpcf_alloc_array(count, sizeof(*m->made));
    m->marked = mpcf_alloc_array(count, sizeof(*m->marked));
    m->blocked = mpcf_alloc_array(count, sizeof(*m->blocked));
    m->next_blocked = mpcf_alloc_array(count, sizeof(*m->next_blocked));
    m->items = mpcf_alloc_array(count, sizeof(*m->items));
    if (m->made == NULL || m->marked == NULL || m->blocked == NULL || m->next_blocked == NULL ||
        m->items == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*m->items), "measuring");
    }
    return MPCF_OK;
}

static void free_lists(struct measuring *m)
{
    mpcf_free(m->made);
    mpcf_free(m->marked);
    mpcf_free(m->blocked);
    mpcf_free(m->next_blocked);
    mpcf_free(m->items);
}

static mpcf_status run_passes(struct measuring *m, size_t *passes, mpcf_error *err)
{
    mpcf_status status = make_lists(m, err);

    while (status == MPCF_OK && measure_is_needed(m->parameters)) {
        status = run_pass(m, err);
        clear_pass(m);
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
    free_lists(&m);
    if (status == MPCF_OK && passes != NULL) {
        *passes = count;
    }
    return status;
}

/* --- What is kept --- */

/* The passes as run_passes() makes them, of all rows as one batch; nothing runs. KEPT, by id, is what the pass
 * before left. */
static double most_kept(struct measuring *m, bool *kept)
{
    double most = 0;

    for (list_ready(m); m->count > 0; list_ready(m)) {
        double wanted = 0, both = 0;

        mark_frontier(m);
        for (size_t i = 0; i < graph_count(m->graph); i++) {
            const mpcf_shape shape = graph_node(m->graph, i)->shape;
            const size_t count = shape_resolve(shape, m->rows->batch, m->rows->tokens).count;

            wanted += m->marked[i] ? 4.0 * (double) count : 0;
            both += m->marked[i] || kept[i] ? 4.0 * (double) count : 0;
        }
        if (wanted <= KEPT_BYTES) {
            memcpy(kept, m->marked, graph_count(m->graph) * sizeof(*kept));
            most = both > most ? both : most;
        }
        for (size_t i = 0; i < m->count; i++) {
            m->items[i].parameter->value[0] = 1;
        }
    }
    return most;
}

mpcf_status measure_kept(const mpcf_graph *g, size_t texts, size_t tokens, double *bytes,
                         mpcf_error *err)
{
    const size_t room = graph_count(g) + 1;
    const struct measure_rows rows = {.batch = texts, .tokens = tokens};
    float *values = mpcf_alloc_array(room, sizeof(*values));
    bool *kept = mpcf_alloc_array(room, sizeof(*kept));
    struct parameters constants = {.items = mpcf_alloc_array(room, sizeof(*constants.items))};
    struct measuring m = {.graph = g, .parameters = &constants, .rows = &rows};
    mpcf_status status = make_lists(&m, err);

    if (status == MPCF_OK && (values == NULL || kept == NULL || constants.items == NULL)) {
        status = mpcf_fail_memory(err, room * sizeof(*constants.items), "measuring");
    }
    for (size_t i = 0; status == MPCF_OK && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->is_measured) {
            values[i] = NAN;
            constants.items[constants.count++] = (struct parameter){
                .name = node->label, .count = 1, .value = &values[i], .is_measured = true};
        }
    }
    *bytes = status == MPCF_OK ? most_kept(&m, kept) : 0;
    free_lists(&m);
    mpcf_free(constants.items);
    mpcf_free(kept);
    mpcf_free(values);
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
