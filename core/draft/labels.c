/* SPDX-License-Identifier: Apache-2.0 */
/* A file's labels beside the names that config.json has for the checkpoint's classes. */
#include "draft/labels.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "network/label_names.h"
#include "pipeline/class_names.h"

enum {
    SCORES_FROM = 21, /* different whole numbers that are no classes */
    RARE_SHARE = 20,  /* of fewer rows than one in so many a label may be a mistake */
    PREFIX_LEAST = 3, /* letters */
    NAMED_MISFITS = 5
};

/* --- Which class each means --- */

struct match {
    const struct column *label;
    const char *names[SKETCH_LABELS];
    size_t classes;
    int class_of[DISTINCT_MAX];  /* -1: none */
    int value_of[SKETCH_LABELS]; /* the one of a class with most rows; -1: none */
    size_t matched;              /* classes that have one */
};

typedef bool meaning(const char *name, const char *value);

static bool is_beginning(const char *text, const char *beginning)
{
    const size_t length = strlen(beginning);

    if (length == 0 || strncasecmp(text, beginning, length) != 0) {
        return false;
    }
    return strspn(beginning, "0123456789") == length ? !isdigit((unsigned char) text[length])
                                                     : length >= PREFIX_LEAST;
}

static bool begins_alike(const char *name, const char *value)
{
    return is_beginning(name, value) || is_beginning(value, name);
}

static bool is_near(const char *name, const char *value)
{
    return text_nearest(value, &name, 1) != NULL;
}

/* The only class that VALUE means; -1: none, or several. */
static int meant(const struct match *m, const char *value, meaning *means)
{
    int found = -1;

    for (size_t i = 0; i < m->classes; i++) {
        if (means(m->names[i], value)) {
            if (found >= 0) {
                return -1;
            }
            found = (int) i;
        }
    }
    return found;
}

static void take(struct match *m, size_t value, int class)
{
    const int before = m->value_of[class];

    m->class_of[value] = class;
    m->matched += before < 0;
    if (before < 0 || m->label->distinct[before].rows < m->label->distinct[value].rows) {
        m->value_of[class] = (int) value;
    }
}

static bool is_rare(const struct column *label, size_t value)
{
    return label->distinct[value].rows * RARE_SHARE < label->rows;
}

/* By a looser MEANS only what is frequent, and classes that nothing has yet. */
static void match_loosely(struct match *m, meaning *means)
{
    for (size_t i = 0; i < m->label->count; i++) {
        const int class = m->class_of[i] < 0 && !is_rare(m->label, i)
                              ? meant(m, m->label->distinct[i].text, means)
                              : -1;

        if (class >= 0 && m->value_of[class] < 0) {
            take(m, i, class);
        }
    }
}

static void match_all(const struct sketch *s, const struct column *label, struct match *m)
{
    const size_t named = class_names_count(s->config);

    *m = (struct match){.label = label, .classes = named <= SKETCH_LABELS ? named : 0};
    for (size_t i = 0; i < m->classes; i++) {
        m->names[i] = class_name_of(s->config, i);
        m->value_of[i] = -1;
    }
    for (size_t i = 0; i < label->count; i++) {
        const int class = meant(m, label->distinct[i].text, label_names_mean_one);

        m->class_of[i] = -1;
        if (class >= 0) {
            take(m, i, class);
        }
    }
    match_loosely(m, begins_alike);
    match_loosely(m, is_near);
}

/* The reader takes a label in other letters, too. */
static bool is_misfit(const struct match *m, size_t value)
{
    const int class = m->class_of[value];

    return class < 0 || strcasecmp(m->label->distinct[m->value_of[class]].text,
                                   m->label->distinct[value].text) != 0;
}

/* What class I is called in the data, else in config.json. */
static const char *name_in_data(const struct match *m, size_t class)
{
    return m->value_of[class] >= 0 ? m->label->distinct[m->value_of[class]].text : m->names[class];
}

static const char *nearest(const struct match *m, size_t value)
{
    const char *words[SKETCH_LABELS], *near;

    if (m->class_of[value] >= 0) {
        return name_in_data(m, (size_t) m->class_of[value]);
    }
    for (size_t i = 0; i < m->classes; i++) {
        words[i] = name_in_data(m, i);
    }
    near = text_nearest(m->label->distinct[value].text, words, m->classes);
    return near;
}

/* Whether the data has a class of its own, which no mistake would make. */
static bool has_own_class(const struct match *m)
{
    for (size_t i = 0; i < m->label->count; i++) {
        if (m->class_of[i] < 0 && !is_rare(m->label, i) && nearest(m, i) == NULL) {
            return true;
        }
    }
    return false;
}

/* --- Mistakes --- */

static bool is_number(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789+-.") == strlen(text);
}

/* Whether the file's first line was read as a row, and VALUE stands there. */
static bool is_of_first_line(const struct sketch *s, const struct cell_value *value)
{
    for (size_t i = 0; value->line == 1 && i < s->option_count; i++) {
        if (strcmp(s->options[i].key, "header") == 0) {
            return strcmp(s->options[i].value, "no") == 0 ||
                   strcmp(s->options[i].value, "false") == 0;
        }
    }
    return false;
}

static size_t list_misfits(const struct sketch *s, const struct match *m,
                           const struct table_data *d, struct text_buffer *out)
{
    size_t count = 0, rows = 0;

    for (size_t i = 0; i < m->label->count; i++) {
        const struct cell_value *value = &m->label->distinct[i];
        const char *near;

        if (!is_misfit(m, i)) {
            continue;
        }
        near = is_number(value->text) ? NULL : nearest(m, i);
        rows += value->rows;
        if (count++ < NAMED_MISFITS) {
            text_printf(out, "%s%s:%zu: label '%s', in %zu row%s%s%s%s", count > 1 ? "\n" : "",
                        d->files[value->file], value->line, value->text, value->rows,
                        value->rows == 1 ? "" : "s", near != NULL ? "; did you mean '" : "",
                        near != NULL ? near : "", near != NULL ? "'?" : "");
            text_append(out, is_of_first_line(s, value)
                                 ? "; the first line looks like column names: dataset.header: yes"
                                 : "");
        }
    }
    if (count > NAMED_MISFITS) {
        text_printf(out, "\nand %zu labels more", count - NAMED_MISFITS);
    }
    return rows;
}

/* As many labels as classes: each in the place of its class, and one that is left over in the place that is. */
static bool put_in_order(const struct match *m, const char *names[SKETCH_LABELS])
{
    size_t misfits = 0, last = 0;

    for (size_t i = 0; i < m->label->count; i++) {
        if (m->class_of[i] < 0) {
            last = i;
            misfits++;
        }
    }
    for (size_t i = 0; i < m->classes; i++) {
        names[i] = m->label->distinct[m->value_of[i] >= 0 ? (size_t) m->value_of[i] : last].text;
    }
    return m->label->count == m->classes && misfits == 1 && m->matched + 1 == m->classes;
}

/* Rows that are many are no mistakes: their labels are to be said. */
static void advise_labels(struct sketch *s, const struct match *m, struct text_buffer *out)
{
    const char *names[SKETCH_LABELS];
    const bool are_in_order = put_in_order(m, names);
    const size_t count = m->label->count;

    text_append(out, "\nThese are too many rows to be left out. Correct them, or say all labels, ");
    text_append(out, are_in_order ? "in the order of config.json's classes ("
                     : count == m->classes
                         ? "in the order of config.json's classes, if they are those ("
                         : "and a new head is trained (config.json has ");
    for (size_t i = 0; i < m->classes; i++) {
        text_printf(out, "%s%s", i == 0 ? "" : ", ", m->names[i]);
    }
    text_append(out, "): --set 'dataset.labels=[");
    for (size_t i = 0; i < count; i++) {
        const char *name = are_in_order ? names[i] : m->label->distinct[i].text;
        const char *value = sketch_value(s, name);

        text_printf(out, "%s%s", i == 0 ? "" : ", ", value != NULL ? value : name);
    }
    text_append(out, "]'");
}

static void advise(struct sketch *s, const struct match *m, size_t rows, struct text_buffer *out)
{
    if (rows * RARE_SHARE > m->label->rows) {
        advise_labels(s, m, out);
    } else {
        text_append(out, "\nThe other rows have the labels of the checkpoint (config.json). "
                         "Correct these rows, or leave them out: --set dataset.broken_rows=skip");
        if (m->label->count != m->classes) {
            text_append(out, "; where they are classes of their own, say all of them, and a new "
                             "head is trained: --set \"dataset.labels=[a, b, c]\"");
        }
    }
}

/* The head is kept, and rows of no class cannot stay. */
static mpcf_status judge_misfits(struct sketch *s, const struct match *m,
                                 const struct table_data *d, mpcf_error *err)
{
    const char *skip = sketch_given(s, "broken_rows");
    struct text_buffer list = {0};
    const size_t rows = list_misfits(s, m, d, &list);

    if (rows > 0 && skip != NULL && strcmp(skip, "skip") == 0) {
        text_printf(&s->said, "left out %zu row%s of no class: broken_rows: skip\n", rows,
                    rows == 1 ? "" : "s");
    } else if (rows > 0) {
        advise(s, m, rows, &list);
        (void) mpcf_fail(err, MPCF_E_FORMAT, "%s", text_string(&list));
        text_clear(&list);
        return MPCF_E_FORMAT;
    }
    text_clear(&list);
    return MPCF_OK;
}

/* --- The list --- */

static mpcf_status add_list(struct sketch *s, const char *why, mpcf_error *err)
{
    return sketch_add(s, "labels", sketch_label_list(s), why, err);
}

static void take_label(struct sketch *s, const char *name)
{
    s->labels[s->label_count++] = arena_strdup(s->arena, name);
}

static mpcf_status check_kept(const struct sketch *s, mpcf_error *err)
{
    for (size_t i = 0; i < s->label_count; i++) {
        if (s->labels[i] == NULL) {
            return mpcf_fail_memory(err, 0, "labels");
        }
    }
    return MPCF_OK;
}

static mpcf_status take_names(struct sketch *s, const struct match *m, const struct table_data *d,
                              mpcf_error *err)
{
    struct text_buffer missing = {0};

    MPCF_TRY(judge_misfits(s, m, d, err));
    for (size_t i = 0; i < m->classes; i++) {
        take_label(s, name_in_data(m, i));
        if (m->value_of[i] < 0) {
            text_printf(&missing, "%s%s", missing.length > 0 ? ", " : "", m->names[i]);
        }
    }
    if (missing.length > 0) {
        text_printf(&s->said, "labels   no row has %s, which the checkpoint knows\n",
                    text_string(&missing));
    }
    text_clear(&missing);
    s->order = ORDER_BY_NAME;
    MPCF_TRY(check_kept(s, err));
    return add_list(s, "as the file has them, in the order of config.json's classes", err);
}

static bool is_listed(const struct sketch *s, const char *name)
{
    for (size_t i = 0; i < s->label_count; i++) {
        if (strcasecmp(s->labels[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Sorted; then, where the checkpoint has more classes, names of its own for those that the data has not. */
static mpcf_status take_sorted(struct sketch *s, const struct match *m, size_t classes,
                               mpcf_error *err)
{
    for (size_t i = 0; i < m->label->count; i++) {
        take_label(s, m->label->distinct[i].text);
    }
    MPCF_TRY(check_kept(s, err));
    while (s->label_count < classes && s->label_count < SKETCH_LABELS) {
        const size_t at = s->label_count;
        const bool has_name = at < m->classes && !is_listed(s, m->names[at]);

        s->labels[at] = has_name ? arena_strdup(s->arena, m->names[at])
                                 : arena_format(s->arena, "class_%zu", at);
        s->label_count++;
        MPCF_TRY(check_kept(s, err));
    }
    return MPCF_OK;
}

static bool are_real(const struct match *m)
{
    for (size_t i = 0; i < m->classes; i++) {
        if (class_name_is_made(m->names[i])) {
            return false;
        }
    }
    return m->classes > 0;
}

/* No name is one of the checkpoint's. */
static mpcf_status take_others(struct sketch *s, const struct match *m, mpcf_error *err)
{
    const size_t classes = sketch_labels(s);

    s->is_other_task =
        m->label->count > classes || m->matched > 0 || (are_real(m) && m->label->count < classes);
    s->order = s->is_other_task ? ORDER_OF_READER : ORDER_ASSUMED;
    MPCF_TRY(take_sorted(s, m, s->is_other_task ? 0 : classes, err));
    return add_list(s,
                    s->is_other_task ? "of the file, sorted; none of the checkpoint's"
                                     : "of the file, sorted: THE ORDER IS ASSUMED, nothing says "
                                       "which of the checkpoint's classes is which",
                    err);
}

static mpcf_status take_numbers(struct sketch *s, const struct column *label, mpcf_error *err)
{
    const size_t classes = sketch_labels(s), needed = (size_t) label->high + 1;
    const size_t taken = needed > classes ? needed : classes;

    s->order = ORDER_BY_NUMBER;
    s->is_other_task = needed > classes;
    if (label->count < taken) {
        text_printf(&s->said,
                    "WARNING  of the numbers 0 to %zu, which are the classes, the data has "
                    "%zu only; is '%s' the label?\n",
                    taken - 1, label->count, label->first);
    }
    return sketch_add(s, "classes", arena_format(s->arena, "%zu", taken),
                      "the labels are the numbers from 0; or labels: [name, name], for reports",
                      err);
}

static bool are_classes_by_number(const struct sketch *s, const struct column *label)
{
    return label->numbers && label->whole && !label->more && label->low >= 0 &&
           (label->high < (double) sketch_labels(s) ||
            (label->low == 0 && label->high == (double) label->count - 1));
}

/* Names that are numbers themselves. */
static bool has_number(const struct match *m)
{
    for (size_t i = 0; i < m->classes; i++) {
        if (strspn(m->names[i], "0123456789") == strlen(m->names[i])) {
            return true;
        }
    }
    return false;
}

static mpcf_status fail_label(const struct sketch *s, const struct column *label, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "column '%s', which seems to be the label, has %s; where another one is it: "
                     "--set dataset.label=COLUMN, or none%s%s",
                     label->first,
                     label->more         ? "more than 64 values, or long ones"
                     : label->count == 0 ? "nothing"
                                         : "one value in all rows, which is none of the "
                                           "checkpoint's classes",
                     s->columns != NULL ? "; columns: " : "", s->columns != NULL ? s->columns : "");
}

mpcf_status draft_labels(struct sketch *s, const struct table_data *d, const struct column *label,
                         mpcf_error *err)
{
    struct match m;

    if (sketch_given(s, "labels") != NULL || sketch_given(s, "classes") != NULL ||
        sketch_given(s, "score") != NULL) {
        return MPCF_OK;
    }
    if (label->numbers && label->count > 0 &&
        (!label->whole || label->more || label->count >= SCORES_FROM)) {
        return sketch_add(
            s, "score",
            arena_format(s->arena, "[%.15g, %.15g]", floor(label->low), ceil(label->high)),
            "lowest and highest, from the file: a score is learnt, no classes", err);
    }
    if (label->more || label->count == 0) {
        return fail_label(s, label, err);
    }
    match_all(s, label, &m);
    if (are_classes_by_number(s, label) && !has_number(&m)) {
        return take_numbers(s, label, err);
    }
    if (m.matched > 0 && !has_own_class(&m)) {
        return take_names(s, &m, d, err);
    }
    return label->count < 2 ? fail_label(s, label, err) : take_others(s, &m, err);
}
