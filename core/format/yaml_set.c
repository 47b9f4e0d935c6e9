/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--set a.b.c=value`: the way down to a value, and how it is put there.
 */
#include "format/yaml_set.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/yaml_parse.h"

/* A value of the command line has no line; its file is the option as written. */
static void mark_set(struct yaml_node *node, const char *name)
{
    node->file = name;
    node->line = node->column = 0;
    node->key_line = node->key_column = 0;
    for (size_t i = 0; i < node->count; i++) {
        mark_set(node->items[i], name);
    }
}

/* Whether TEXT was written as a list, a mapping or a quoted text: brackets that end where TEXT ends,
 * or nowhere. "[::1]:9002" was not. */
static bool is_meant_as_yaml(const char *text)
{
    const char *close = text[0] == '[' ? strrchr(text, ']') : NULL;

    if (text[0] == '{') {
        close = strrchr(text, '}');
    } else if (text[0] != '[') {
        return text[0] == '"' || text[0] == '\'';
    }
    return close == NULL || close[1 + strspn(close + 1, " ")] == '\0';
}

/* Whether it may stand as it is: UTF-8 without control characters, as YAML wants it, too. */
static bool is_plain_text(const char *text)
{
    const size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char) text[i] < ' ' || text[i] == 0x7f) {
            return false;
        }
    }
    return text_utf8_valid(text, length) == length;
}

/* The whole of TEXT: what YAML sees as syntax in it, or drops as a comment, belongs to the value. */
static mpcf_status take_as_text(struct arena *arena, const char *text, struct yaml_node **value,
                                mpcf_error *err)
{
    struct yaml_node *node = arena_alloc(arena, 1, sizeof *node);
    const char *copy = arena_strdup(arena, text);

    if (node == NULL || copy == NULL) {
        return yaml_no_memory(err);
    }
    *node = (struct yaml_node){.kind = YAML_NODE_SCALAR, .text = copy};
    *value = node;
    return MPCF_OK;
}

/* A plain text of which YAML dropped something: " # and what follows". */
static bool is_cut(const struct yaml_node *value, const char *text)
{
    return value->kind == YAML_NODE_SCALAR && !value->quoted && strchr(text, '#') != NULL &&
           strlen(value->text) < strlen(text);
}

static mpcf_status parse_yaml(struct arena *arena, const char *text, const char *name,
                              struct yaml_problems *problems, struct yaml_node **value,
                              mpcf_error *err)
{
    mpcf_status status = yaml_parse_into(arena, text, strlen(text), name, problems, value, err);

    if ((status == MPCF_E_CONFIG && !is_meant_as_yaml(text) && is_plain_text(text)) ||
        (status == MPCF_OK && is_cut(*value, text))) {
        mpcf_error_reset(err);
        status = take_as_text(arena, text, value, err);
    }
    if (status == MPCF_OK && yaml_problems_count(problems) > 0) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "%s", yaml_problems_text(problems));
    }
    return status;
}

static mpcf_status parse_value(struct arena *arena, const char *text, const char *name,
                               struct yaml_node **value, mpcf_error *err)
{
    struct yaml_problems *problems = yaml_problems_create();
    mpcf_status status;

    if (problems == NULL) {
        return yaml_no_memory(err);
    }
    status = parse_yaml(arena, *text == '\0' ? "''" : text, name, problems, value, err);
    yaml_problems_destroy(problems);
    if (status == MPCF_OK) {
        mark_set(*value, name);
    }
    return status;
}

static struct yaml_node *child_of(struct yaml_node *node, const char *word)
{
    char *end = NULL;
    unsigned long index;

    if (node->kind == YAML_NODE_SEQUENCE) {
        index = strtoul(word, &end, 10);
        return *word != '\0' && *end == '\0' && index < node->count ? node->items[index] : NULL;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_NODE_MAPPING && strcmp(node->items[i]->key, word) == 0) {
            return node->items[i];
        }
    }
    return NULL;
}

/* A mapping takes any word, a list the number behind its last entry. */
static bool has_room_for(const struct yaml_node *node, const char *word)
{
    char *end = NULL;

    return node->kind == YAML_NODE_MAPPING ||
           (node->kind == YAML_NODE_SEQUENCE && strtoul(word, &end, 10) == node->count &&
            end != word && *end == '\0');
}

static mpcf_status no_room(const struct yaml_node *node, const char *word, const char *name,
                           mpcf_error *err)
{
    if (node->kind == YAML_NODE_SEQUENCE) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "%s: there is no '%s' here: a list takes the number of an entry, and this "
                         "one has %zu; %zu adds one",
                         name, word, node->count, node->count);
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "%s: there is no '%s' here: it is a single value", name,
                     word);
}

static mpcf_status add_node(struct yaml_tree *tree, struct yaml_node *parent, const char *key,
                            enum yaml_kind kind, const char *name, struct yaml_node **out,
                            mpcf_error *err)
{
    struct yaml_node *node = arena_alloc(tree->arena, 1, sizeof *node);

    if (node == NULL) {
        return yaml_no_memory(err);
    }
    *node = (struct yaml_node){.kind = kind, .file = name, .text = "", .key = key};
    *out = node;
    return yaml_append(tree->arena, parent, node, err);
}

/* Walks to WORD below *NODE, making what is missing there: a list where REST, the way on, begins with
 * its first number, else a mapping. */
static mpcf_status descend(struct yaml_tree *tree, struct yaml_node **node, const char *word,
                           const char *rest, const char *name, mpcf_error *err)
{
    const bool is_list = rest[0] == '0' && (rest[1] == '\0' || rest[1] == '.');
    struct yaml_node *child = child_of(*node, word);

    if (child != NULL) {
        *node = child;
        return MPCF_OK;
    }
    if (!has_room_for(*node, word)) {
        return no_room(*node, word, name, err);
    }
    return add_node(tree, *node, word, is_list ? YAML_NODE_SEQUENCE : YAML_NODE_MAPPING, name, node,
                    err);
}

static mpcf_status put_value(struct yaml_tree *tree, struct yaml_node *parent, const char *word,
                             struct yaml_node *value, const char *name, mpcf_error *err)
{
    struct yaml_node *old = child_of(parent, word);

    value->key = word;
    if (old != NULL) {
        const char *key = old->key;

        *old = *value;
        old->key = key;
        return MPCF_OK;
    }
    return has_room_for(parent, word) ? yaml_append(tree->arena, parent, value, err)
                                      : no_room(parent, word, name, err);
}

static mpcf_status set_path(struct yaml_tree *tree, char *path, const char *name,
                            struct yaml_node *value, mpcf_error *err)
{
    struct yaml_node *node = tree->root;
    char *dot;

    while ((dot = strchr(path, '.')) != NULL) {
        *dot = '\0';
        MPCF_TRY(descend(tree, &node, path, dot + 1, name, err));
        path = dot + 1;
    }
    return put_value(tree, node, path, value, name, err);
}

mpcf_status yaml_set(struct yaml_tree *tree, const char *assignment, mpcf_error *err)
{
    const char *equals = strchr(assignment, '='), *dots = strstr(assignment, "..");
    struct yaml_node *value = NULL;
    char *path, *name;

    if (equals == NULL || equals == assignment || assignment[0] == '.' || equals[-1] == '.' ||
        (dots != NULL && dots < equals)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "--set %s: expected dotted.key=value, as stages.infer.examples=8",
                         assignment);
    }
    path = arena_format(tree->arena, "%.*s", (int) (equals - assignment), assignment);
    name = arena_format(tree->arena, "--set %.*s", (int) (equals - assignment), assignment);
    if (path == NULL || name == NULL) {
        return yaml_no_memory(err);
    }
    MPCF_TRY(parse_value(tree->arena, equals + 1, name, &value, err));
    return set_path(tree, path, name, value, err);
}
