/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the network that a pass runs: from kept values, as parameters, to what is measured and kept.
 */
#include "pass/measure_part.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "graph/node.h"

static const struct kept_value *source_of(const struct measuring *m, const mpcf_node *node)
{
    const struct kept_value *kept = kept_values_find(&m->kept, node);

    return kept != NULL && kept->is_whole ? kept : NULL;
}

static void mark_needed(struct measuring *m)
{
    memset(m->marked, 0, graph_count(m->graph) * sizeof(*m->marked));
    for (size_t i = 0; i < m->count; i++) {
        m->marked[measure_node_of(m->items[i].node)->id] = true;
    }
    for (size_t i = 0; i < m->kept.count; i++) {
        m->marked[m->kept.items[i].node->id] = true;
    }
    for (size_t i = graph_count(m->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(m->graph, i);

        if (m->marked[i] && source_of(m, node) == NULL) {
            measure_mark_operands(m, node);
        }
    }
}

const char *measure_label_of(const mpcf_node *node, char text[32])
{
    (void) snprintf(text, 32, "kept.%zu", node->id);
    return text;
}

static mpcf_node *copy(struct measuring *m, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    char label[32];

    if (source_of(m, node) != NULL) {
        return graph_add_labelled(m->part, OP_PARAMETER, node->shape, NULL,
                                  measure_label_of(node, label));
    }
    for (size_t k = 0; k < node->in_count; k++) {
        in[k] = node->in[k] == NULL ? NULL : m->made[measure_named(node->in[k])->id];
    }
    return graph_copy_node(m->part, node, in);
}

mpcf_status measure_make_part(struct measuring *m, mpcf_error *err)
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
        m->items[i].x = m->made[measure_node_of(m->items[i].node)->id];
        mpcf_output(m->part, m->items[i].node->label, m->items[i].x);
    }
    for (size_t i = 0; i < m->kept.count; i++) {
        const struct kept_value *v = &m->kept.items[i];

        if (!v->is_whole) {
            mpcf_output(m->part, measure_label_of(v->node, label), m->made[v->node->id]);
        }
    }
    return graph_check(m->part, err);
}

/* The network's parameters, and one for each kept value that is whole. */
mpcf_status measure_list_known(struct measuring *m, mpcf_error *err)
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
            p->name = mpcf_strdup(measure_label_of(v->node, label));
            p->shape = v->node->shape;
            known->count++;
            if (p->name == NULL) {
                return mpcf_fail_memory(err, sizeof label, "a name");
            }
        }
    }
    return MPCF_OK;
}

void measure_clear_pass(struct measuring *m)
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
