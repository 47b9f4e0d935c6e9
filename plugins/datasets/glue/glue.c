/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a task of GLUE from its folder: train.tsv, dev.tsv, test.tsv.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/dataset.h>
#include <mpcf/tsv.h>

#include "glue_tasks.h"

#define PATH_LIMIT 4096
/* Bytes of a wrong label that a message shows. What is longer may be the text of a private row, in a
 * file whose columns are not where they should be. */
#define SHOWN_LABEL 2

struct glue_config {
    int32_t task;
};

struct glue_reader {
    const struct glue_task *task;
    mpcf_tsv *tsv;
    int32_t text_a, text_b, label; /* columns; -1: none */
};

static const char *const split_names[] = {"train", "dev", "test", NULL};

static const mpcf_option glue_options[] = {
    {.key = "task",
     .type = MPCF_OPT_CHOICE,
     .offset = offsetof(struct glue_config, task),
     .help = "which task of GLUE the folder holds",
     .choices = glue_task_names},
    {.key = NULL},
};

static const struct glue_task *task_of(const void *config)
{
    const struct glue_config *c = config;

    return &glue_tasks[c->task];
}

static size_t class_count(const struct glue_task *task)
{
    size_t count = 0;

    while (task->label_words != NULL && task->label_words[count] != NULL) {
        count++;
    }
    return task->label_words != NULL ? count : 1;
}

static mpcf_status glue_describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    const struct glue_task *t = task_of(config);

    (void) err;
    task->name = t->name;
    task->classes = class_count(t);
    memcpy(task->metrics, t->metrics, sizeof(t->metrics));
    task->label_low = t->label_low;
    task->label_high = t->label_high;
    task->label_names = t->label_names;
    task->train_split = "train";
    task->judge_split = "dev";
    task->splits = split_names;
    return MPCF_OK;
}

/* Columns by name: a test split has no labels, any other must. */
static mpcf_status find_columns(struct glue_reader *r, const char *split, mpcf_error *err)
{
    r->text_b = -1;
    MPCF_TRY(mpcf_tsv_require(r->tsv, r->task->text_a, &r->text_a, err));
    if (r->task->text_b != NULL) {
        MPCF_TRY(mpcf_tsv_require(r->tsv, r->task->text_b, &r->text_b, err));
    }
    r->label = mpcf_tsv_column(r->tsv, r->task->label);
    if (r->label < 0 && strcmp(split, "test") != 0) {
        MPCF_TRY(mpcf_tsv_require(r->tsv, r->task->label, &r->label, err));
    }
    return MPCF_OK;
}

static void glue_close(void *reader)
{
    struct glue_reader *r = reader;

    mpcf_tsv_close(r->tsv);
    free(r);
}

static mpcf_status check_split(const char *split, mpcf_error *err)
{
    const char *nearest = mpcf_nearest_word(split, split_names);

    for (size_t i = 0; split_names[i] != NULL; i++) {
        if (strcmp(split, split_names[i]) == 0) {
            return MPCF_OK;
        }
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "glue: no split '%s', expected train, dev or test%s%s%s",
                     split, nearest != NULL ? "; did you mean '" : "",
                     nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static mpcf_status glue_open(const void *config, const char *path, const char *split, void **reader,
                             mpcf_error *err)
{
    struct glue_reader *r = NULL;
    mpcf_status status = MPCF_OK;
    char file[PATH_LIMIT];
    int length = 0;

    MPCF_TRY(check_split(split, err));
    length = snprintf(file, sizeof(file), "%s/%s.tsv", path, split);
    if (length < 0 || (size_t) length >= sizeof(file)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                         PATH_LIMIT);
    }
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    r->task = task_of(config);
    status = mpcf_tsv_open(file, &r->tsv, err);
    if (status == MPCF_OK) {
        status = find_columns(r, split, err);
    }
    if (status != MPCF_OK) {
        glue_close(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static mpcf_status read_class(struct glue_reader *r, const char *word, double *label,
                              mpcf_error *err)
{
    const char *const *words = r->task->label_words;
    const char *nearest = NULL;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            *label = (double) i;
            return MPCF_OK;
        }
    }
    nearest = mpcf_nearest_word(word, words);
    if (nearest == NULL && strlen(word) > SHOWN_LABEL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: %zu bytes that are no label, expected one of %zu from '%s' on",
                         mpcf_tsv_where(r->tsv), strlen(word), class_count(r->task), words[0]);
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s: label '%.80s', expected one of %zu from '%s' on%s%s%s",
                     mpcf_tsv_where(r->tsv), word, class_count(r->task), words[0],
                     nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                     nearest != NULL ? "'?" : "");
}

static mpcf_status read_score(struct glue_reader *r, const char *word, double *label,
                              mpcf_error *err)
{
    char *end = NULL;
    double value = strtod(word, &end);

    if (end == word || *end != '\0') {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: a score that is no number, expected %g to %g",
                         mpcf_tsv_where(r->tsv), r->task->label_low, r->task->label_high);
    }
    /* Written so that NaN is refused too. */
    if (!(value >= r->task->label_low && value <= r->task->label_high)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: score '%.80s', expected %g to %g",
                         mpcf_tsv_where(r->tsv), word, r->task->label_low, r->task->label_high);
    }
    *label = value;
    return MPCF_OK;
}

static mpcf_status glue_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct glue_reader *r = reader;
    const char *const *fields = NULL;

    MPCF_TRY(mpcf_tsv_next(r->tsv, &fields, err));
    *more = fields != NULL;
    if (fields == NULL) {
        return MPCF_OK;
    }
    memset(example, 0, sizeof(*example));
    example->text_a = fields[r->text_a];
    example->text_b = r->text_b >= 0 ? fields[r->text_b] : NULL;
    example->id = mpcf_tsv_rows(r->tsv) - 1;
    example->has_label = r->label >= 0;
    if (r->label < 0) {
        return MPCF_OK;
    }
    return r->task->label_words != NULL ? read_class(r, fields[r->label], &example->label, err)
                                        : read_score(r, fields[r->label], &example->label, err);
}

static mpcf_status glue_rewind(void *reader, mpcf_error *err)
{
    struct glue_reader *r = reader;

    return mpcf_tsv_rewind(r->tsv, err);
}

static const mpcf_dataset glue = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "glue",
    .summary = "tasks of the GLUE benchmark, from their .tsv files",
    .options = glue_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct glue_config),
    .describe = glue_describe,
    .open = glue_open,
    .next = glue_next,
    .rewind = glue_rewind,
    .close = glue_close,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &glue, err);
}

MPCF_PLUGIN(.name = "glue", .version = "0.1", .license = "Apache-2.0",
            .summary = "reads tasks of the GLUE benchmark", .start = start);
