/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph whose parameters are the tensors of a file: what checkpoint tests load into.
 */
#ifndef MPCF_TESTS_CORE_CHECKPOINT_NETWORK_H
#define MPCF_TESTS_CORE_CHECKPOINT_NETWORK_H

#include <string.h>

#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "format/tensor.h"

/* One REQUIRED parameter for each tensor of C, under its name and shape; those whose name holds
 * OPTIONAL (NULL: none) start as zero where they are absent. */
static inline mpcf_graph *network_like(const struct checkpoint *c, const char *optional)
{
    mpcf_graph *g = graph_create();
    for (size_t i = 0; i < checkpoint_tensor_count(c); i++) {
        const struct tensor *t = checkpoint_tensor(c, checkpoint_tensor_name(c, i));
        mpcf_shape shape = {.rank = (int32_t) t->rank};
        for (size_t j = 0; j < t->rank; j++) {
            shape.dim[j] = (int64_t) t->dim[j];
        }
        int made = optional != NULL && strstr(t->name, optional) != NULL;
        (void) mpcf_parameter(g, t->name, shape, made ? MPCF_INIT_CONSTANT : MPCF_INIT_REQUIRED, 0);
    }
    return g;
}

/* What parameters_create() makes of G, without an engine. */
static inline struct parameters *network_parameters(const mpcf_graph *g)
{
    struct parameters *p = mpcf_alloc_array(1, sizeof(*p));
    p->items = mpcf_alloc_array(graph_count(g), sizeof(*p->items));
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        struct parameter *item = &p->items[p->count++];
        *item = (struct parameter){.name = node->label, .shape = node->shape, .count = 1};
        for (int32_t j = 0; j < node->shape.rank; j++) {
            item->count *= (size_t) node->shape.dim[j];
        }
        item->value = mpcf_alloc_array(item->count, sizeof(float));
    }
    return p;
}

static inline void network_free(struct parameters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        mpcf_free(p->items[i].value);
    }
    mpcf_free(p->items);
    mpcf_free(p);
}

#endif
