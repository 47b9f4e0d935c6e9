/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which examples run together: grouped by padded length, `batch` an inference.
 */
#ifndef MPCF_INFERENCE_SECURE_BATCHES_H
#define MPCF_INFERENCE_SECURE_BATCHES_H

#include "corpus/corpus.h"
#include "inference/secure_shape.h"
#include "pipeline/pipeline.h"

struct secure_batch {
    struct secure_shape shape;
    const uint32_t *rows; /* numbers in corpus->items, COUNT of them */
    size_t count;         /* at most shape.batch; the rest repeats the last row */
    bool is_done;         /* the user's mark */
};

struct secure_batches {
    struct secure_batch *items; /* shapes ascending by tokens: equal ones are neighbours */
    size_t count;
    size_t largest; /* most batch * tokens of an item */
    uint32_t *order;
};

mpcf_status secure_batches_create(const struct pipeline *p, const struct corpus *corpus,
                                  struct secure_batches *out, mpcf_error *err);
/* In the order of their first rows, so that answers come in about that of the texts; equal shapes are no
 * neighbours then. */
void secure_batches_by_row(struct secure_batches *batches);
/* Examples of all that is not done yet, in whole batches. */
uint32_t secure_batches_left(const struct secure_batches *batches);
void secure_batches_clear(struct secure_batches *batches);

#endif
