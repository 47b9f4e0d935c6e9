/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions of test splits: a file each, in the form and under the name that the benchmark takes. */
#include "stages/test_predictions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "metrics/metrics.h"
#include "network/evaluate.h"
#include "pipeline/output.h"
#include "report/report.h"

mpcf_status test_predictions_check(const struct pipeline *p, mpcf_error *err)
{
    const mpcf_dataset *d = p->dataset.descriptor;
    const mpcf_test_split *test = p->task.test_splits;

    if (!p->has_stage[STAGE_INFER] || !p->infer.test_predictions) {
        return MPCF_OK;
    }
    for (; test != NULL && test->split != NULL; test++) {
        void *reader = NULL;
        const mpcf_status status =
            d->open(p->dataset.config, p->dataset_path, test->split, &reader, err);

        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "stages.infer.test_predictions: split '%s'",
                                   test->split);
        }
        d->close(reader);
    }
    return MPCF_OK;
}

static char *path_of(const struct pipeline *p, const mpcf_test_split *test)
{
    char name[128];

    (void) snprintf(name, sizeof name, "predictions/%.100s", test->file);
    return output_path(p, name);
}

bool test_predictions_exist(const struct pipeline *p)
{
    bool all = true;

    for (const mpcf_test_split *test = p->task.test_splits; all && test->split != NULL; test++) {
        char *path = path_of(p, test);

        all = path != NULL && file_exists(path);
        mpcf_free(path);
    }
    return all;
}

mpcf_status test_predictions_digest(struct stage_context *c, char text[FILE_DIGEST_SIZE],
                                    mpcf_error *err)
{
    struct digest *all = digest_begin();
    mpcf_status status = all != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a digest");

    for (const mpcf_test_split *test = c->pipeline->task.test_splits;
         status == MPCF_OK && test->split != NULL; test++) {
        struct corpus *corpus = NULL;
        char one[FILE_DIGEST_SIZE] = "";

        status = stage_split(c, test->split, 0, &corpus, err);
        if (status == MPCF_OK) {
            corpus_digest(corpus, one);
            digest_add(all, one, sizeof one);
        }
        corpus_destroy(corpus);
    }
    if (all != NULL) {
        digest_end(all, text);
    }
    return status;
}

/* A line of the file: the class as the benchmark writes it, or the score within its limits. */
static mpcf_status put_line(FILE *out, const mpcf_task *task, uint64_t row, double prediction,
                            mpcf_error *err)
{
    if (task->classes > 1 && task->answer_words != NULL) {
        (void) fprintf(out, "%llu\t%s\n", (unsigned long long) row,
                       task->answer_words[(size_t) prediction]);
    } else if (task->classes > 1) {
        (void) fprintf(out, "%llu\t%.0f\n", (unsigned long long) row, prediction);
    } else if (isfinite(prediction)) {
        (void) fprintf(out, "%llu\t%.4f\n", (unsigned long long) row,
                       fmin(task->label_high, fmax(task->label_low, prediction)));
    } else {
        return mpcf_fail(err, MPCF_E_RANGE,
                         "the network's score of row %llu is not a finite number",
                         (unsigned long long) row);
    }
    return MPCF_OK; /* a full disk is found when the file is done */
}

static mpcf_status write_file(const char *path, const mpcf_task *task, const struct corpus *corpus,
                              const float *logits, mpcf_error *err)
{
    struct file_write *file = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    (void) fputs("index\tprediction\n", file_write_stream(file));
    for (size_t i = 0; status == MPCF_OK && i < corpus->count; i++) {
        status = put_line(file_write_stream(file), task, corpus->items[i].id,
                          metric_prediction(logits + i * task->classes, task->classes), err);
    }
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return status;
    }
    return file_write_commit(file, err);
}

static mpcf_status predict(const struct loaded_network *n, const mpcf_task *task,
                           const struct corpus *corpus, const char *path, mpcf_error *err)
{
    enum { BATCH = 32 };
    float *logits = mpcf_alloc_array(corpus->count * task->classes, sizeof *logits);
    mpcf_status status = logits != NULL
                             ? evaluate_logits(n->network->graph, n->parameters, corpus, BATCH,
                                               task->classes, "infer: test split", logits, err)
                             : mpcf_fail_memory(err, corpus->count * task->classes, "logits");

    if (status == MPCF_OK) {
        status = write_file(path, task, corpus, logits, err);
    }
    mpcf_free(logits);
    return status;
}

static mpcf_status write_split(struct stage_context *c, const struct loaded_network *n,
                               const mpcf_test_split *test, const char *path, mpcf_error *err)
{
    struct corpus *corpus = NULL;
    mpcf_status status = stage_split(c, test->split, 0, &corpus, err);

    if (status == MPCF_OK) {
        status = predict(n, &c->pipeline->task, corpus, path, err);
    }
    if (status == MPCF_OK) {
        log_line(LOG_INFO, "infer: %zu predictions of '%s' are in '%s'", corpus->count, test->split,
                 path);
    }
    corpus_destroy(corpus);
    return status;
}

mpcf_status test_predictions_write(struct stage_context *c, const struct loaded_network *student,
                                   mpcf_error *err)
{
    char *folder = output_path(c->pipeline, "predictions");
    mpcf_status status =
        folder != NULL ? file_make_folder(folder, err) : mpcf_fail_memory(err, 0, "a path");

    for (const mpcf_test_split *test = c->pipeline->task.test_splits;
         status == MPCF_OK && test->split != NULL; test++) {
        char *path = path_of(c->pipeline, test);

        status = path != NULL ? write_split(c, student, test, path, err)
                              : mpcf_fail_memory(err, 0, "a path");
        mpcf_free(path);
    }
    mpcf_free(folder);
    return status;
}
