/* SPDX-License-Identifier: Apache-2.0 */
/* What a column holds, and what that says of its part in the task. */
#include "draft/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NAME_BYTES = 40 };

/* --- One column --- */

static bool number_of(const char *cell, double *value)
{
    char *end = NULL;

    if (*cell == '\0' || strspn(cell, "0123456789+-.eE") != strlen(cell)) {
        return false;
    }
    *value = strtod(cell, &end);
    return *end == '\0' && isfinite(*value);
}

static void note_distinct(struct column *c, const char *cell, size_t line, size_t file)
{
    struct cell_value *value = &c->distinct[c->count];

    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->distinct[i].text, cell) == 0) {
            c->distinct[i].rows++;
            return;
        }
    }
    if (c->count == DISTINCT_MAX || strlen(cell) > CELL_MAX) {
        c->more = true;
        return;
    }
    *value = (struct cell_value){.rows = 1, .line = line, .file = file};
    (void) snprintf(value->text, sizeof value->text, "%s", cell);
    c->count++;
}

static void note_number(struct column *c, const char *cell)
{
    double value = 0;

    if (!number_of(cell, &value)) {
        c->numbers = c->whole = false;
        return;
    }
    c->whole = c->whole && value == floor(value);
    c->low = value < c->low ? value : c->low;
    c->high = value > c->high ? value : c->high;
}

static int by_value(const void *a, const void *b)
{
    const char *one = ((const struct cell_value *) a)->text;
    const char *other = ((const struct cell_value *) b)->text;
    double x = 0, y = 0;

    if (number_of(one, &x) && number_of(other, &y) && x != y) {
        return x < y ? -1 : 1;
    }
    return strcmp(one, other);
}

void column_begin(struct column *c)
{
    *c = (struct column){.numbers = true, .whole = true, .low = INFINITY, .high = -INFINITY};
}

void column_add(struct column *c, const char *cell, size_t line, size_t file)
{
    if (cell == NULL || *cell == '\0') {
        return;
    }
    c->rows++;
    c->bytes += strlen(cell);
    if (c->numbers) {
        note_number(c, cell);
    }
    if (!c->more) {
        note_distinct(c, cell, line, file);
    }
}

void column_end(struct column *c)
{
    if (c->count > 1) {
        qsort(c->distinct, c->count, sizeof c->distinct[0], by_value);
    }
}

/* --- Some rows of all columns --- */

static void take_first(struct column *c, const char *cell)
{
    double value = 0;

    (void) snprintf(c->first, sizeof c->first, "%s", cell == NULL ? "" : cell);
    c->first[text_utf8_valid(c->first, strlen(c->first))] = '\0';
    c->first_is_number = number_of(c->first, &value);
}

/* Broken rows are judged when all are read. */
static mpcf_status take_rows(mpcf_table *table, size_t limit, struct columns *out, mpcf_error *err)
{
    for (size_t row = 0; row < limit; row++) {
        const char *const *cells = NULL;
        const mpcf_status status = mpcf_table_next(table, &cells, err);

        if (status == MPCF_E_FORMAT) {
            mpcf_error_reset(err);
            continue;
        }
        MPCF_TRY(status);
        for (size_t i = 0; cells != NULL && i < out->count; i++) {
            if (row == 0 && !out->is_json) {
                take_first(&out->items[i], cells[i]);
            } else {
                column_add(&out->items[i], cells[i], 0, 0);
            }
        }
        if (cells == NULL) {
            return MPCF_OK;
        }
    }
    return MPCF_OK;
}

mpcf_status columns_read(const struct table_data *d, size_t limit, struct columns *out,
                         mpcf_error *err)
{
    mpcf_table_request request = d->request;
    mpcf_table *table = NULL;
    mpcf_status status;

    request.no_header = 1;
    MPCF_TRY(mpcf_table_open(d->files[0], &request, &table, err));
    out->count = mpcf_table_width(table) < COLUMNS_MAX ? mpcf_table_width(table) : COLUMNS_MAX;
    out->is_json = mpcf_table_column_name(table, 0) != NULL;
    for (size_t i = 0; i < out->count; i++) {
        column_begin(&out->items[i]);
        if (out->is_json) {
            take_first(&out->items[i], mpcf_table_column_name(table, i));
            out->items[i].first_is_number = false;
        }
    }
    status = take_rows(table, limit, out, err);
    mpcf_table_close(table);
    for (size_t i = 0; i < out->count; i++) {
        column_end(&out->items[i]);
    }
    return status;
}

/* --- All of them --- */

static const char *const text_names[] = {"text",  "sentence",    "review", "content",  "comment",
                                         "tweet", "message",     "body",   "document", "question",
                                         "title", "description", "input",  NULL};
static const char *const label_names[] = {"label", "labels",     "class",      "category", "target",
                                          "gold",  "gold_label", "sentiment",  "score",    "rating",
                                          "stars", "y",          "similarity", NULL};
static const char *const pairs[][2] = {{"text", "text_b"},         {"text_a", "text_b"},
                                       {"sentence1", "sentence2"}, {"premise", "hypothesis"},
                                       {"question1", "question2"}, {"question", "sentence"},
                                       {"text1", "text2"},         {"query", "passage"}};

static int named(const struct columns *c, const char *name)
{
    for (size_t i = 0; c->has_names && i < c->count; i++) {
        if (strcasecmp(c->items[i].first, name) == 0) {
            return (int) i;
        }
    }
    return -1;
}

static int first_named(const struct columns *c, const char *const *names)
{
    int found = -1;

    for (; found < 0 && *names != NULL; names++) {
        found = named(c, *names);
    }
    return found;
}

/* Few values, each of which comes again: classes. */
static bool has_few_values(const struct column *c)
{
    return !c->more && c->count >= 2 && c->count * 2 <= c->rows;
}

static bool holds(const struct column *c, const char *cell)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->distinct[i].text, cell) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_usual_name(const struct columns *c)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (named(c, pairs[i][0]) >= 0 && named(c, pairs[i][1]) >= 0) {
            return true;
        }
    }
    return first_named(c, text_names) >= 0 || first_named(c, label_names) >= 0;
}

/* Above rows that are numbered an index has no name, where pandas wrote the file. */
static bool may_be_name(const struct columns *c, size_t i)
{
    const struct column *item = &c->items[i];

    if (item->first[0] == '\0') {
        return i == 0 && c->count > 1 && item->rows > 0;
    }
    return !item->first_is_number;
}

/* A word or a few, none of which comes again as a value of classes. */
static bool is_plain_name(const struct column *c)
{
    return strlen(c->first) <= NAME_BYTES && strpbrk(c->first, ".,;:!?\"") == NULL &&
           !(has_few_values(c) && holds(c, c->first));
}

/* A first row of names: none is a number, and either one is a usual name, or on top of numbers, or of few values,
 * stands something else, or all of several are plain names, as a first line is one of names by custom. */
static bool has_names(struct columns *c)
{
    bool says = false, are_plain = c->count > 1;

    for (size_t i = 0; i < c->count; i++) {
        const struct column *item = &c->items[i];

        if (!may_be_name(c, i)) {
            return false;
        }
        are_plain = are_plain && is_plain_name(item);
        says = says || (item->first[0] != '\0' && item->numbers && item->rows > 0) ||
               (has_few_values(item) && !holds(item, item->first));
    }
    c->has_names = true; /* for named() */
    return says || are_plain || has_usual_name(c);
}

static double mean_bytes(const struct column *c)
{
    return c->rows > 0 ? (double) c->bytes / (double) c->rows : 0;
}

static int fewest_values(const struct columns *c)
{
    int best = -1;

    for (size_t i = 0; i < c->count; i++) {
        const struct column *item = &c->items[i];

        if (has_few_values(item) && (best < 0 || item->count <= c->items[best].count)) {
            best = (int) i;
        }
    }
    return best;
}

static int longest_texts(const struct columns *c)
{
    int best = -1;

    for (size_t i = 0; i < c->count; i++) {
        if ((int) i != c->label && !c->items[i].numbers &&
            (best < 0 || mean_bytes(&c->items[i]) > mean_bytes(&c->items[best]))) {
            best = (int) i;
        }
    }
    return best;
}

static bool is_class(const char *value, const char *const *classes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(classes[i], value) == 0) {
            return true;
        }
    }
    return false;
}

/* The column with most of CLASSES as its values, and no other value; of a file that is sorted, one may be all. */
static int of_classes(const struct columns *c, const char *const *classes, size_t count)
{
    int best = -1;

    for (size_t i = 0; c->count > 1 && i < c->count; i++) {
        const struct column *item = &c->items[i];
        bool are_classes = !item->more && item->count > 0;

        for (size_t k = 0; k < item->count; k++) {
            are_classes = are_classes && is_class(item->distinct[k].text, classes, count);
        }
        if (are_classes && (best < 0 || item->count > c->items[best].count)) {
            best = (int) i;
        }
    }
    return best;
}

int columns_of_one_value(const struct columns *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct column *item = &c->items[i];

        if ((int) i != c->text && (int) i != c->text_b && !item->more && !item->numbers &&
            item->count == 1 && item->rows > 1) {
            return (int) i;
        }
    }
    return -1;
}

void columns_judge(struct columns *c, const char *const *classes, size_t count)
{
    c->has_names = c->is_json || (c->count > 0 && has_names(c));
    c->text = c->text_b = -1;
    c->label = of_classes(c, classes, count);
    c->label = c->label < 0 ? first_named(c, label_names) : c->label;
    c->label = c->label < 0 && c->count > 1 ? fewest_values(c) : c->label;
    for (size_t i = 0; c->text_b < 0 && i < sizeof pairs / sizeof pairs[0]; i++) {
        const int first = named(c, pairs[i][0]), second = named(c, pairs[i][1]);

        if (first >= 0 && second >= 0) {
            c->text = first;
            c->text_b = second;
        }
    }
    c->text = c->text < 0 ? first_named(c, text_names) : c->text;
    if (c->text < 0 || c->text == c->label) {
        c->text = longest_texts(c);
    }
}
