/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the IMDb reviews (Maas et al. 2011) from the original archive, unpacked or as it is: train and test, each
 * with neg and pos, each review a file ID_RATING.txt; or from the CSV file that was made of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <mpcf/dataset.h>
#include <mpcf/tsv.h>

#include "review_archive.h"
#include "review_folder.h"
#include "review_table.h"
#include "reviews.h"

#define PATH_LIMIT 4096

struct imdb_reader {
    char path[PATH_LIMIT];
    const char *split;
    struct reviews reviews;
    size_t at;
    char *text; /* of a file: MPCF_LINE_LIMIT + 1 bytes */
    struct review_table table;
};

static const char *const split_names[] = {"train", "test", NULL};

static mpcf_status imdb_describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    (void) config;
    (void) err;
    task->name = "IMDb";
    task->classes = 2;
    task->metrics[0] = "accuracy";
    task->label_names = review_classes;
    task->train_split = "train";
    task->judge_split = "test";
    task->splits = split_names;
    return MPCF_OK;
}

static void imdb_close(void *reader)
{
    struct imdb_reader *r = reader;

    reviews_clear(&r->reviews);
    review_table_close(&r->table);
    free(r->text);
    free(r);
}

static mpcf_status list(struct imdb_reader *r, mpcf_error *err)
{
    struct stat facts;

    if (stat(r->path, &facts) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", r->path, strerror(errno));
    }
    if (S_ISDIR(facts.st_mode)) {
        return folder_list(r->path, r->split, &r->reviews, err);
    }
    if (review_table_is(r->path)) {
        return review_table_open(r->path, r->split == split_names[0], &r->table, err);
    }
    return archive_list(r->path, r->split, &r->reviews, err);
}

static mpcf_status start_reading(struct imdb_reader *r, const char *path, mpcf_error *err)
{
    const int length = snprintf(r->path, sizeof(r->path), "%s", path);

    if (length < 0 || (size_t) length >= sizeof(r->path)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes",
                         PATH_LIMIT);
    }
    MPCF_TRY(list(r, err));
    if (r->reviews.texts == NULL && r->table.table == NULL) {
        r->text = malloc(MPCF_LINE_LIMIT + 1);
        return r->text != NULL ? MPCF_OK
                               : mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a review");
    }
    return MPCF_OK;
}

static mpcf_status imdb_open(const void *config, const char *path, const char *split, void **reader,
                             mpcf_error *err)
{
    struct imdb_reader *r = NULL;
    mpcf_status status = MPCF_OK;

    (void) config;
    if (strcmp(split, "train") != 0 && strcmp(split, "test") != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "imdb: no split '%s', expected train or test", split);
    }
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    r->split = strcmp(split, "train") == 0 ? split_names[0] : split_names[1];
    status = start_reading(r, path, err);
    if (status != MPCF_OK) {
        imdb_close(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

/* *TEXT: of REVIEW, checked. */
static mpcf_status read_text(struct imdb_reader *r, const struct review *review, const char **text,
                             mpcf_error *err)
{
    char name[REVIEW_NAME], where[PATH_LIMIT + REVIEW_NAME + 2];
    const struct reviews *all = &r->reviews;

    review_name(review, r->split, name);
    (void) snprintf(where, sizeof(where), "%s/%s", r->path, name);
    *text = all->texts != NULL ? all->texts + review->at : r->text;
    return all->texts != NULL ? mpcf_text_check(*text, review->length, where, err)
                              : mpcf_text_read(where, r->text, err);
}

static mpcf_status imdb_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct imdb_reader *r = reader;
    const struct review *review = NULL;
    const char *text = NULL;

    if (r->table.table != NULL) {
        return review_table_next(&r->table, example, more, err);
    }
    *more = r->at < r->reviews.count;
    if (!*more) {
        return MPCF_OK;
    }
    review = &r->reviews.items[r->at];
    MPCF_TRY(read_text(r, review, &text, err));
    *example = (mpcf_example){.text_a = text, .label = review->label, .has_label = 1, .id = r->at};
    r->at++;
    return MPCF_OK;
}

static mpcf_status imdb_rewind(void *reader, mpcf_error *err)
{
    struct imdb_reader *r = reader;

    r->at = 0;
    return r->table.table != NULL ? review_table_rewind(&r->table, err) : MPCF_OK;
}

static const mpcf_dataset imdb = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "imdb",
    .summary = "IMDb reviews, from the original archive, unpacked or not, or as CSV",
    .describe = imdb_describe,
    .open = imdb_open,
    .next = imdb_next,
    .rewind = imdb_rewind,
    .close = imdb_close,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_dataset(registry, &imdb, err);
}

MPCF_PLUGIN(.name = "imdb", .version = "0.1", .license = "Apache-2.0",
            .summary = "reads the IMDb reviews", .start = start);
