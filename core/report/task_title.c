/* SPDX-License-Identifier: Apache-2.0 */
/* The title of a report: task, what is asked there, network. */
#include "report/task_title.h"

#include <stdbool.h>
#include <string.h>

#include "report/html.h"
#include "report/report_tree.h"

/* What the tasks of GLUE ask, and others that are known by name. */
static const struct {
    const char *task, *question;
} known[] = {
    {"CoLA", "is a sentence grammatical"},
    {"SST-2", "sentiment"},
    {"MRPC", "paraphrases"},
    {"STS-B", "how alike two sentences are"},
    {"QQP", "equal questions"},
    {"MNLI", "entailment"},
    {"QNLI", "is the question answered"},
    {"RTE", "entailment"},
    {"WNLI", "who is meant by a pronoun"},
    {"IMDb", "sentiment of reviews"},
};

static const char *text_at(const json_t *root, const char *path)
{
    const char *text = json_string_value(report_get(root, path));

    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* A name that begins like a known one is a part of it: "MNLI-mm". */
static const char *known_question(const char *task)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const size_t length = strlen(known[i].task);

        if (strncmp(task, known[i].task, length) == 0 &&
            (task[length] == '\0' || task[length] == '-')) {
            return known[i].question;
        }
    }
    return NULL;
}

/* ": food, money or sport", where they are short enough for a title. */
static bool put_labels(struct text_buffer *page, const json_t *root)
{
    enum { LABELS_MOST = 4, LETTERS_MOST = 48 };
    const json_t *labels = report_get(root, "task.labels");
    const size_t count = json_array_size(labels);
    size_t letters = 0;

    for (size_t i = 0; i < count; i++) {
        letters += json_string_length(json_array_get(labels, i));
    }
    if (count < 2 || count > LABELS_MOST || letters > LETTERS_MOST) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *label = json_string_value(json_array_get(labels, i));

        text_append(page, i == 0 ? ": " : i + 1 < count ? ", " : " or ");
        html_text(page, label != NULL ? label : "?");
    }
    return true;
}

static void put_question(struct text_buffer *page, const json_t *root, const char *task)
{
    const char *question = known_question(task);
    const json_int_t classes = json_integer_value(report_get(root, "task.classes"));

    if (question != NULL) {
        text_printf(page, ": %s", question);
    } else if (classes == 1) {
        text_append(page, ": a score");
    } else if (classes > 1 && put_labels(page, root)) {
        return;
    } else if (classes > 1) {
        text_printf(page, ": one of %lld classes", (long long) classes);
    }
}

/* A task that was given no name has its reader's: then the data's says more. */
static void put_name(struct text_buffer *page, const json_t *root, const char *task)
{
    const char *reader = text_at(root, "settings.dataset.reader");
    const char *data = text_at(root, "settings.dataset.path");

    if (reader != NULL && data != NULL && strcmp(reader, task) == 0) {
        html_file_name(page, data);
    } else {
        html_text(page, task);
    }
}

void task_title(struct text_buffer *page, const json_t *root)
{
    const char *task = text_at(root, "task.name"), *model = text_at(root, "settings.model.path");
    const char *file = text_at(root, "run.pipeline");

    if (task == NULL) {
        html_text(page, file != NULL ? file : "Private inference");
        return;
    }
    put_name(page, root, task);
    put_question(page, root, task);
    if (model != NULL) {
        text_append(page, " with ");
        html_file_name(page, model);
    }
}
