/* SPDX-License-Identifier: Apache-2.0 */
/* What a column holds, and what that says of its part in the task. */
#include "draft/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

/* --- One column --- */

struct reading {
    struct column *column;
    bool has_first, counts_first;
};

static bool number_of(const char *cell, double *value)
{
    char *end = NULL;

    if (*cell == '\0' || strspn(cell, "0123456789+-.eE") != strlen(cell)) {
        return false;
    }
    *value = strtod(cell, &end);
    return *end == '\0' && isfinite(*value);
}

static void note_distinct(struct column *c, const char *cell)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->distinct[i], cell) == 0) {
            return;
        }
    }
    if (c->count == DISTINCT_MAX || strlen(cell) > CELL_MAX) {
        c->more = true;
        return;
    }
    (void) snprintf(c->distinct[c->count++], CELL_MAX + 1, "%s", cell);
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

static bool take_cell(void *context, const mpcf_example *example)
{
    struct reading *r = context;
    struct column *c = r->column;
    const char *cell = example->text_a;
    double value = 0;

    if (example->id == 0) { /* of the file, or of each of two */
        if (!r->has_first) {
            r->has_first = true;
            (void) snprintf(c->first, sizeof c->first, "%s", cell);
            c->first[text_utf8_valid(c->first, strlen(c->first))] = '\0';
            c->first_is_number = number_of(cell, &value);
        }
        if (!r->counts_first) {
            return true;
        }
    }
    c->rows++;
    c->bytes += strlen(cell);
    note_number(c, cell);
    if (!c->more) {
        note_distinct(c, cell);
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x = 0, y = 0;

    if (number_of(a, &x) && number_of(b, &y) && x != y) {
        return x < y ? -1 : 1;
    }
    return strcmp(a, b);
}

/* Both splits: one file's rows are shared out by their texts, which are here cells of any column, so that all rows
 * of a value are in one of them. */
static mpcf_status walk_column(const struct pipeline *p, size_t limit, struct reading *reading,
                               mpcf_error *err)
{
    const mpcf_status train = sketch_walk(p, p->task.train_split, limit, take_cell, reading, err);
    mpcf_error *other = mpcf_error_create();
    const mpcf_status judged =
        other == NULL ? MPCF_E_NOMEM
                      : sketch_walk(p, p->task.judge_split, limit, take_cell, reading, other);

    mpcf_error_destroy(other);
    if (train == MPCF_E_NOMEM || train == MPCF_E_INTERRUPTED) {
        return train;
    }
    if (judged == MPCF_E_NOMEM) {
        return mpcf_fail_memory(err, 0, "a column");
    }
    return judged == MPCF_OK ? judged : train; /* one of them may be empty */
}

mpcf_status column_read(struct sketch *s, size_t number, size_t limit, bool counts_first,
                        struct column *out, mpcf_error *err)
{
    struct sketch one = *s;
    struct pipeline *p = NULL;
    struct reading reading = {.column = out, .counts_first = counts_first};
    mpcf_status status;

    *out = (struct column){.numbers = true, .whole = true, .low = INFINITY, .high = -INFINITY};
    one.option_count = 0;
    MPCF_TRY(sketch_add(&one, "text", arena_format(s->arena, "%zu", number), NULL, err));
    MPCF_TRY(sketch_add(&one, "label", "none", NULL, err));
    MPCF_TRY(sketch_add(&one, "header", "no", NULL, err));
    MPCF_TRY(sketch_add(&one, "classes", "2", NULL, err));
    MPCF_TRY(sketch_add(&one, "broken_rows", "skip", NULL, err)); /* empty cells */
    status = sketch_open(&one, &p, err);
    if (status == MPCF_OK) {
        status = walk_column(p, limit, &reading, err);
    }
    pipeline_close(p);
    if (out->count > 1) {
        qsort(out->distinct, out->count, sizeof out->distinct[0], by_value);
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
        if (strcmp(c->distinct[i], cell) == 0) {
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

/* A first row of names: none is a number, and either one is a usual name, or on top of numbers, or of few values,
 * stands something else. */
static bool has_names(struct columns *c)
{
    bool says = false;

    for (size_t i = 0; i < c->count; i++) {
        const struct column *item = &c->items[i];

        if (item->first_is_number || item->first[0] == '\0') {
            return false;
        }
        says = says || (item->numbers && item->rows > 0) ||
               (has_few_values(item) && !holds(item, item->first));
    }
    c->has_names = true; /* for named() */
    return says || has_usual_name(c);
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

void columns_judge(struct columns *c)
{
    c->has_names = c->is_json || (c->count > 0 && has_names(c));
    c->text = c->text_b = -1;
    c->label = first_named(c, label_names);
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
