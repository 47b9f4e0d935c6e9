/* SPDX-License-Identifier: Apache-2.0 */
/* Which reviews there are, by their names, and their order. */
#include "reviews.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const review_classes[] = {"neg", "pos", NULL};

void reviews_clear(struct reviews *reviews)
{
    free(reviews->items);
    free(reviews->texts);
    *reviews = (struct reviews){0};
}

static mpcf_status append(struct reviews *r, const struct review *review, mpcf_error *err)
{
    if (r->count == r->capacity) {
        size_t capacity = r->capacity == 0 ? 1024 : r->capacity * 2;
        struct review *grown = reallocarray(r->items, capacity, sizeof(*grown));

        if (grown == NULL) {
            return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for %zu reviews", capacity);
        }
        r->items = grown;
        r->capacity = capacity;
    }
    r->items[r->count++] = *review;
    return MPCF_OK;
}

/* "127_9.txt" and nothing else; the name must be the one that review_name() writes. */
static bool parse_name(const char *name, struct review *review)
{
    char again[64];
    char *end = NULL;
    const unsigned long long id = strtoull(name, &end, 10);
    const long rating = *end == '_' ? strtol(end + 1, NULL, 10) : 0;

    if (rating < 1 || rating > 10) {
        return false;
    }
    (void) snprintf(again, sizeof(again), "%llu_%ld.txt", id, rating);
    review->id = id;
    review->rating = (int32_t) rating;
    return strcmp(again, name) == 0;
}

mpcf_status reviews_add(struct reviews *reviews, const char *where, const char *file, int32_t label,
                        bool *is_one, mpcf_error *err)
{
    struct review review = {.label = label};

    *is_one = file[0] != '.';
    if (!*is_one) {
        return MPCF_OK;
    }
    if (!parse_name(file, &review)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s/%s: expected a name ID_RATING.txt, rating 1 to 10",
                         where, file);
    }
    return append(reviews, &review, err);
}

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

mpcf_status reviews_sort(struct reviews *reviews, const char *where, mpcf_error *err)
{
    if (reviews->count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no reviews in neg and pos", where);
    }
    qsort(reviews->items, reviews->count, sizeof(*reviews->items), compare_reviews);
    for (size_t i = 1; i < reviews->count; i++) {
        const struct review *one = &reviews->items[i];

        if (compare_reviews(one - 1, one) == 0) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: %s/%llu_%d.txt is there twice", where,
                             review_classes[one->label], (unsigned long long) one->id, one->rating);
        }
    }
    return MPCF_OK;
}

void review_name(const struct review *review, const char *split, char name[REVIEW_NAME])
{
    (void) snprintf(name, REVIEW_NAME, "%s/%s/%llu_%d.txt", split, review_classes[review->label],
                    (unsigned long long) review->id, review->rating);
}
