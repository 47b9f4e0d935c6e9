/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datasets: what can be asked without data, and the errors for data that is not there.
 */
#include "conformance/dataset_check.h"

#include <string.h>

#include "base/memory.h"

static bool describes(const mpcf_dataset *dataset, const void *config, mpcf_task *task,
                      mpcf_error *err)
{
    *task = (mpcf_task){.struct_size = sizeof(mpcf_task)};
    return dataset->describe(config, task, err) == MPCF_OK;
}

static bool splits_name(const mpcf_task *task, const char *split)
{
    for (size_t i = 0; task->splits != NULL && task->splits[i] != NULL; i++) {
        if (split != NULL && strcmp(task->splits[i], split) == 0) {
            return true;
        }
    }
    return false;
}

/* Each is one of its splits, and a file that cannot lead out of the folder of predictions. */
static bool names_tests(const mpcf_task *task)
{
    for (const mpcf_test_split *test = task->test_splits; test != NULL && test->split != NULL;
         test++) {
        if (!splits_name(task, test->split) || test->file == NULL || *test->file == '\0' ||
            strchr(test->file, '/') != NULL) {
            return false;
        }
    }
    return true;
}

static void check_task(struct conform *c, const mpcf_task *task)
{
    (void) conform_result(c, task->name != NULL && *task->name != '\0', "its task has a name",
                          "task.name is empty");
    (void) conform_result(c, task->classes >= 1, "its task has classes", "task.classes is 0");
    (void) conform_result(c, task->metrics[0] != NULL, "its task names a metric",
                          "task.metrics[0] is NULL");
    (void) conform_result(c, task->classes > 1 || task->label_low < task->label_high,
                          "a regression task has a range of labels", "label_low %g, label_high %g",
                          task->label_low, task->label_high);
    (void) conform_result(c, splits_name(task, task->train_split),
                          "the training split is one of its splits", "'%s' is not in splits",
                          task->train_split == NULL ? "(none)" : task->train_split);
    (void) conform_result(c, splits_name(task, task->judge_split),
                          "the evaluation split is one of its splits", "'%s' is not in splits",
                          task->judge_split == NULL ? "(none)" : task->judge_split);
    if (task->test_splits != NULL) {
        (void) conform_result(c, names_tests(task),
                              "its test splits are among its splits, and name files",
                              "test_splits has another split, or a name that is no file's");
    }
}

static void check_missing_data(struct conform *c, const mpcf_dataset *dataset, const void *config,
                               const mpcf_task *task)
{
    void *reader = NULL;
    mpcf_status status;
    bool named;

    if (!conform_begin(c, "data that is not there is an error")) {
        return;
    }
    status = dataset->open(config, "/nowhere/at/all", task->judge_split, &reader, c->err);
    named = strstr(mpcf_error_text(c->err), "/nowhere/at/all") != NULL;
    if (status == MPCF_OK) {
        dataset->close(reader);
    }
    (void) conform_result(c, status != MPCF_OK, "data that is not there is an error",
                          "open() returned MPCF_OK for a folder that does not exist");
    (void) conform_result(c, named, "and the error names the path", "the message has no path");
}

void dataset_check(struct conform *c, const mpcf_dataset *dataset)
{
    struct option_memory *owned = NULL;
    void *config = NULL;
    mpcf_task task;

    if (conform_defaults(c, COMPONENT_DATASET, dataset, &config, &owned) &&
        conform_begin(c, "describe() tells the task")) {
        const bool described = describes(dataset, config, &task, c->err);

        if (conform_result(c, described, "describe() tells the task", "it failed")) {
            check_task(c, &task);
            check_missing_data(c, dataset, config, &task);
        }
    }
    conform_release(config, owned);
}
