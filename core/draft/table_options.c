/* SPDX-License-Identifier: Apache-2.0 */
/* A table's columns as options of its reader: names or numbers, labels in which order. */
#include "draft/table_options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "draft/columns.h"
#include "draft/labels.h"
#include "draft/samples.h"
#include "pipeline/class_names.h"

enum { LOOKED_AT = 2000, FIRST_WORDS = 512, SHOWN_ROWS = 4096 };

/* --- Which columns --- */

static const char *list_columns(struct sketch *s, const struct columns *c)
{
    struct text_buffer list = {0};
    const char *kept = NULL;

    for (size_t i = 0; i < c->count; i++) {
        const bool is_named = c->has_names && c->items[i].first[0] != '\0';

        text_printf(&list, "%s%s", i == 0 ? "" : ", ",
                    is_named ? c->items[i].first : arena_format(s->arena, "%zu", i + 1));
    }
    if (!list.failed) {
        kept = arena_strdup(s->arena, text_string(&list));
    }
    text_clear(&list);
    return kept;
}

static mpcf_status fail_column(const struct columns *c, const struct sketch *s, const char *key,
                               const char *given, mpcf_error *err)
{
    const char *words[COLUMNS_MAX], *near;

    for (size_t i = 0; i < c->count; i++) {
        words[i] = c->items[i].first;
    }
    near = c->has_names ? text_nearest(given, words, c->count) : NULL;
    return mpcf_fail(err, MPCF_E_CONFIG, "dataset.%s: there is no column '%s'%s%s%s; columns: %s",
                     key, given, near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                     near != NULL ? "'?" : "", s->columns);
}

/* What the command line says of KEY, else what stands in *COLUMN. */
static mpcf_status take_given(const struct columns *c, const struct sketch *s, const char *key,
                              int *column, mpcf_error *err)
{
    const char *given = sketch_given(s, key);
    char *end = NULL;
    long number;

    if (given == NULL) {
        return MPCF_OK;
    }
    if (*given == '\0' || (strcmp(key, "label") == 0 && strcmp(given, "none") == 0)) {
        *column = -1;
        return MPCF_OK;
    }
    for (size_t i = 0; c->has_names && i < c->count; i++) {
        if (strcmp(c->items[i].first, given) == 0) {
            *column = (int) i;
            return MPCF_OK;
        }
    }
    number = strtol(given, &end, 10);
    if (end == given || *end != '\0' || number < 1 || (size_t) number > c->count) {
        return fail_column(c, s, key, given, err);
    }
    *column = (int) number - 1;
    return MPCF_OK;
}

/* Who calls a column by a word of the first line says that the line has names. */
static bool names_first_line(const struct sketch *s, const struct columns *c)
{
    static const char *const keys[] = {"text", "text_b", "label"};

    for (size_t i = 0; i < 3 * c->count; i++) {
        const char *given = sketch_given(s, keys[i % 3]);
        const struct column *item = &c->items[i / 3];

        if (given != NULL && !item->first_is_number && *given != '\0' &&
            strcmp(given, item->first) == 0) {
            return true;
        }
    }
    return false;
}

static mpcf_status choose_columns(struct sketch *s, struct columns *c, mpcf_error *err)
{
    const char *header = sketch_given(s, "header");
    const size_t named = class_names_count(s->config);
    const char *classes[SKETCH_LABELS];

    for (size_t i = 0; i < named && i < SKETCH_LABELS; i++) {
        classes[i] = class_name_of(s->config, i);
    }
    columns_judge(c, classes, named <= SKETCH_LABELS ? named : 0);
    if (!c->is_json && header != NULL) {
        c->has_names = strcmp(header, "yes") == 0 || strcmp(header, "true") == 0;
    } else {
        c->has_names = c->has_names || names_first_line(s, c);
    }
    s->columns = list_columns(s, c);
    if (s->columns == NULL) {
        return mpcf_fail_memory(err, 0, "names of columns");
    }
    MPCF_TRY(take_given(c, s, "label", &c->label, err));
    MPCF_TRY(take_given(c, s, "text", &c->text, err));
    MPCF_TRY(take_given(c, s, "text_b", &c->text_b, err));
    return c->text >= 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG,
                           "no column holds texts: all are numbers; columns: %s", s->columns);
}

/* --- All rows --- */

/* One walk over each file: labels are known from all rows alone, as files are often sorted by them. */
struct walk {
    struct sketch *s;
    const struct table_data *d;
    const struct columns *c;
    struct column *label;
    size_t file, broken;
    char first[FIRST_WORDS];  /* broken row */
    int32_t text, text_b, at; /* columns of this file; -1: none */
    int64_t shown_ns;
};

static void show_rows(struct walk *w, bool is_last)
{
    const struct progress p = {.stage = "looking at rows",
                               .done = w->s->rows,
                               .loss = (double) NAN,
                               .is_final = is_last,
                               .is_passing = true};

    if (is_last || clock_seconds_since(w->shown_ns) > 0.2) {
        progress_show(&p);
        w->shown_ns = clock_now_ns();
    }
}

/* A second file may have its columns in another order. */
static int32_t column_of(const struct walk *w, const mpcf_table *table, int column)
{
    const int32_t named =
        column >= 0 && w->c->has_names ? mpcf_table_column(table, w->c->items[column].first) : -1;

    return named >= 0 ? named : column < (int) mpcf_table_width(table) ? column : -1;
}

static void note_broken(struct walk *w, const char *where, const char *words)
{
    if (w->broken++ == 0) {
        (void) snprintf(w->first, sizeof w->first, "%s%s%s", where, *where != '\0' ? ": " : "",
                        words);
    }
}

static bool is_empty(const char *const *cells, int32_t column)
{
    return column >= 0 && (cells[column] == NULL || *cells[column] == '\0');
}

static size_t line_of(mpcf_table *table)
{
    const char *colon = strrchr(mpcf_table_where(table), ':');

    return colon != NULL ? (size_t) strtoull(colon + 1, NULL, 10) : 0;
}

static mpcf_status take_row(struct walk *w, mpcf_table *table, const char *const *cells,
                            mpcf_error *err)
{
    const char *label = w->at >= 0 ? cells[w->at] : NULL;

    if (is_empty(cells, w->text) || is_empty(cells, w->text_b) || is_empty(cells, w->at)) {
        note_broken(w, mpcf_table_where(table),
                    is_empty(cells, w->at) ? "the label is missing" : "no text");
        return MPCF_OK;
    }
    w->s->rows++;
    if (label != NULL) {
        const size_t before = w->label->count;

        column_add(w->label, label, 0, w->file);
        if (w->label->count > before) {
            w->label->distinct[before].line = line_of(table);
        }
    }
    if (!samples_offer(w->s->samples, cells[w->text], w->text_b >= 0 ? cells[w->text_b] : NULL,
                       label)) {
        return mpcf_fail_memory(err, 0, "rows");
    }
    return MPCF_OK;
}

static mpcf_status take_rows(struct walk *w, mpcf_table *table, mpcf_error *err)
{
    for (size_t i = 0;; i++) {
        const char *const *cells = NULL;
        const mpcf_status status = mpcf_table_next(table, &cells, err);

        if (status == MPCF_E_FORMAT) {
            note_broken(w, "", mpcf_error_text(err));
            mpcf_error_reset(err);
            continue;
        }
        MPCF_TRY(status);
        if (cells == NULL) {
            return MPCF_OK;
        }
        MPCF_TRY(take_row(w, table, cells, err));
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped at row %zu", i);
        }
        if (i % SHOWN_ROWS == 0) {
            show_rows(w, false);
        }
    }
}

static mpcf_status walk_file(struct walk *w, mpcf_error *err)
{
    mpcf_table_request request = w->d->request;
    mpcf_table *table = NULL;
    mpcf_status status;

    request.no_header = !w->c->has_names;
    MPCF_TRY(mpcf_table_open(w->d->files[w->file], &request, &table, err));
    w->text = column_of(w, table, w->c->text);
    w->text_b = column_of(w, table, w->c->text_b);
    w->at = column_of(w, table, w->c->label);
    status = w->text >= 0 ? take_rows(w, table, err)
                          : mpcf_fail(err, MPCF_E_FORMAT, "%s: there is no column %d",
                                      w->d->files[w->file], w->c->text + 1);
    mpcf_table_close(table);
    return status;
}

static mpcf_status judge_broken(struct walk *w, mpcf_error *err)
{
    const char *skip = sketch_given(w->s, "broken_rows");
    const bool may_skip = skip != NULL && strcmp(skip, "skip") == 0 && w->s->rows > 0;

    if (w->broken == 0) {
        return MPCF_OK;
    }
    if (!may_skip) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s\n%zu of %zu rows are broken. Correct them, or leave them out: --set "
                         "dataset.broken_rows=skip%s",
                         w->first, w->broken, w->broken + w->s->rows,
                         strstr(w->first, " columns, expected ") != NULL
                             ? ". A cell that holds the delimiter stands in double quotes"
                             : "");
    }
    text_printf(&w->s->said, "left out %zu broken row%s; the first: %s\n", w->broken,
                w->broken == 1 ? "" : "s", w->first);
    return MPCF_OK;
}

static mpcf_status walk_all(struct walk *w, mpcf_error *err)
{
    samples_destroy(w->s->samples);
    w->s->samples = samples_create();
    w->s->rows = 0;
    if (w->s->samples == NULL) {
        return mpcf_fail_memory(err, 0, "rows");
    }
    if (w->label != NULL) {
        char name[CELL_MAX + 1];

        memcpy(name, w->label->first, sizeof name);
        column_begin(w->label);
        memcpy(w->label->first, name, sizeof name);
    }
    for (w->file = 0; w->file < w->d->count; w->file++) {
        MPCF_TRY(walk_file(w, err));
    }
    show_rows(w, true);
    if (w->label != NULL) {
        column_end(w->label);
    }
    return judge_broken(w, err);
}

/* --- Options --- */

static mpcf_status add_column(struct sketch *s, const struct columns *c, const char *key,
                              int column, const char *why, mpcf_error *err)
{
    const bool is_named = c->has_names && c->items[column].first[0] != '\0';
    const char *value = is_named ? sketch_value(s, c->items[column].first)
                                 : arena_format(s->arena, "%d", column + 1);

    return sketch_add(s, key, value, why, err);
}

static void tell_column(struct sketch *s, const struct columns *c, const char *part, int column)
{
    const bool is_named = c->has_names && c->items[column].first[0] != '\0';

    text_printf(&s->said, "%s%s%d%s%s%s", part, is_named ? "" : "number ", column + 1,
                is_named ? " '" : "", is_named ? c->items[column].first : "", is_named ? "'" : "");
}

/* Which columns were taken: the others are there to be seen. */
static void tell_columns(struct sketch *s, const struct columns *c)
{
    const int single = c->label < 0 ? columns_of_one_value(c) : -1;

    tell_column(s, c, "columns  text: ", c->text);
    if (c->text_b >= 0) {
        tell_column(s, c, ", text_b: ", c->text_b);
    }
    if (c->label >= 0) {
        tell_column(s, c, ", label: ", c->label);
    } else {
        text_append(&s->said, ", label: none, nothing is learnt");
    }
    text_printf(&s->said, "; there %s %s\n", c->count == 1 ? "is" : "are", s->columns);
    if (single >= 0) {
        tell_column(s, c, "WARNING  no label was found: column ", single);
        text_printf(&s->said,
                    " has one value only, '%s'; where it is the label, say so (--set "
                    "dataset.label=) and which labels there are (dataset.labels=[a, b])\n",
                    c->items[single].distinct[0].text);
    }
}

static mpcf_status add_options(struct sketch *s, const struct table_data *d,
                               const struct columns *c, mpcf_error *err)
{
    tell_columns(s, c);
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
        MPCF_TRY(
            add_column(s, c, "label", c->label, "or none, where texts are only answered", err));
        return draft_labels(s, d, &c->items[c->label], err);
    }
    MPCF_TRY(
        sketch_add(s, "label", "none", "there is no column of labels: nothing is learnt", err));
    return sketch_add(s, "classes", arena_format(s->arena, "%zu", sketch_labels(s)),
                      "that the network has", err);
}

mpcf_status draft_table_options(struct sketch *s, mpcf_error *err)
{
    struct columns *c = arena_alloc(s->arena, 1, sizeof *c);
    struct table_data d;
    struct walk w = {.s = s, .d = &d, .c = c};

    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof *c, "columns");
    }
    MPCF_TRY(table_data_find(s, &d, err));
    MPCF_TRY(columns_read(&d, LOOKED_AT, c, err));
    MPCF_TRY(choose_columns(s, c, err));
    w.label = c->label >= 0 ? &c->items[c->label] : NULL;
    MPCF_TRY(walk_all(&w, err));
    return add_options(s, &d, c, err);
}
