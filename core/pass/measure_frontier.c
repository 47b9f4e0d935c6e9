/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next pass goes on from, in place of computing it again: values that are kept between passes, where
 * they are not too many.
 */
#include "pass/measure_frontier.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "graph/node.h"

/* Beyond it a pass begins where the one before began. */
#define KEPT_BYTES ((double) (512u << 20))

static bool has_batch(const mpcf_node *node)
{
    for (int32_t i = 0; i < node->shape.rank; i++) {
        if (node->shape.dim[i] == MPCF_DIM_BATCH) {
            return true;
        }
    }
    return false;
}

/* Marks what the next pass reads of this one and of those before. */
static void mark_frontier(struct measuring *m)
{
    memset(m->marked, 0, graph_count(m->graph) * sizeof(*m->marked));
    for (size_t i = 0; i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (measure_is_ready(node, m->next_blocked)) {
            m->marked[measure_node_of(node)->id] = true;
        }
    }
    for (size_t i = graph_count(m->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (m->marked[i] && m->blocked[i]) {
            measure_mark_operands(m, node);
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

mpcf_status measure_choose_kept(struct measuring *m, mpcf_error *err)
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
void measure_drop_kept(struct measuring *m)
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

/* The passes as run_passes() makes them, of all rows as one batch; nothing runs. KEPT, by id, is what the pass
 * before left. */
static double most_kept(struct measuring *m, bool *kept)
{
    double most = 0;

    for (measure_list_ready(m); m->count > 0; measure_list_ready(m)) {
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
    mpcf_status status = measuring_make_lists(&m, err);

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
    measuring_free_lists(&m);
    mpcf_free(constants.items);
    mpcf_free(kept);
    mpcf_free(values);
    return status;
}
