/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a task of GLUE from its folder: train.tsv, dev.tsv, test.tsv, or the files that the options
 * name in their places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/dataset.h>
#include <mpcf/tsv.h>

#include "glue_rows.h"
#include "glue_tasks.h"

#define PATH_LIMIT 4096

enum broken_rows { BROKEN_REFUSE = 0, BROKEN_SKIP };

struct glue_config {
    int32_t task;
    int32_t broken_rows; /* broken_rows */
    const char *train_file, *dev_file, *test_file;
};

static const char *const broken_names[] = {"refuse", "skip", NULL};

#define FIELD(name) .offset = offsetof(struct glue_config, name)

static const mpcf_option glue_options[] = {
    {.key = "task",
     .type = MPCF_OPT_CHOICE,
     FIELD(task),
     .help = "which task of GLUE the folder holds; MNLI is judged on its matched half, MNLI-mm on "
             "the mismatched",
     .choices = glue_task_names},
    {.key = "broken_rows",
     .type = MPCF_OPT_CHOICE,
     .default_text = "refuse",
     FIELD(broken_rows),
     .help = "of another number of columns, not UTF-8, of a label that the task does not have: end "
             "the run, or are left out and counted",
     .choices = broken_names},
    {.key = "train_file",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(train_file),
     .help = "of the training split, in the folder; empty: train.tsv"},
    {.key = "dev_file",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(dev_file),
     .help = "of the split that is judged; empty: dev.tsv, of MNLI dev_matched.tsv"},
    {.key = "test_file",
     .type = MPCF_OPT_STRING,
     .default_text = "",
     FIELD(test_file),
     .help = "of the test split; empty: test.tsv, of MNLI test_matched.tsv"},
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
    task->judge_split = t->judge;
    task->splits = t->splits;
    task->test_splits = t->test_splits;
    task->answer_words = t->answer_words;
    return MPCF_OK;
}

static void glue_close(void *reader)
{
    struct glue_rows *r = reader;

    mpcf_tsv_close(r->tsv);
    free(r);
}

static mpcf_status check_split(const struct glue_task *task, const char *split, mpcf_error *err)
{
    const char *nearest = mpcf_nearest_word(split, task->splits);
    char all[128] = "";

    for (size_t i = 0; task->splits[i] != NULL; i++) {
        const size_t length = strlen(all);

        if (strcmp(split, task->splits[i]) == 0) {
            return MPCF_OK;
        }
        (void) snprintf(all + length, sizeof(all) - length, "%s%s", i > 0 ? ", " : "",
                        task->splits[i]);
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "glue: no split '%s', expected one of %s%s%s%s", split,
                     all, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                     nearest != NULL ? "'?" : "");
}

/* What the options name for SPLIT; "": nothing. */
static const char *file_of(const struct glue_config *c, const char *split)
{
    const struct glue_task *task = task_of(c);

    return strcmp(split, "train") == 0       ? c->train_file
           : strcmp(split, task->judge) == 0 ? c->dev_file
           : strcmp(split, task->test) == 0  ? c->test_file
                                             : "";
}

static mpcf_status open_file(const struct glue_config *c, const char *path, const char *split,
                             mpcf_tsv **out, mpcf_error *err)
{
    const struct glue_task *task = task_of(c);
    const char *given = file_of(c, split);
    char file[PATH_LIMIT];
    const int length = *given != '\0' ? snprintf(file, sizeof(file), "%s/%s", path, given)
                                      : snprintf(file, sizeof(file), "%s/%s.tsv", path, split);

    if (length < 0 || (size_t) length >= sizeof(file)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                         PATH_LIMIT);
    }
    return mpcf_tsv_open_columns(file, glue_split_is_test(split) ? NULL : task->columns, out, err);
}

static mpcf_status glue_open(const void *config, const char *path, const char *split, void **reader,
                             mpcf_error *err)
{
    const struct glue_config *c = config;
    struct glue_rows *r = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(check_split(task_of(c), split, err));
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    r->task = task_of(c);
    r->skips = c->broken_rows == BROKEN_SKIP;
    status = open_file(c, path, split, &r->tsv, err);
    if (status == MPCF_OK) {
        status = glue_rows_find(r, !glue_split_is_test(split), err);
    }
    if (status != MPCF_OK) {
        glue_close(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static mpcf_status glue_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    return glue_rows_next(reader, example, more, err);
}

static mpcf_status glue_rewind(void *reader, mpcf_error *err)
{
    return glue_rows_rewind(reader, err);
}

static uint64_t glue_left_out(void *reader, const char **first)
{
    const struct glue_rows *r = reader;

    if (r->left_out > 0) {
        *first = r->reason;
    }
    return r->left_out;
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
    .left_out = glue_left_out,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &glue, err);
}

MPCF_PLUGIN(.name = "glue", .version = "0.1", .license = "Apache-2.0",
            .summary = "reads tasks of the GLUE benchmark", .start = start);
