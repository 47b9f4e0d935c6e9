/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the IMDb reviews (Maas et al. 2011) from the folders of the original archive:
 * train and test, each with neg and pos, each review a file ID_RATING.txt.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/dataset.h>
#include <mpcf/tsv.h>

#define PATH_LIMIT 4096

struct review {
    uint64_t id;
    int32_t rating;
    int32_t label;
};

struct imdb_reader {
    char folder[PATH_LIMIT]; /* of the split */
    struct review *reviews;
    size_t count, capacity, at;
    char *text; /* MPCF_LINE_LIMIT + 1 bytes */
};

static const char *const class_names[] = {"neg", "pos", NULL};
static const char *const split_names[] = {"train", "test", NULL};

static mpcf_status imdb_describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    (void) config;
    (void) err;
    task->name = "IMDb";
    task->classes = 2;
    task->metrics[0] = "accuracy";
    task->label_names = class_names;
    task->train_split = "train";
    task->judge_split = "test";
    task->splits = split_names;
    return MPCF_OK;
}

static mpcf_status add_review(struct imdb_reader *r, const struct review *review, mpcf_error *err)
{
    if (r->count == r->capacity) {
        size_t capacity = r->capacity == 0 ? 1024 : r->capacity * 2;
        struct review *grown = reallocarray(r->reviews, capacity, sizeof(*grown));

        if (grown == NULL) {
            return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for %zu reviews", capacity);
        }
        r->reviews = grown;
        r->capacity = capacity;
    }
    r->reviews[r->count++] = *review;
    return MPCF_OK;
}

/* "127_9.txt" and nothing else; the name must be the one that file_of() writes. */
static int parse_name(const char *name, struct review *review)
{
    char again[64];
    char *end = NULL;
    const unsigned long long id = strtoull(name, &end, 10);
    const long rating = *end == '_' ? strtol(end + 1, NULL, 10) : 0;

    if (rating < 1 || rating > 10) {
        return 0;
    }
    (void) snprintf(again, sizeof(again), "%llu_%ld.txt", id, rating);
    review->id = id;
    review->rating = (int32_t) rating;
    return strcmp(again, name) == 0;
}

static mpcf_status list_class(struct imdb_reader *r, int32_t label, mpcf_error *err)
{
    char path[PATH_LIMIT + 16];
    mpcf_status status = MPCF_OK;
    DIR *folder = NULL;

    (void) snprintf(path, sizeof(path), "%s/%s", r->folder, class_names[label]);
    folder = opendir(path);
    if (folder == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open folder '%s': %s", path, strerror(errno));
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && status == MPCF_OK;
         entry = readdir(folder)) {
        struct review review = {.label = label};

        if (entry->d_name[0] == '.') {
            continue;
        }
        status = parse_name(entry->d_name, &review)
                     ? add_review(r, &review, err)
                     : mpcf_fail(err, MPCF_E_FORMAT,
                                 "%s/%s: expected a name ID_RATING.txt, rating 1 to 10", path,
                                 entry->d_name);
    }
    (void) closedir(folder); /* only read */
    return status;
}

/* By class, then number: the same on every file system. */
static int compare_reviews(const void *a, const void *b)
{
    const struct review *x = a, *y = b;

    if (x->label != y->label) {
        return x->label < y->label ? -1 : 1;
    }
    if (x->id != y->id) {
        return x->id < y->id ? -1 : 1;
    }
    return (x->rating > y->rating) - (x->rating < y->rating);
}

static mpcf_status list_reviews(struct imdb_reader *r, mpcf_error *err)
{
    MPCF_TRY(list_class(r, 0, err));
    MPCF_TRY(list_class(r, 1, err));
    if (r->count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no reviews in neg and pos", r->folder);
    }
    qsort(r->reviews, r->count, sizeof(*r->reviews), compare_reviews);
    return MPCF_OK;
}

static void imdb_close(void *reader)
{
    struct imdb_reader *r = reader;

    free(r->reviews);
    free(r->text);
    free(r);
}

static mpcf_status imdb_open(const void *config, const char *path, const char *split, void **reader,
                             mpcf_error *err)
{
    struct imdb_reader *r = NULL;
    mpcf_status status = MPCF_OK;
    int length = 0;

    (void) config;
    if (strcmp(split, "train") != 0 && strcmp(split, "test") != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "imdb: no split '%s', expected train or test", split);
    }
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a reader");
    }
    r->text = malloc(MPCF_LINE_LIMIT + 1);
    length = snprintf(r->folder, sizeof(r->folder), "%s/%s", path, split);
    if (r->text == NULL) {
        status = mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a review");
    } else if (length < 0 || (size_t) length >= sizeof(r->folder)) {
        status =
            mpcf_fail(err, MPCF_E_CONFIG, "path of the data is longer than %d bytes", PATH_LIMIT);
    } else {
        status = list_reviews(r, err);
    }
    if (status != MPCF_OK) {
        imdb_close(r);
        return status;
    }
    *reader = r;
    return MPCF_OK;
}

static mpcf_status imdb_next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    struct imdb_reader *r = reader;
    const struct review *review = &r->reviews[r->at];
    char path[PATH_LIMIT + 64];

    *more = r->at < r->count;
    if (!*more) {
        return MPCF_OK;
    }
    (void) snprintf(path, sizeof(path), "%s/%s/%llu_%d.txt", r->folder, class_names[review->label],
                    (unsigned long long) review->id, review->rating);
    MPCF_TRY(mpcf_text_read(path, r->text, err));
    *example =
        (mpcf_example){.text_a = r->text, .label = review->label, .has_label = 1, .id = r->at};
    r->at++;
    return MPCF_OK;
}

static mpcf_status imdb_rewind(void *reader, mpcf_error *err)
{
    struct imdb_reader *r = reader;

    (void) err;
    r->at = 0;
    return MPCF_OK;
}

static const mpcf_dataset imdb = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "imdb",
    .summary = "IMDb reviews, from the folders of the original archive",
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
