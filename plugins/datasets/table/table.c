/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the user's own table: CSV, TSV, JSON Lines or a text a line, gzipped or not.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_columns.h"
#include "table_files.h"
#include "table_labels.h"
#include "table_options.h"
#include "table_share.h"

enum {
    FIRST_WORDS = 512,
    MANY_SHARE = 20, /* fewer rows than one in so many are mistakes */
    FEW_ROWS = 20    /* of which a few are many */
};

static const char *const split_names[] = {"train", "dev", NULL};

struct table_reader {
    const struct table_config *config;
    char path[TABLE_PATH];
    struct table_columns columns;
    bool is_train, is_shared;
    uint64_t edge;  /* of the judged rows' numbers, where IS_SHARED */
    uint64_t given; /* rows since the last rewind */
    uint64_t broken;
    mpcf_error *words;       /* of the row that is being read, where broken ones are skipped */
    char first[FIRST_WORDS]; /* broken row */
};

/* --- The task --- */

static mpcf_status fail_unknown_labels(const struct table_config *c, const mpcf_task *task,
                                       mpcf_error *err)
{
    struct table_file file = {.is_shared = false};
    char advice[TABLE_ADVICE] = "";

    for (int i = 0; table_is_labelled(c) && i < 2 && advice[0] == '\0'; i++) {
        if (table_file_of(c, task->data_path, i == 0, &file, NULL) == MPCF_OK) {
            table_labels_advice(c, file.path, advice);
        }
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "which labels there are is not said, and no config.json has their names: %s",
                     advice[0] != '\0' ? advice
                                       : "write labels: [negative, positive] or the like, classes: "
                                         "N or score: [low, high]");
}

static mpcf_status set_metrics(const struct table_config *c, mpcf_task *task, mpcf_error *err)
{
    const size_t room = sizeof task->metrics / sizeof *task->metrics;

    if (c->metrics.count > room) {
        return mpcf_fail(err, MPCF_E_CONFIG, "option 'metrics': %zu, expected at most %zu",
                         c->metrics.count, room);
    }
    for (size_t i = 0; i < c->metrics.count; i++) {
        task->metrics[i] = c->metrics.items[i];
        if (strcmp(task->metrics[i], "f1") == 0 && task->classes != 2) {
            return mpcf_fail(err, MPCF_E_CONFIG, "option 'metrics': f1 is of two classes");
        }
    }
    if (c->metrics.count == 0) {
        task->metrics[0] = task->classes == 1 ? "pearson" : "accuracy";
        task->metrics[1] = task->classes == 1 ? "spearman" : NULL;
    }
    return MPCF_OK;
}

/* Where the data is, what its labels are is looked at for the message; else nothing is opened. */
static mpcf_status table_describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    const struct table_config *c = config;
    const struct table_texts labels = table_names(c);
    const bool is_score = c->score.count == 2;

    MPCF_TRY(table_check_options(c, err));
    if (!table_knows_labels(c) && task->data_path != NULL) {
        return fail_unknown_labels(c, task, err);
    }
    task->name = *c->name != '\0' ? c->name : "table";
    task->label_names = labels.count > 0 ? labels.items : NULL;
    task->classes = labels.count > 0 ? labels.count : (size_t) c->classes;
    if (is_score) {
        task->classes = 1;
        task->label_low = c->score.items[0];
        task->label_high = c->score.items[1];
    } else if (task->classes == 0) {
        task->classes = 2; /* of options alone, without data */
    }
    task->train_split = "train";
    task->judge_split = "dev";
    task->splits = split_names;
    return set_metrics(c, task, err);
}

/* --- Rows --- */

static mpcf_status read_texts(const struct table_reader *r, const char *const *cells,
                              mpcf_example *example, mpcf_error *err)
{
    example->text_a = cells[r->columns.text];
    example->text_b = r->columns.text_b >= 0 ? cells[r->columns.text_b] : NULL;
    if (example->text_a == NULL || *example->text_a == '\0' ||
        (r->columns.text_b >= 0 && (example->text_b == NULL || *example->text_b == '\0'))) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no text in column '%s'",
                         mpcf_table_where(r->columns.table),
                         example->text_a == NULL || *example->text_a == '\0' ? r->config->text
                                                                             : r->config->text_b);
    }
    return MPCF_OK;
}

/* A row of the file as it stands, whichever split it is of. */
static mpcf_status read_row(const struct table_reader *r, mpcf_example *example, int32_t *more,
                            mpcf_error *err)
{
    const char *const *cells = NULL;

    memset(example, 0, sizeof *example);
    MPCF_TRY(mpcf_table_next(r->columns.table, &cells, err));
    *more = cells != NULL;
    if (cells == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(read_texts(r, cells, example, err));
    example->id = mpcf_table_rows(r->columns.table) - 1;
    example->has_label = r->columns.label >= 0;
    return example->has_label ? table_read_label(r->config, r->columns.table,
                                                 cells[r->columns.label], &example->label, err)
                              : MPCF_OK;
}

/* Whether the file was read without names and its first line is the row that was refused. */
static bool is_first_line(const struct table_reader *r)
{
    return mpcf_table_column_name(r->columns.table, 0) == NULL &&
           mpcf_table_rows(r->columns.table) <= 1;
}

/* Rows of the file that are refused, the one that was read and those behind it. */
static uint64_t count_refused(const struct table_reader *r)
{
    mpcf_status status = MPCF_E_FORMAT;
    uint64_t refused = 1;
    mpcf_example e;
    int32_t more = 1;

    while ((status == MPCF_E_FORMAT || (status == MPCF_OK && more != 0)) && !mpcf_interrupted()) {
        more = 1;
        status = read_row(r, &e, &more, NULL);
        refused += status == MPCF_E_FORMAT;
    }
    return refused;
}

static mpcf_status refuse_row(const struct table_reader *r, mpcf_status status, mpcf_error *err)
{
    const bool is_of_label =
        r->columns.label >= 0 && err != NULL && strstr(mpcf_error_text(err), "label") != NULL;
    char advice[TABLE_ADVICE] = "";
    uint64_t refused, rows;

    if (is_of_label && is_first_line(r)) {
        return mpcf_fail_while(err, status,
                               "the first line looks like column names: dataset.header: yes");
    }
    if (is_of_label && r->given == 0) { /* the labels are others, not one row */
        table_labels_advice(r->config, r->path, advice);
    }
    if (advice[0] != '\0') {
        return mpcf_fail_while(err, status, "%s", advice);
    }
    refused = count_refused(r);
    rows = mpcf_table_rows(r->columns.table);
    return refused * MANY_SHARE > rows && rows > FEW_ROWS
               ? mpcf_fail_while(
                     err, status, "%llu of %llu rows are refused, '%s' may not be the label",
                     (unsigned long long) refused, (unsigned long long) rows, r->config->label)
               : mpcf_fail_while(err, status, "broken_rows: skip would leave such rows out");
}

/* The next row that is not broken, where broken ones are left out. */
static mpcf_status skip_to_whole(struct table_reader *r, mpcf_example *example, int32_t *more,
                                 mpcf_error *err)
{
    for (;;) {
        mpcf_status status;

        mpcf_error_reset(r->words);
        status = read_row(r, example, more, r->words);
        if (status != MPCF_E_FORMAT) {
            return status == MPCF_OK ? status
                                     : mpcf_fail(err, status, "%s", mpcf_error_text(r->words));
        }
        if (r->broken == 0) {
            (void) snprintf(r->first, sizeof r->first, "%s", mpcf_error_text(r->words));
        }
        r->broken++;
    }
}

static mpcf_status next_whole(struct table_reader *r, mpcf_example *example, int32_t *more,
                              mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (r->config->broken_rows == BROKEN_SKIP) {
        return skip_to_whole(r, example, more, err);
    }
    status = read_row(r, example, more, err);
    return status == MPCF_E_FORMAT ? refuse_row(r, status, err) : status;
}

static mpcf_status end_walk(struct table_reader *r, mpcf_error *err)
{
    const uint64_t rows = mpcf_table_rows(r->columns.table);

    if (r->given == 0) {
        return mpcf_fail(
            err, MPCF_E_FORMAT, "%s: none of %llu rows %s%s%s", r->path, (unsigned long long) rows,
            r->broken == rows ? "is whole" : "falls to the split",
            r->broken > 0 ? "; the first that is broken: " : "", r->broken > 0 ? r->first : "");
    }
    return MPCF_OK;
}

static bool is_ours(const struct table_reader *r, const mpcf_example *e)
{
    return !r->is_shared ||
           (table_share_number(r->config->seed, e->text_a, e->text_b) <= r->edge) != r->is_train;
}

static mpcf_status table_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct table_reader *r = reader;

    do {
        MPCF_TRY(next_whole(r, example, more, err));
        if (*more == 0) {
            return end_walk(r, err);
        }
    } while (!is_ours(r, example));
    r->given++;
    return MPCF_OK;
}

static mpcf_status table_rewind(void *reader, mpcf_error *err)
{
    struct table_reader *r = reader;

    r->given = r->broken = 0;
    return mpcf_table_rewind(r->columns.table, err);
}

static uint64_t table_left_out(void *reader, const char **first)
{
    const struct table_reader *r = reader;

    if (r->broken > 0) {
        *first = r->first;
    }
    return r->broken;
}

/* --- Opening --- */

static void table_close(void *reader)
{
    struct table_reader *r = reader;

    mpcf_table_close(r->columns.table);
    mpcf_error_destroy(r->words);
    free(r);
}

/* One walk over the whole file. */
static mpcf_status find_edge(struct table_reader *r, mpcf_error *err)
{
    struct table_share share = {NULL, 0, 0};
    mpcf_status status = MPCF_OK;
    mpcf_example e;
    int32_t more = 1;

    while (status == MPCF_OK && more != 0) {
        status = next_whole(r, &e, &more, err);
        if (status == MPCF_OK && more != 0) {
            r->given++;
            status = table_share_add(&share,
                                     table_share_number(r->config->seed, e.text_a, e.text_b), err);
        }
        if (status == MPCF_OK && mpcf_interrupted()) {
            status = mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped");
        }
    }
    if (status == MPCF_OK) {
        status = end_walk(r, err);
    }
    r->edge = status == MPCF_OK ? table_share_edge(&share, r->config->dev_share) : 0;
    table_share_clear(&share);
    return status == MPCF_OK ? table_rewind(r, err) : status;
}

static mpcf_status start_reader(struct table_reader *r, const char *path, mpcf_error *err)
{
    struct table_file file;

    MPCF_TRY(table_file_of(r->config, path, r->is_train, &file, err));
    memcpy(r->path, file.path, sizeof r->path);
    r->is_shared = file.is_shared;
    r->words = mpcf_error_create();
    if (r->words == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    MPCF_TRY(table_columns_open(r->config, r->path, &r->columns, err));
    return r->is_shared ? find_edge(r, err) : MPCF_OK;
}

static mpcf_status table_open(const void *config, const char *path, const char *split,
                              void **reader, mpcf_error *err)
{
    struct table_reader *r = NULL;
    mpcf_status status = MPCF_OK;

    if (strcmp(split, "train") != 0 && strcmp(split, "dev") != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "table: no split '%s', expected train or dev", split);
    }
    r = calloc(1, sizeof *r);
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    r->config = config;
    r->is_train = strcmp(split, "train") == 0;
    status = start_reader(r, path, err);
    if (status != MPCF_OK) {
        table_close(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static const mpcf_dataset table = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "table",
    .summary = "own rows: CSV, TSV, JSON Lines or a text a line, gzipped or not",
    .options = table_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct table_config),
    .describe = table_describe,
    .open = table_open,
    .next = table_next,
    .rewind = table_rewind,
    .close = table_close,
    .left_out = table_left_out,
    .known_labels_offset = offsetof(struct table_config, known_labels),
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &table, err);
}

MPCF_PLUGIN(.name = "table", .version = "0.1", .license = "Apache-2.0",
            .summary = "reads own tables", .start = start);
