/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which examples run together: grouped by padded length, `batch` a run.
 */
#ifndef MPCF_INFERENCE_SECURE_BATCHES_H
#define MPCF_INFERENCE_SECURE_BATCHES_H

#include "inference/secure_student.h"
#include "program/secure_input.h"
#include "text/corpus.h"

struct secure_plan_run {
    struct secure_shape shape;
    const uint32_t *rows; /* numbers in corpus->items, COUNT of them */
    size_t count;         /* at most shape.batch; the rest repeats the last row */
    bool is_done;         /* the user's mark */
};

struct secure_plan {
    struct secure_plan_run *runs; /* shapes ascending by tokens: equal ones are neighbours */
    size_t count;
    size_t largest; /* most batch * tokens of a run */
    uint32_t *order;
};

mpcf_status secure_plan_create(const struct pipeline *p, const struct corpus *corpus,
                               struct secure_plan *out, mpcf_error *err);
void secure_plan_clear(struct secure_plan *plan);

/* Inputs of one run, right-padded. */
struct secure_rows {
    int32_t *ids, *types, *mask; /* LARGEST of the plan each; one secret block */
    struct secure_input input;
};
mpcf_status secure_rows_create(const struct secure_plan *plan, struct secure_rows *out,
                               mpcf_error *err);
void secure_rows_clear(struct secure_rows *rows);
void secure_rows_fill(struct secure_rows *rows, const struct secure_plan_run *run,
                      const struct corpus *corpus);

#endif
