/* SPDX-License-Identifier: Apache-2.0 */
/* Reads layers from scopes. */
#include "inference/program_layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/graph.h"

enum { NO_LAYER = 0 };

/* The number among the parts of SCOPE, plus 1; NO_LAYER: none. */
static uint32_t layer_of_scope(const char *scope)
{
    for (const char *part = scope; *part != '\0';) {
        const size_t length = strcspn(part, ".");

        if (length > 0 && length < 5 && strspn(part, "0123456789") == length) {
            return (uint32_t) strtoul(part, NULL, 10) + 1;
        }
        part += length;
        part += *part == '.';
    }
    return NO_LAYER;
}

static uint32_t layer_of_step(const struct program *p, const struct step *s)
{
    const char *name = p->values[s->out].node;
    const mpcf_node *node = name != NULL ? graph_find(p->graph, name) : NULL;
    const bool embeds = strcmp(p->functions[s->function], "embedding") == 0;

    return node == NULL || embeds ? NO_LAYER : layer_of_scope(node->scope);
}

/* Steps without a layer get their group: 0 before all layers, LAYERS + 1 behind them. */
static void fill_gaps(uint32_t *of, size_t steps, uint32_t layers)
{
    size_t behind = steps;
    uint32_t last = 0;

    while (behind > 0 && of[behind - 1] == NO_LAYER) {
        of[--behind] = layers + 1;
    }
    for (size_t i = 0; i < behind; i++) {
        last = of[i] != NO_LAYER ? of[i] : last;
        of[i] = last;
    }
}

static bool name_layers(struct program_layers *l, uint32_t layers)
{
    l->names = mpcf_alloc_array(layers + 3, sizeof *l->names);
    if (l->names == NULL) {
        return false;
    }
    l->groups = (struct cost_groups){(const char *const *) l->names, layers + 2, l->of};
    for (uint32_t i = 0; i < layers + 2; i++) {
        l->names[i] = i == 0       ? mpcf_strdup("embedding")
                      : i > layers ? mpcf_strdup("head")
                                   : mpcf_format("layer %u", i - 1);
        if (l->names[i] == NULL) {
            return false;
        }
    }
    return true;
}

mpcf_status program_layers_of(const struct program *p, struct program_layers *out, mpcf_error *err)
{
    struct program_layers l = {.of = mpcf_alloc_array(p->step_count + 1, sizeof *l.of)};
    uint32_t layers = 0;

    for (size_t i = 0; l.of != NULL && i < p->step_count; i++) {
        l.of[i] = layer_of_step(p, &p->steps[i]);
        layers = l.of[i] > layers ? l.of[i] : layers;
    }
    if (l.of != NULL) {
        fill_gaps(l.of, p->step_count, layers);
    }
    if (l.of == NULL || !name_layers(&l, layers)) {
        program_layers_clear(&l);
        return mpcf_fail_memory(err, p->step_count * sizeof *l.of, "layers");
    }
    *out = l;
    return MPCF_OK;
}

void program_layers_clear(struct program_layers *l)
{
    for (size_t i = 0; l->names != NULL && i < l->groups.count; i++) {
        mpcf_free(l->names[i]);
    }
    mpcf_free(l->names);
    mpcf_free(l->of);
    *l = (struct program_layers){0};
}
