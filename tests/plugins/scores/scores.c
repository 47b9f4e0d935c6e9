/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A regression task: FOLDER/<split>.tsv with the columns text and score, 0 to 5. Scores are
 * passed on as they stand, so that tests see what the host says of bad ones.
 */
#include <mpcf/dataset.h>
#include <mpcf/tsv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scores_config {
    int32_t metric;
};
static const char *const metrics[] = {"both", "accuracy", "unheard", NULL};
static const mpcf_option options[] = {
    {.key = "metric",
     .type = MPCF_OPT_CHOICE,
     .default_text = "both",
     .offset = offsetof(struct scores_config, metric),
     .help = "what the task is judged by; only `both` is right",
     .choices = metrics},
    {.key = NULL},
};

struct reader {
    mpcf_tsv *tsv;
    int32_t text, score;
};

static mpcf_status describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    static const char *const splits[] = {"train", "dev", NULL};
    const struct scores_config *c = config;

    (void) err;
    task->name = "scores";
    task->classes = 1;
    task->label_low = 0;
    task->label_high = 5;
    task->metrics[0] = c->metric == 0 ? "pearson" : metrics[c->metric];
    task->metrics[1] = c->metric == 0 ? "spearman" : NULL;
    task->train_split = "train";
    task->judge_split = "dev";
    task->splits = splits;
    return MPCF_OK;
}

static void close_reader(void *object)
{
    struct reader *r = object;

    mpcf_tsv_close(r->tsv);
    free(r);
}

static mpcf_status open_split(const void *config, const char *path, const char *split,
                              void **reader, mpcf_error *err)
{
    char file[4096];
    struct reader *r = calloc(1, sizeof *r);
    mpcf_status status;

    (void) config;
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a reader");
    }
    (void) snprintf(file, sizeof file, "%s/%s.tsv", path, split);
    status = mpcf_tsv_open(file, &r->tsv, err);
    if (status == MPCF_OK) {
        status = mpcf_tsv_require(r->tsv, "text", &r->text, err);
    }
    if (status == MPCF_OK) {
        status = mpcf_tsv_require(r->tsv, "score", &r->score, err);
    }
    if (status != MPCF_OK) {
        close_reader(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static mpcf_status next(void *object, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct reader *r = object;
    const char *const *fields = NULL;

    MPCF_TRY(mpcf_tsv_next(r->tsv, &fields, err));
    *more = fields != NULL;
    if (fields != NULL) {
        memset(example, 0, sizeof *example);
        example->text_a = fields[r->text];
        example->label = strtod(fields[r->score], NULL);
        example->has_label = 1;
        example->id = mpcf_tsv_rows(r->tsv) - 1;
    }
    return MPCF_OK;
}

static mpcf_status rewind_reader(void *object, mpcf_error *err)
{
    return mpcf_tsv_rewind(((struct reader *) object)->tsv, err);
}

static const mpcf_dataset dataset = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "scores",
    .summary = "texts with a score",
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct scores_config),
    .describe = describe,
    .open = open_split,
    .next = next,
    .rewind = rewind_reader,
    .close = close_reader,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &dataset, err);
}

MPCF_PLUGIN(.name = "scores", .version = "1", .license = "Apache-2.0",
            .summary = "a regression task", .start = start);
