/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which constants a pass can measure, and what they are measured of.
 */
#include "pass/measure_order.h"

#include <string.h>

#include "base/memory.h"
#include "graph/node.h"
#include "graph/owner.h"

mpcf_status measuring_make_lists(struct measuring *m, mpcf_error *err)
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

void measuring_free_lists(struct measuring *m)
{
    mpcf_free(m->made);
    mpcf_free(m->marked);
    mpcf_free(m->blocked);
    mpcf_free(m->next_blocked);
    mpcf_free(m->items);
}

static bool is_name_alone(const mpcf_node *node)
{
    return node->kind == OP_TAP || node->kind == OP_FUSED || node->kind == OP_DROPOUT ||
           node->kind == OP_STOP_GRADIENT;
}

/* NODE, or what it is another name of: a fused kernel's is its formula. */
const mpcf_node *measure_named(const mpcf_node *node)
{
    while (is_name_alone(node)) {
        node = node->kind == OP_FUSED ? node->in[2] : node->in[0];
    }
    return node;
}

const mpcf_node *measure_node_of(const mpcf_node *constant)
{
    return measure_named(constant->measure->x);
}

/* Marks operands of what NODE, marked, is computed from. */
void measure_mark_operands(struct measuring *m, const mpcf_node *node)
{
    for (size_t k = 0; k < node->in_count; k++) {
        if (node->in[k] != NULL) {
            m->marked[measure_named(node->in[k])->id] = true;
        }
    }
}

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

bool measure_is_ready(const mpcf_node *node, const bool *blocked)
{
    return node->measure != NULL && blocked[node->id] && !blocked[measure_node_of(node)->id];
}

void measure_list_ready(struct measuring *m)
{
    m->count = 0;
    mark_blocked(m, m->blocked);
    for (size_t i = 0; i < graph_count(m->graph); i++) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (measure_is_ready(node, m->blocked)) {
            m->items[m->count++] = (struct measured){
                .node = node, .parameter = parameters_find(m->parameters, node->label)};
        }
    }
    mark_blocked(m, m->next_blocked);
}
