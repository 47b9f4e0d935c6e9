/* SPDX-License-Identifier: Apache-2.0 */
/* A table's columns as options of its reader: names or numbers, labels in which order. */
#include "draft/table_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/text.h"
#include "draft/columns.h"

enum { LOOKED_AT = 2000, SCORES_FROM = 21 /* different whole numbers that are no classes */ };

/* Large files take seconds a column. */
static void show_column(size_t number, bool is_last)
{
    const struct progress p = {.stage = "looking at columns",
                               .done = number,
                               .loss = (double) NAN,
                               .is_final = is_last,
                               .is_passing = true};

    progress_show(&p);
}

/* --- Which columns --- */

static mpcf_status read_columns(struct sketch *s, struct columns *c, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    while (c->count < COLUMNS_MAX && status == MPCF_OK) {
        show_column(c->count + 1, false);
        status = column_read(s, c->count + 1, LOOKED_AT, false, &c->items[c->count], err);
        c->count += status == MPCF_OK ? 1 : 0;
    }
    if (c->count == 0 || status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED) {
        return status;
    }
    mpcf_error_reset(err); /* there is no column more */
    return MPCF_OK;
}

/* The keys of the first line of JSON Lines stand for names, where it is a file without gzip. */
static void take_json_names(const struct sketch *s, struct columns *c)
{
    static const char *const names[] = {"", "/train.jsonl", "/train.ndjson", "/train.json"};
    json_t *object = NULL;
    const char *key;
    json_t *value;
    size_t at = 0;

    for (size_t i = 0; object == NULL && i < sizeof names / sizeof *names; i++) {
        char *path = mpcf_format("%s%s", s->data_as_given, names[i]);
        FILE *file = path == NULL || file_is_folder(path) ? NULL : fopen(path, "re");

        object = file == NULL ? NULL : json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
        if (file != NULL) {
            (void) fclose(file);
        }
        mpcf_free(path);
    }
    c->is_json = object != NULL;
    json_object_foreach(object, key, value)
    {
        if (at < c->count) {
            (void) snprintf(c->items[at].first, sizeof c->items[at].first, "%s", key);
            c->items[at++].first_is_number = false;
        }
    }
    json_decref(object);
}

static const char *list_columns(struct sketch *s, const struct columns *c)
{
    struct text_buffer list = {0};
    const char *kept = NULL;

    for (size_t i = 0; i < c->count; i++) {
        text_printf(&list, "%s%s", i == 0 ? "" : ", ",
                    c->has_names ? c->items[i].first : arena_format(s->arena, "%zu", i + 1));
    }
    if (!list.failed) {
        kept = arena_strdup(s->arena, text_string(&list));
    }
    text_clear(&list);
    return kept;
}

static mpcf_status add_column(struct sketch *s, const struct columns *c, const char *key,
                              int column, const char *why, mpcf_error *err)
{
    const char *value = c->has_names ? sketch_value(s, c->items[column].first)
                                     : arena_format(s->arena, "%d", column + 1);

    return sketch_add(s, key, value, why, err);
}

/* --- Which labels --- */

/* The checkpoint's name of class I, where it is no made-up one; NULL: none. */
static const char *known_name(const struct sketch *s, size_t i)
{
    char key[24];
    const char *name;

    (void) snprintf(key, sizeof key, "%zu", i);
    name = json_string_value(json_object_get(json_object_get(s->config, "id2label"), key));
    return name != NULL && strncmp(name, "LABEL_", 6) != 0 ? name : NULL;
}

static const char *as_in_file(const struct column *label, const char *name)
{
    for (size_t i = 0; i < label->count; i++) {
        if (strcasecmp(label->distinct[i], name) == 0) {
            return label->distinct[i];
        }
    }
    return NULL;
}

/* Whether the checkpoint has the file's labels and no others. */
static bool knows_all(const struct sketch *s, const struct column *label)
{
    size_t count = 0;
    const char *name;

    while ((name = known_name(s, count)) != NULL && as_in_file(label, name) != NULL) {
        count++;
    }
    return name == NULL && count == label->count;
}

static const char *list_labels(struct sketch *s, const struct column *label, bool known)
{
    struct text_buffer list = {0};
    const char *kept = NULL;

    text_append(&list, "[");
    for (size_t i = 0; i < label->count; i++) {
        const char *name = known ? as_in_file(label, known_name(s, i)) : label->distinct[i];
        const char *value = sketch_value(s, name);

        text_printf(&list, "%s%s", i == 0 ? "" : ", ", value == NULL ? "" : value);
        list.failed = list.failed || value == NULL;
    }
    text_append(&list, "]");
    if (!list.failed) {
        kept = arena_strdup(s->arena, list.data);
    }
    text_clear(&list);
    return kept;
}

static bool are_numbers_from_zero(const struct column *label)
{
    return label->whole && !label->more && label->low == 0 &&
           label->high == (double) label->count - 1;
}

static mpcf_status add_labels(struct sketch *s, const struct column *label, mpcf_error *err)
{
    if (label->numbers && (!label->whole || label->more || label->count >= SCORES_FROM)) {
        return sketch_add(
            s, "score",
            arena_format(s->arena, "[%.15g, %.15g]", floor(label->low), ceil(label->high)),
            "lowest and highest, from the file: a score is learnt, no classes", err);
    }
    if (label->more || label->count < 2) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the column that seems to be the label has %s; which one is it?",
                         label->more ? "more than 64 values" : "one value in all rows");
    }
    if (knows_all(s, label)) {
        return sketch_add(s, "labels", list_labels(s, label, true),
                          "of the file, in the order of config.json's id2label", err);
    }
    if (are_numbers_from_zero(label)) {
        return sketch_add(s, "classes", arena_format(s->arena, "%zu", label->count),
                          "the labels are the numbers from 0; or labels: [name, name], for reports",
                          err);
    }
    return sketch_add(s, "labels", list_labels(s, label, false),
                      known_name(s, 0) != NULL
                          ? "of the file, sorted; CHECK THE ORDER: id2label has other names"
                          : "of the file, sorted; a checkpoint that is trained for them may have "
                            "another order",
                      err);
}

/* A column is read whole for its labels: files are often sorted by them. */
static mpcf_status add_label(struct sketch *s, struct columns *c, mpcf_error *err)
{
    struct column *label = &c->items[c->label];
    char name[CELL_MAX + 1];

    memcpy(name, label->first, sizeof name);
    MPCF_TRY(column_read(s, (size_t) c->label + 1, 0, !c->has_names || c->is_json, label, err));
    memcpy(label->first, name, sizeof name);
    MPCF_TRY(add_column(s, c, "label", c->label, "or none, where texts are only answered", err));
    return add_labels(s, label, err);
}

static mpcf_status add_options(struct sketch *s, struct columns *c, mpcf_error *err)
{
    if (c->text < 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "no column holds texts: all are numbers");
    }
    if (c->count > 1 || c->has_names) {
        MPCF_TRY(add_column(s, c, "text", c->text, "column of the text", err));
    }
    if (c->text_b >= 0) {
        MPCF_TRY(add_column(s, c, "text_b", c->text_b,
                            "of the second text; leave it out where there is one only", err));
    }
    if (c->count > 1 && !c->has_names) {
        MPCF_TRY(sketch_add(s, "header", "no", "the first line is a row like the others", err));
    }
    if (c->label >= 0) {
        return add_label(s, c, err);
    }
    MPCF_TRY(
        sketch_add(s, "label", "none", "there is no column of labels: nothing is learnt", err));
    return sketch_add(s, "classes", arena_format(s->arena, "%zu", sketch_labels(s)),
                      "that the network has", err);
}

mpcf_status draft_table_options(struct sketch *s, mpcf_error *err)
{
    struct columns *c = arena_alloc(s->arena, 1, sizeof *c);
    mpcf_status status;

    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof *c, "columns");
    }
    status = read_columns(s, c, err);
    if (status == MPCF_OK) {
        take_json_names(s, c);
        columns_judge(c);
        s->columns = list_columns(s, c);
        status = add_options(s, c, err);
    }
    show_column(c->count, true);
    return status;
}
