/* SPDX-License-Identifier: Apache-2.0 */
/* Labels by name or by number, scores; the labels that a file has. */
#include "table_labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SHOWN_LABEL = 2, /* bytes of an unknown one: a longer one may be a text */
    DISTINCT = 20,
    LABEL_BYTES = 40
};

bool table_knows_labels(const struct table_config *c)
{
    return table_names(c).count > 0 || c->classes > 0 || c->score.count > 0;
}

/* --- A cell --- */

static bool number_of(const char *cell, double *value)
{
    char *end = NULL;

    if (*cell == '\0' || strspn(cell, "0123456789+-.eE") != strlen(cell)) {
        return false;
    }
    *value = strtod(cell, &end);
    return *end == '\0';
}

/* Exactly, or the only one that differs in case alone. */
static bool name_of(const struct table_texts *labels, const char *cell, double *value)
{
    size_t near = 0;

    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(cell, labels->items[i]) == 0) {
            *value = (double) i;
            return true;
        }
    }
    for (size_t i = 0; i < labels->count; i++) {
        if (strcasecmp(cell, labels->items[i]) == 0) {
            *value = (double) i;
            near++;
        }
    }
    return near == 1;
}

/* Where names are numbers themselves ("1", "2"), no cell is one of a class. */
static bool may_be_numbers(const struct table_texts *labels)
{
    double value = 0;

    for (size_t i = 0; i < labels->count; i++) {
        if (number_of(labels->items[i], &value)) {
            return false;
        }
    }
    return true;
}

bool table_label_of(const struct table_config *c, const char *cell, double *value)
{
    const struct table_texts labels = table_names(c);
    const double classes = (double) (labels.count > 0 ? (int64_t) labels.count : c->classes);

    if (c->score.count == 2) {
        return number_of(cell, value) && *value >= c->score.items[0] && *value <= c->score.items[1];
    }
    if (name_of(&labels, cell, value)) {
        return true;
    }
    return may_be_numbers(&labels) && number_of(cell, value) && *value >= 0 && *value < classes &&
           *value == floor(*value);
}

static const char *nearest(const struct table_config *c, const char *cell)
{
    const struct table_texts labels = table_names(c);
    const char *words[65];
    size_t count = 0;

    for (; count < labels.count && count < 64; count++) {
        words[count] = labels.items[count];
    }
    words[count] = NULL;
    return mpcf_nearest_word(cell, words);
}

static void say_expected(const struct table_config *c, char *out, size_t size)
{
    const struct table_texts labels = table_names(c);

    if (c->score.count == 2) {
        (void) snprintf(out, size, "a score from %g to %g", c->score.items[0], c->score.items[1]);
    } else if (labels.count > 0) {
        (void) snprintf(out, size, "one of %zu labels from '%.40s' on", labels.count,
                        labels.items[0]);
    } else {
        (void) snprintf(out, size, "a number from 0 to %lld", (long long) c->classes - 1);
    }
}

mpcf_status table_read_label(const struct table_config *c, mpcf_table *table, const char *cell,
                             double *value, mpcf_error *err)
{
    const char *near = NULL;
    char expected[120];
    double number = 0;

    say_expected(c, expected, sizeof expected);
    if (cell == NULL || *cell == '\0') {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: the label is missing, expected %s",
                         mpcf_table_where(table), expected);
    }
    if (table_label_of(c, cell, value)) {
        return MPCF_OK;
    }
    near = nearest(c, cell);
    if (near != NULL || strlen(cell) <= SHOWN_LABEL || number_of(cell, &number)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: label '%.40s', expected %s%s%s%s",
                         mpcf_table_where(table), cell, expected,
                         near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                         near != NULL ? "'?" : "");
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: %zu bytes that are no label, expected %s",
                     mpcf_table_where(table), strlen(cell), expected);
}

/* --- The labels of a file --- */

struct distinct {
    char labels[DISTINCT][LABEL_BYTES + 1];
    size_t counts[DISTINCT];
    size_t count;
    bool more;    /* than are kept, or one that may be a text */
    bool numbers; /* all of them */
    bool whole;   /* all numbers 0, 1, .. without a fraction */
    double low, high;
};

static void note_number(struct distinct *d, const char *cell)
{
    double value = 0;

    if (!number_of(cell, &value)) {
        d->numbers = false;
        return;
    }
    d->low = value < d->low ? value : d->low;
    d->high = value > d->high ? value : d->high;
    d->whole = d->whole && value >= 0 && value == floor(value);
}

static void note_label(struct distinct *d, const char *cell)
{
    note_number(d, cell);
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->labels[i], cell) == 0) {
            d->counts[i]++;
            return;
        }
    }
    if (d->count == DISTINCT || strlen(cell) > LABEL_BYTES) {
        d->more = true;
        return;
    }
    (void) snprintf(d->labels[d->count], sizeof d->labels[0], "%s", cell);
    d->counts[d->count++] = 1;
}

static int compare_labels(const void *a, const void *b)
{
    double x = 0, y = 0;

    if (number_of(a, &x) && number_of(b, &y) && x != y) {
        return x < y ? -1 : 1;
    }
    return strcmp(a, b);
}

/* Broken rows are for the reading. An error of the file is said when it is read. */
static void gather(mpcf_table *table, int32_t column, struct distinct *d)
{
    const char *const *cells = NULL;
    mpcf_status status = MPCF_OK;

    do {
        cells = NULL;
        status = mpcf_table_next(table, &cells, NULL);
        if (status == MPCF_OK && cells != NULL && cells[column] != NULL && *cells[column] != '\0') {
            note_label(d, cells[column]);
        }
    } while ((status == MPCF_E_FORMAT || cells != NULL) && !mpcf_interrupted() &&
             (!d->more || d->numbers));
}

static bool is_plain(const char *label)
{
    return strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
           strlen(label);
}

static void append(char out[TABLE_ADVICE], const char *before, const char *text, const char *behind)
{
    const size_t length = strlen(out);

    (void) snprintf(out + length, TABLE_ADVICE - length, "%s%s%s", before, text, behind);
}

/* As YAML has it. */
static void append_label(char out[TABLE_ADVICE], const char *label)
{
    if (is_plain(label)) {
        append(out, "", label, "");
        return;
    }
    append(out, "'", "", "");
    for (; *label != '\0'; label++) {
        append(out, "", *label == '\'' ? "''" : (const char[]){*label, '\0'}, "");
    }
    append(out, "'", "", "");
}

static void append_list(char out[TABLE_ADVICE], const struct distinct *d)
{
    for (size_t i = 0; i < d->count; i++) {
        append(out, i > 0 ? ", " : "", "", "");
        append_label(out, d->labels[i]);
    }
}

/* The checkpoint's own names, where the file's labels are among them but for a few. */
static bool is_known(const struct distinct *d, const struct table_texts *known)
{
    size_t found = 0;
    double value = 0;

    for (size_t i = 0; i < d->count; i++) {
        found += name_of(known, d->labels[i], &value);
    }
    return found > 0 && 2 * found >= d->count;
}

static void append_known(char out[TABLE_ADVICE], const struct table_texts *known)
{
    append(out, "; write labels: [", "", "");
    for (size_t i = 0; i < known->count; i++) {
        append(out, i > 0 ? ", " : "", "", "");
        append_label(out, known->items[i]);
    }
    append(out, "]", "", ", the checkpoint's classes in their order, and correct the others");
}

static void advise(const struct table_texts *known, struct distinct *d, const char *column,
                   char out[TABLE_ADVICE])
{
    char line[80];

    if ((d->count == 0 && !d->more) || (d->more && !d->numbers)) {
        (void) snprintf(out, TABLE_ADVICE, "column '%s' has %s; is it the label?", column,
                        !d->more ? "nothing" : "too many different values, or too long ones");
        return;
    }
    qsort(d->labels, d->count, sizeof d->labels[0], compare_labels);
    (void) snprintf(out, TABLE_ADVICE, "column '%s' has ", column);
    if (d->more || (d->numbers && !d->whole)) {
        (void) snprintf(line, sizeof line, "%g to %g; write score: [%g, %g]", d->low, d->high,
                        d->low, d->high);
        append(out, "numbers from ", line, "");
        return;
    }
    append_list(out, d);
    if (d->numbers && d->low == 0 && d->high + 1 <= (double) DISTINCT) {
        (void) snprintf(line, sizeof line, "%g", d->high + 1);
        append(out, "; write classes: ", line, "");
        return;
    }
    if (is_known(d, known)) {
        append_known(out, known);
        return;
    }
    append(out, "; write labels: [", "", "");
    append_list(out, d);
    append(out, "]", "", ", in the order of the checkpoint's classes");
}

void table_labels_advice(const struct table_config *c, const char *path, char out[TABLE_ADVICE])
{
    struct distinct d = {.numbers = true, .whole = true, .low = INFINITY, .high = -INFINITY};
    struct table_columns columns = {.table = NULL};

    out[0] = '\0';
    if (table_columns_open(c, path, &columns, NULL) != MPCF_OK) {
        return;
    }
    if (columns.label >= 0) {
        gather(columns.table, columns.label, &d);
        advise(&c->known_labels, &d, c->label, out);
    }
    mpcf_table_close(columns.table);
}
