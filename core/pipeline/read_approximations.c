/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the section approximations: what fills which slot in which layers. */
#include "pipeline/read_approximations.h"

#include <stdlib.h>
#include <string.h>

#include "graph/slot_name.h"

static mpcf_status add_filling(struct pipeline_reader *r, const struct yaml_node *at,
                               const struct slot_filling *filling)
{
    struct pipeline *p = r->p;
    struct slot_filling *grown;
    const struct yaml_node **places;

    for (size_t i = 0; i < p->filling_count; i++) {
        const struct slot_filling *other = &p->fillings[i];

        if (other->slot == filling->slot && other->first_layer <= filling->last_layer &&
            filling->first_layer <= other->last_layer) {
            yaml_problem(r->problems, at,
                         "two entries of '%s' cover the same layer; give each its `layers:`",
                         slot_name(filling->slot));
            return MPCF_OK;
        }
    }
    grown = arena_alloc(p->memory->arena, p->filling_count + 1, sizeof *grown);
    places = arena_alloc(p->memory->arena, p->filling_count + 1, sizeof *places);
    if (grown == NULL || places == NULL) {
        return reader_no_memory(r);
    }
    if (p->filling_count > 0) {
        memcpy(grown, p->fillings, p->filling_count * sizeof *grown);
        memcpy(places, p->filling_places, p->filling_count * sizeof *places);
    }
    places[p->filling_count] = at;
    grown[p->filling_count++] = *filling;
    p->fillings = grown;
    p->filling_places = places;
    return MPCF_OK;
}

/* "0-5" or "3" at *TEXT; leaves *TEXT behind it. */
static bool parse_range(const char **text, struct slot_filling *filling)
{
    char *end = NULL;

    if (**text < '0' || **text > '9') {
        return false;
    }
    filling->first_layer = filling->last_layer = strtoul(*text, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9') {
        filling->last_layer = strtoul(end + 1, &end, 10);
    }
    *text = end;
    return filling->first_layer <= filling->last_layer && filling->last_layer < 1000;
}

static mpcf_status add_layers(struct pipeline_reader *r, const struct yaml_node *layers,
                              const struct yaml_node *at, struct slot_filling filling)
{
    const char *text;

    if (layers == NULL) {
        filling.first_layer = 0;
        filling.last_layer = SIZE_MAX;
        return add_filling(r, at, &filling);
    }
    text = layers->text;
    do {
        text += strspn(text, " ");
        if (layers->kind != YAML_NODE_SCALAR || !parse_range(&text, &filling)) {
            yaml_problem(r->problems, layers,
                         "layers: expected ranges from 0, as \"0-5\" or \"0,2,4-7\"");
            return MPCF_OK;
        }
        MPCF_TRY(add_filling(r, layers, &filling));
        text += strspn(text, " ");
    } while (*text == ',' && *++text != '\0');
    if (*text != '\0') {
        yaml_problem(r->problems, layers, "layers: '%s' is not understood", text);
    }
    return MPCF_OK;
}

static void check_entry_keys(struct pipeline_reader *r, const struct yaml_node *entry)
{
    static const char *const keys[] = {"name", "options", "layers"};

    for (size_t i = 0; i < entry->count; i++) {
        const char *key = entry->items[i]->key, *near = text_nearest(key, keys, 3);

        if (strcmp(key, "name") != 0 && strcmp(key, "options") != 0 && strcmp(key, "layers") != 0) {
            yaml_problem_key(r->problems, entry->items[i],
                             "an approximation has no key '%s'; %s%s%s", key,
                             near == NULL ? "it has name, options, layers" : "did you mean '",
                             near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
    }
}

static mpcf_status read_approximation(struct pipeline_reader *r, mpcf_slot slot,
                                      const struct yaml_node *entry)
{
    const struct yaml_node *name =
        entry->kind == YAML_NODE_MAPPING ? yaml_get(entry, "name") : entry;
    struct component_use use = {0};
    const mpcf_approx *approx;
    struct slot_filling filling = {.slot = slot};
    void *config = NULL;

    if (entry->kind == YAML_NODE_MAPPING) {
        check_entry_keys(r, entry);
    }
    if (name == NULL || name->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, entry,
                     "approximations.%s: expected a name, or {name: ..., "
                     "options: {...}, layers: \"0-5\"}",
                     slot_name(slot));
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_APPROX, name, name->text, &use));
    approx = use.descriptor;
    if (approx == NULL) {
        return MPCF_OK;
    }
    if (approx->slot != slot) {
        yaml_problem(r->problems, name, "approximation '%s' is for the slot '%s', not '%s'",
                     name->text, slot_name(approx->slot), slot_name(slot));
        return MPCF_OK;
    }
    MPCF_TRY(
        reader_config(r, COMPONENT_APPROX, &use, yaml_get(entry, "options"), entry, NULL, &config));
    filling.approx = approx;
    filling.config = config;
    return add_layers(r, yaml_get(entry, "layers"), entry, filling);
}

static mpcf_status read_slot(struct pipeline_reader *r, mpcf_slot slot,
                             const struct yaml_node *node)
{
    if (node->kind != YAML_NODE_SEQUENCE) {
        return read_approximation(r, slot, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        MPCF_TRY(read_approximation(r, slot, node->items[i]));
    }
    return MPCF_OK;
}

static void report_slot(struct pipeline_reader *r, const struct yaml_node *item)
{
    const char *words[SLOT_COUNT], *near;

    for (size_t i = 0; i < SLOT_COUNT; i++) {
        words[i] = slot_name((mpcf_slot) (i + 1));
    }
    near = text_nearest(item->key, words, SLOT_COUNT);
    if (near != NULL) {
        yaml_problem_key(r->problems, item, "approximations has no slot '%s'; did you mean '%s'?",
                         item->key, near);
    } else {
        yaml_problem_key(r->problems, item, "approximations has no slot '%s'; slots are %s, %s, %s",
                         item->key, words[0], words[1], words[2]);
    }
}

mpcf_status read_approximations(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "approximations");

    if (node != NULL && node->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, node, "approximations: expected a mapping of slots");
        return MPCF_OK;
    }
    for (size_t i = 0; node != NULL && i < node->count; i++) {
        mpcf_slot slot = MPCF_SLOT_ACTIVATION;

        if (slot_parse(node->items[i]->key, &slot)) {
            MPCF_TRY(read_slot(r, slot, node->items[i]));
        } else {
            report_slot(r, node->items[i]);
        }
    }
    return MPCF_OK;
}
