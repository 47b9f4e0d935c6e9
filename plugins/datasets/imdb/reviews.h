/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviews of a split: what their names say, in an order that is the same for a folder and an archive.
 */
#ifndef MPCF_IMDB_REVIEWS_H
#define MPCF_IMDB_REVIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

enum { REVIEW_NAME = 96 }; /* bytes of "train/neg/ID_RATING.txt" */

struct review {
    uint64_t id;
    int32_t rating;
    int32_t label;     /* 0: neg */
    size_t at, length; /* its text, in the reviews of an archive */
};

struct reviews {
    struct review *items;
    size_t count, capacity;
    char *texts; /* of an archive: each with a zero byte behind it; NULL: they are in files */
    size_t texts_length, texts_capacity;
};

extern const char *const review_classes[]; /* "neg", "pos", NULL */

void reviews_clear(struct reviews *reviews);
/* Adds FILE ("127_9.txt") of class LABEL; WHERE is the folder that it is in, for messages. Other names are
 * MPCF_E_FORMAT; those that begin with a dot are passed over, and *IS_ONE is false. */
mpcf_status reviews_add(struct reviews *reviews, const char *where, const char *file, int32_t label,
                        bool *is_one, mpcf_error *err);
/* By class, then number. MPCF_E_FORMAT: none, or one twice. WHERE: the data, for messages. */
mpcf_status reviews_sort(struct reviews *reviews, const char *where, mpcf_error *err);
/* "train/neg/0_3.txt" */
void review_name(const struct review *review, const char *split, char name[REVIEW_NAME]);

#endif
