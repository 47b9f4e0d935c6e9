/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint that was trained with its classes in another order would get wrong metrics and answers,
 * so it is refused; one that only calls them otherwise is not.
 */
#include "network/label_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/text.h"
#include "pipeline/class_names.h"

enum { WORD_SIZE = 64 };

/* In small letters, without what stands between words; -1 is not 1. Longer names are cut: they are no word here. */
static void plain(const char *name, char out[WORD_SIZE])
{
    size_t length = 0;

    for (; *name != '\0' && length + 1 < WORD_SIZE; name++) {
        const unsigned char c = (unsigned char) *name;

        if ((c != ' ' && c != '-' && c != '_') ||
            (c == '-' && length == 0 && isdigit((unsigned char) name[1]))) {
            out[length++] = (char) (c < 128 ? tolower(c) : c);
        }
    }
    out[length] = '\0';
}

/* 0 or 1: one of the words for it; -1: neither. */
static int sentiment_of(const char *word)
{
    static const char *const words[2][3] = {{"neg", "negative", "0"}, {"pos", "positive", "1"}};

    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < 3; i++) {
            if (strcmp(word, words[side][i]) == 0) {
                return side;
            }
        }
    }
    return -1;
}

bool label_names_mean_one(const char *found, const char *want)
{
    char a[WORD_SIZE], b[WORD_SIZE];

    plain(found, a);
    plain(want, b);
    return strcmp(a, b) == 0 || (sentiment_of(a) >= 0 && sentiment_of(a) == sentiment_of(b));
}

/* The class of the task, not its I-th, that FOUND means; TASK's number of classes: none. */
static size_t meant_elsewhere(const mpcf_task *task, size_t i, const char *found)
{
    size_t k = 0;

    if (label_names_mean_one(found, task->label_names[i])) {
        return task->classes;
    }
    while (k < task->classes && (k == i || !label_names_mean_one(found, task->label_names[k]))) {
        k++;
    }
    return k;
}

/* Whether the names can be told apart from those that the library makes. */
static bool has_names(const mpcf_task *task, const json_t *config)
{
    for (size_t i = 0; i < task->classes; i++) {
        const char *found = class_name_of(config, i);

        if (found == NULL || class_name_is_made(found)) {
            return false;
        }
    }
    return task->label_names != NULL && task->classes > 1;
}

size_t label_names_count(const json_t *config)
{
    const json_t *count = json_object_get(config, "num_labels");

    return json_is_integer(count) && json_integer_value(count) > 0
               ? (size_t) json_integer_value(count)
               : json_object_size(json_object_get(config, "id2label"));
}

/* The checkpoint's, in its order. */
static void list_names(const json_t *config, struct text_buffer *out)
{
    for (size_t i = 0; i < class_names_count(config); i++) {
        text_printf(out, "%s%.60s", i == 0 ? "" : ", ", class_name_of(config, i));
    }
}

/* Whether a class of the checkpoint means the task's K-th. */
static bool is_taken(const mpcf_task *task, const json_t *config, size_t k)
{
    for (size_t i = 0; i < task->classes; i++) {
        if (label_names_mean_one(class_name_of(config, i), task->label_names[k])) {
            return true;
        }
    }
    return false;
}

/* The task's names in the order of the checkpoint's classes; what no class means fills the places left. */
static void list_labels(const mpcf_task *task, const json_t *config, struct text_buffer *out)
{
    size_t free_one = 0;

    for (size_t i = 0; i < task->classes; i++) {
        size_t at = meant_elsewhere(task, i, class_name_of(config, i));

        if (at == task->classes &&
            label_names_mean_one(class_name_of(config, i), task->label_names[i])) {
            at = i;
        }
        while (at == task->classes && free_one < task->classes) {
            at = is_taken(task, config, free_one) ? at : free_one;
            free_one++;
        }
        text_printf(out, "%s%.60s", i == 0 ? "" : ", ",
                    task->label_names[at < task->classes ? at : i]);
    }
}

static mpcf_status fail_order(const mpcf_task *task, const json_t *config, const char *name,
                              size_t class, mpcf_error *err)
{
    const char *found = class_name_of(config, class);
    const size_t other = meant_elsewhere(task, class, found);
    struct text_buffer labels = {0};

    list_labels(task, config, &labels);
    (void) mpcf_fail(
        err, MPCF_E_CONFIG,
        "%s calls class %zu '%.60s', which the task %s calls class %zu ('%s'): its classes are in "
        "another order, and its answers would be read wrongly. Reader table takes its order: "
        "dataset.labels: [%s]. Else train it with stages.finetune",
        name, class, found, task->name, other, task->label_names[other], text_string(&labels));
    text_clear(&labels);
    return MPCF_E_CONFIG;
}

static mpcf_status check_count(const mpcf_task *task, const json_t *config, const char *name,
                               mpcf_error *err)
{
    const size_t count = label_names_count(config);
    struct text_buffer labels = {0};

    if (count == 0 || count == task->classes) {
        return MPCF_OK;
    }
    if (count > 1 && class_names_count(config) == count) {
        list_names(config, &labels);
    }
    (void) mpcf_fail(err, MPCF_E_CONFIG,
                     "%s: the network has %zu classes, the task %s has %zu. %s%s%srain it with "
                     "stages.finetune",
                     name, count, task->name, task->classes,
                     labels.length > 0
                         ? "Reader table takes the network's, also where the data has "
                           "fewer: dataset.labels: ["
                         : "",
                     text_string(&labels), labels.length > 0 ? "]. Else t" : "T");
    text_clear(&labels);
    return MPCF_E_CONFIG;
}

/* LABEL_0 is the name of class 0 and no other: who exchanged such names meant the classes. Without rows
 * to compare with, answers are called what the file calls them. */
static mpcf_status check_made(const mpcf_task *task, const json_t *config, const char *name,
                              mpcf_error *err)
{
    const size_t count = task->judge_split != NULL ? task->classes : 0;

    for (size_t i = 0; i < count; i++) {
        const char *found = class_name_of(config, i);
        char made[32];

        (void) snprintf(made, sizeof made, "LABEL_%zu", i);
        if (found != NULL && class_name_is_made(found) && strcmp(found, made) != 0) {
            return mpcf_fail(
                err, MPCF_E_CONFIG,
                "%s calls class %zu '%.60s': its classes are in another order, and its "
                "answers would be read wrongly. Train it with stages.finetune",
                name, i, found);
        }
    }
    return MPCF_OK;
}

mpcf_status label_names_check(const mpcf_task *task, const json_t *config, const char *name,
                              mpcf_error *err)
{
    MPCF_TRY(check_count(task, config, name, err));
    MPCF_TRY(check_made(task, config, name, err));
    if (!has_names(task, config)) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < task->classes; i++) {
        if (meant_elsewhere(task, i, class_name_of(config, i)) < task->classes) {
            return fail_order(task, config, name, i, err);
        }
    }
    return MPCF_OK;
}

void label_names_say(const mpcf_task *task, const json_t *config, const char *name, bool is_learnt)
{
    struct text_buffer text = {0};
    bool is_equal = true, is_same = true;

    if (!has_names(task, config)) {
        return;
    }
    for (size_t i = 0; i < task->classes; i++) {
        const char *found = class_name_of(config, i), *want = task->label_names[i];

        is_equal = is_equal && strcasecmp(found, want) == 0;
        is_same = is_same && label_names_mean_one(found, want);
        text_printf(&text, "%s%.60s = %s", i == 0 ? "" : ", ", found, want);
    }
    if (!text.failed && !is_equal) {
        log_line(is_same || is_learnt ? LOG_INFO : LOG_WARN, "%s: its classes are %s of %s: %s",
                 name, is_learnt ? "learnt anew as those" : "taken for those", task->name,
                 text_string(&text));
    }
    text_clear(&text);
}

const char *label_names_of(const mpcf_task *task, const json_t *config, size_t class)
{
    return task->label_names != NULL && class < task->classes ? task->label_names[class]
                                                              : class_name_of(config, class);
}
