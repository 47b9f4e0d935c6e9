/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From YAML text to nodes that know line and column; refuses what a pipeline file must not use.
 */
#include "format/yaml_parse.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "format/yaml_words.h"

#define YAML_DEPTH_LIMIT 32
#define YAML_NODE_LIMIT  50000

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const char *file;
    const char *text, *end;
    struct yaml_problems *problems;
    size_t nodes;
    size_t quoted_line; /* where the last text in quotation marks began; 0: none */
    mpcf_error *err;
};

static mpcf_status next_event(struct reader *r, yaml_event_t *event)
{
    struct yaml_mistake mistake;

    if (yaml_parser_parse(&r->parser, event)) {
        return MPCF_OK;
    }
    if (r->parser.error == YAML_MEMORY_ERROR) {
        memory_note_refusal();
        return yaml_no_memory(r->err);
    }
    yaml_explain(&r->parser, r->text, (size_t) (r->end - r->text), r->quoted_line, &mistake);
    return mpcf_fail(r->err, MPCF_E_CONFIG, "%s:%zu:%zu: %s", r->file, mistake.line, mistake.column,
                     mistake.text);
}

static mpcf_status new_node(struct reader *r, enum yaml_kind kind, const yaml_event_t *event,
                            struct yaml_node **out)
{
    struct yaml_node *node = arena_alloc(r->arena, 1, sizeof *node);

    if (node == NULL) {
        return yaml_no_memory(r->err);
    }
    if (++r->nodes > YAML_NODE_LIMIT) {
        return mpcf_fail(r->err, MPCF_E_CONFIG, "%s: more than %d values", r->file,
                         YAML_NODE_LIMIT);
    }
    node->kind = kind;
    node->file = r->file;
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    node->text = "";
    *out = node;
    return MPCF_OK;
}

/* What YAML offers and a pipeline file must not use. */
static void refuse_extras(struct reader *r, const struct yaml_node *node, const yaml_char_t *anchor,
                          const yaml_char_t *tag)
{
    if (anchor != NULL) {
        yaml_problem(r->problems, node, "anchors (&%s) are not accepted", (const char *) anchor);
    }
    if (tag != NULL) {
        yaml_problem(r->problems, node, "tags (%s) are not accepted", (const char *) tag);
    }
}

static mpcf_status read_node(struct reader *r, const yaml_event_t *event, size_t depth,
                             struct yaml_node **out);

static mpcf_status read_scalar(struct reader *r, const yaml_event_t *event, struct yaml_node **out)
{
    struct yaml_node *node = NULL;
    const char *text = (const char *) event->data.scalar.value;

    MPCF_TRY(new_node(r, YAML_NODE_SCALAR, event, &node));
    refuse_extras(r, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (strlen(text) != event->data.scalar.length) {
        yaml_problem(r->problems, node, "a zero byte in a text is not accepted");
    }
    node->text = arena_strdup(r->arena, text);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    r->quoted_line = node->quoted ? node->line : 0;
    if (node->text == NULL) {
        return yaml_no_memory(r->err);
    }
    *out = node;
    return MPCF_OK;
}

static mpcf_status read_sequence(struct reader *r, struct yaml_node *node, size_t depth)
{
    for (;;) {
        yaml_event_t event;
        struct yaml_node *item = NULL;
        mpcf_status status = next_event(r, &event);

        if (status != MPCF_OK) {
            return status;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return MPCF_OK;
        }
        status = read_node(r, &event, depth, &item);
        yaml_event_delete(&event);
        if (status == MPCF_OK) {
            status = yaml_append(r->arena, node, item, r->err);
        }
        if (status != MPCF_OK) {
            return status;
        }
    }
}

static bool key_accepted(struct reader *r, const struct yaml_node *mapping,
                         const struct yaml_node *key)
{
    const struct yaml_node *before;

    if (key->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, key, "a key must be a word");
        return false;
    }
    if (strcmp(key->text, "<<") == 0 && !key->quoted) {
        yaml_problem(r->problems, key, "merge keys (<<) are not accepted");
        return false;
    }
    before = yaml_get(mapping, key->text);
    if (before != NULL) {
        yaml_problem(r->problems, key, "key '%s' stands here twice; first in line %zu", key->text,
                     before->key_line);
        return false;
    }
    return true;
}

static mpcf_status read_pair(struct reader *r, struct yaml_node *mapping,
                             const yaml_event_t *key_event, size_t depth)
{
    yaml_event_t event;
    struct yaml_node *key = NULL, *value = NULL;
    mpcf_status status;

    MPCF_TRY(read_node(r, key_event, depth, &key));
    MPCF_TRY(next_event(r, &event));
    status = read_node(r, &event, depth, &value);
    yaml_event_delete(&event);
    if (status != MPCF_OK || !key_accepted(r, mapping, key)) {
        return status;
    }
    value->key = key->text;
    value->key_line = key->line;
    value->key_column = key->column;
    return yaml_append(r->arena, mapping, value, r->err);
}

static mpcf_status read_mapping(struct reader *r, struct yaml_node *node, size_t depth)
{
    for (;;) {
        yaml_event_t event;
        mpcf_status status = next_event(r, &event);

        if (status != MPCF_OK) {
            return status;
        }
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return MPCF_OK;
        }
        status = read_pair(r, node, &event, depth);
        yaml_event_delete(&event);
        if (status != MPCF_OK) {
            return status;
        }
    }
}

static mpcf_status read_alias(struct reader *r, const yaml_event_t *event, struct yaml_node **out)
{
    MPCF_TRY(new_node(r, YAML_NODE_SCALAR, event, out));
    yaml_problem(r->problems, *out, "aliases (*%s) are not accepted",
                 (const char *) event->data.alias.anchor);
    return MPCF_OK;
}

static mpcf_status read_node(struct reader *r, const yaml_event_t *event, size_t depth,
                             struct yaml_node **out)
{
    if (depth == YAML_DEPTH_LIMIT) {
        return mpcf_fail(r->err, MPCF_E_CONFIG, "%s:%zu:%zu: nested deeper than %d levels", r->file,
                         event->start_mark.line + 1, event->start_mark.column + 1,
                         YAML_DEPTH_LIMIT);
    }
    if (event->type == YAML_SCALAR_EVENT) {
        return read_scalar(r, event, out);
    }
    if (event->type == YAML_ALIAS_EVENT) {
        return read_alias(r, event, out);
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        MPCF_TRY(new_node(r, YAML_NODE_SEQUENCE, event, out));
        refuse_extras(r, *out, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        return read_sequence(r, *out, depth + 1);
    }
    assert(event->type == YAML_MAPPING_START_EVENT); /* libyaml gives nothing else here */
    MPCF_TRY(new_node(r, YAML_NODE_MAPPING, event, out));
    refuse_extras(r, *out, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    return read_mapping(r, *out, depth + 1);
}

/* Document start or stream end must follow; *MORE says which. */
static mpcf_status next_document(struct reader *r, bool *more)
{
    yaml_event_t event;
    yaml_event_type_t type;

    do {
        MPCF_TRY(next_event(r, &event));
        type = event.type;
        yaml_event_delete(&event);
    } while (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_END_EVENT);
    *more = type == YAML_DOCUMENT_START_EVENT;
    return MPCF_OK;
}

static mpcf_status read_document(struct reader *r, struct yaml_node **root)
{
    yaml_event_t event;
    bool more = false;
    mpcf_status status;

    MPCF_TRY(next_document(r, &more));
    if (!more) {
        return mpcf_fail(r->err, MPCF_E_CONFIG, "%s: is empty", r->file);
    }
    MPCF_TRY(next_event(r, &event));
    status = read_node(r, &event, 0, root);
    yaml_event_delete(&event);
    if (status != MPCF_OK) {
        return status;
    }
    MPCF_TRY(next_document(r, &more));
    if (more) {
        return mpcf_fail(r->err, MPCF_E_CONFIG, "%s:%zu: a second document is not accepted",
                         r->file, r->parser.mark.line + 1);
    }
    return MPCF_OK;
}

mpcf_status yaml_parse_into(struct arena *arena, const char *text, size_t length, const char *name,
                            struct yaml_problems *problems, struct yaml_node **root,
                            mpcf_error *err)
{
    struct reader r = {
        .arena = arena, .text = text, .end = text + length, .problems = problems, .err = err};
    mpcf_status status;

    if (length > YAML_FILE_LIMIT) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: %zu bytes, at most %zu are accepted", name,
                         length, YAML_FILE_LIMIT);
    }
    r.file = arena_strdup(arena, name);
    if (r.file == NULL || !yaml_parser_initialize(&r.parser)) {
        memory_note_refusal();
        return yaml_no_memory(err);
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *) text, length);
    status = read_document(&r, root);
    yaml_parser_delete(&r.parser);
    return status;
}
