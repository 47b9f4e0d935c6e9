/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the section approximations: what fills which slot in which layers. */
#include "pipeline/read_approximations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/slot_name.h"

static bool share_layers(const struct slot_filling *a, const struct slot_filling *b)
{
    return a->slot == b->slot && a->first_layer <= b->last_layer &&
           b->first_layer <= a->last_layer &&
           (a->norms == 0 || b->norms == 0 || (a->norms & b->norms) != 0);
}

/* The first layer norm that both are of; 0 is all. */
static const char *shared_norm(const struct slot_filling *a, const struct slot_filling *b)
{
    const unsigned both = (a->norms == 0 ? ~0u : a->norms) & (b->norms == 0 ? ~0u : b->norms);
    int where = 1;

    while (where < NORM_COUNT && (both & 1u << where) == 0) {
        where++;
    }
    return norm_name((mpcf_norm) where);
}

/* What two entries that meet lack; IS_SAME: they are one. */
static void report_layers(struct pipeline_reader *r, const struct yaml_node *at,
                          const struct slot_filling *a, const struct slot_filling *b, bool is_same)
{
    if (is_same) {
        const size_t layer = a->first_layer > b->first_layer ? a->first_layer : b->first_layer;

        yaml_problem(r->problems, at, "layers: %zu stands twice", layer);
    } else if (a->slot == MPCF_SLOT_LAYER_NORM) {
        yaml_problem(r->problems, at,
                     "two entries of 'layer_norm' cover the same norm, '%s'; give each its "
                     "`where:` or its `layers:`",
                     shared_norm(a, b));
    } else {
        yaml_problem(r->problems, at,
                     "two entries of '%s' cover the same layer; give each its `layers:`",
                     slot_name(a->slot));
    }
}

/* Whether a place would get both; of some heads and of the rest they go together. IS_SAME: both are of one
 * entry's layers. */
static bool is_overlap(struct pipeline_reader *r, const struct yaml_node *at,
                       const struct slot_filling *a, const struct slot_filling *b, bool is_same)
{
    const bool has_heads = !head_set_is_empty(&a->heads);

    if (!share_layers(a, b) || has_heads == head_set_is_empty(&b->heads)) {
        return false;
    }
    if (!has_heads || is_same) {
        report_layers(r, at, a, b, is_same);
        return true;
    }
    if (head_set_meets(&a->heads, &b->heads)) {
        yaml_problem(r->problems, at, "two entries of '%s' cover the same head of the same layer",
                     slot_name(a->slot));
        return true;
    }
    return false;
}

static mpcf_status add_filling(struct pipeline_reader *r, const struct yaml_node *at,
                               const struct slot_filling *filling)
{
    struct pipeline *p = r->p;
    struct slot_filling *grown;
    const struct yaml_node **places;

    for (size_t i = 0; i < p->filling_count; i++) {
        if (is_overlap(r, at, &p->fillings[i], filling, p->filling_places[i] == at)) {
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

/* "0-5" or "3" at *TEXT, below LIMIT; leaves *TEXT behind it and what may follow. */
static bool parse_range(const char **text, size_t limit, size_t *first, size_t *last)
{
    char *end = NULL;

    *text += strspn(*text, " ");
    if (**text < '0' || **text > '9') {
        return false;
    }
    *first = *last = strtoul(*text, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9') {
        *last = strtoul(end + 1, &end, 10);
    }
    *text = end + strspn(end, " ");
    return *first <= *last && *last < limit;
}

/* Whether another range stands behind a comma at *TEXT; leaves *TEXT in front of it. */
static bool has_next(const char **text)
{
    return **text == ',' && *++*text != '\0';
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
        if (layers->kind != YAML_NODE_SCALAR ||
            !parse_range(&text, 1000, &filling.first_layer, &filling.last_layer)) {
            yaml_problem(r->problems, layers,
                         "layers: expected ranges from 0, as \"0-5\" or \"0,2,4-7\"");
            return MPCF_OK;
        }
        MPCF_TRY(add_filling(r, layers, &filling));
    } while (has_next(&text));
    if (*text != '\0') {
        yaml_problem(r->problems, layers, "layers: '%s' is not understood", text);
    }
    return MPCF_OK;
}

/* False: told. */
static bool read_heads(struct pipeline_reader *r, const struct yaml_node *heads,
                       struct slot_filling *filling)
{
    const char *text = heads->text;
    size_t first = 0, last = 0;

    if (filling->slot != MPCF_SLOT_NORMALISER) {
        yaml_problem(r->problems, heads, "heads: '%s' has none; normalisers have",
                     slot_name(filling->slot));
        return false;
    }
    do {
        if (heads->kind != YAML_NODE_SCALAR || !parse_range(&text, HEADS_MAX, &first, &last)) {
            yaml_problem(r->problems, heads,
                         "heads: expected ranges from 0, as \"0,3\" or \"0-5,8\"");
            return false;
        }
        for (size_t head = first; head <= last; head++) {
            if (head_set_has(&filling->heads, head)) {
                yaml_problem(r->problems, heads, "heads: %zu stands twice", head);
                return false;
            }
            head_set_add(&filling->heads, head);
        }
    } while (has_next(&text));
    if (*text != '\0') {
        yaml_problem(r->problems, heads, "heads: '%s' is not understood", text);
    }
    return *text == '\0';
}

static void report_where(struct pipeline_reader *r, const struct yaml_node *at, const char *word,
                         const char *const words[NORM_COUNT])
{
    const char *near = text_nearest(word, words, NORM_COUNT);

    yaml_problem(r->problems, at, "where: expected attention, feed_forward, embedding%s%s%s",
                 near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                 near == NULL ? "" : "'?");
}

/* "attention, embedding" or one word of it; false: told. */
static bool read_words(struct pipeline_reader *r, const struct yaml_node *where, unsigned *norms)
{
    const char *text = where->kind == YAML_NODE_SCALAR ? where->text : "";
    const char *words[NORM_COUNT];
    char word[32];

    for (size_t i = 0; i < NORM_COUNT; i++) {
        words[i] = norm_name((mpcf_norm) (i + 1));
    }
    do {
        const size_t length = strcspn(text += strspn(text, " "), ", ");
        unsigned bit = 0;

        (void) snprintf(word, sizeof word, "%.*s", (int) length, text);
        for (size_t i = 0; i < NORM_COUNT; i++) {
            bit |= strcmp(word, words[i]) == 0 ? 1u << (i + 1) : 0;
        }
        text += length;
        text += strspn(text, " ");
        if (bit == 0 || (*text != ',' && *text != '\0')) {
            report_where(r, where, word, words);
            return false;
        }
        if ((*norms & bit) != 0) {
            yaml_problem(r->problems, where, "where: '%s' stands twice", word);
            return false;
        }
        *norms |= bit;
    } while (has_next(&text));
    return true;
}

/* Which layer norms an entry is of: `where:` and, as the embedding is no layer, `layers:`. False: told. */
static bool read_norms(struct pipeline_reader *r, const struct yaml_node *entry,
                       struct slot_filling *filling)
{
    const struct yaml_node *where = yaml_get(entry, "where");
    const struct yaml_node *layers = yaml_get(entry, "layers");
    const unsigned embedding = 1u << MPCF_NORM_EMBEDDING;
    const bool is_list = where != NULL && where->kind == YAML_NODE_SEQUENCE;

    if (where != NULL && filling->slot != MPCF_SLOT_LAYER_NORM) {
        yaml_problem(r->problems, where, "where: says which layer norms; '%s' has none",
                     slot_name(filling->slot));
        return false;
    }
    if (where == NULL) {
        filling->norms = filling->slot != MPCF_SLOT_LAYER_NORM || layers == NULL
                             ? 0
                             : 1u << MPCF_NORM_ATTENTION | 1u << MPCF_NORM_FEED_FORWARD;
        return true;
    }
    for (size_t i = 0; i < (is_list ? where->count : 1); i++) {
        if (!read_words(r, is_list ? where->items[i] : where, &filling->norms)) {
            return false;
        }
    }
    if (layers != NULL && (filling->norms & embedding) != 0) {
        yaml_problem(r->problems, layers, "layers: the norm of the embedding is of no layer");
        return false;
    }
    return true;
}

static void check_entry_keys(struct pipeline_reader *r, const struct yaml_node *entry)
{
    static const char *const keys[] = {"name", "options", "layers", "heads", "where"};
    enum { COUNT = sizeof keys / sizeof *keys };

    for (size_t i = 0; i < entry->count; i++) {
        const char *key = entry->items[i]->key, *near = text_nearest(key, keys, COUNT);
        bool is_known = false;

        for (size_t k = 0; k < COUNT; k++) {
            is_known = is_known || strcmp(key, keys[k]) == 0;
        }
        if (!is_known) {
            yaml_problem_key(
                r->problems, entry->items[i], "an approximation has no key '%s'; %s%s%s", key,
                near == NULL ? "it has name, options, layers, heads, where" : "did you mean '",
                near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
    }
}

static mpcf_status read_approximation(struct pipeline_reader *r, mpcf_slot slot,
                                      const struct yaml_node *entry)
{
    const struct yaml_node *name =
        entry->kind == YAML_NODE_MAPPING ? yaml_get(entry, "name") : entry;
    const struct yaml_node *heads = yaml_get(entry, "heads");
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
    if ((heads != NULL && !read_heads(r, heads, &filling)) || !read_norms(r, entry, &filling)) {
        return MPCF_OK;
    }
    return add_layers(r, yaml_get(entry, "layers"), heads == NULL ? entry : heads, filling);
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
        yaml_problem_key(r->problems, item,
                         "approximations has no slot '%s'; slots are %s, %s, %s, %s", item->key,
                         words[0], words[1], words[2], words[3]);
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
