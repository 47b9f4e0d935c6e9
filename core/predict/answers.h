/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers told in the order of the texts, each as soon as those before it are told.
 */
#ifndef MPCF_PREDICT_ANSWERS_H
#define MPCF_PREDICT_ANSWERS_H

#include <stdbool.h>

#include "corpus/corpus.h"
#include "inference/prediction.h"

/* An error ends the run. */
typedef mpcf_status predict_show(void *context, const struct prediction *p, mpcf_error *err);

struct answers {
    predict_show *show;
    void *context;
    struct predictor predictor; /* begun before the first text is expected */
    bool *is_there;             /* of the corpus, [count] */
    size_t marked;              /* of those told */
    const bool *is_cut;         /* the same: its text was too long; not its own */
    size_t count, next;         /* of the corpus; the first that is not told yet */
    uint64_t first;             /* index of its first text */
};

/* The texts that follow, and which of them were cut, which lives as long; those before are all told. */
mpcf_status answers_expect(struct answers *a, const struct corpus *corpus, const bool *is_cut,
                           mpcf_error *err);
/* NUMBERS [corpus->count, predictor.width] has those of ROWS now. One that is not finite:
 * MPCF_E_RANGE. */
mpcf_status answers_take(struct answers *a, const uint32_t *rows, size_t count,
                         const float *numbers, mpcf_error *err);
/* All are told. MPCF_E_RANGE: some are marked. */
mpcf_status answers_judge(const struct answers *a, mpcf_error *err);
void answers_clear(struct answers *a);

#endif
