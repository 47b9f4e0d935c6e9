/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network's numbers say of a text, told in the order of the texts, each as soon as those before
 * it are told.
 */
#ifndef MPCF_PREDICT_ANSWERS_H
#define MPCF_PREDICT_ANSWERS_H

#include <stdbool.h>

#include <jansson.h>
#include <mpcf/dataset.h>

#include "text/corpus.h"

struct prediction {
    uint64_t index;    /* of the text, from 0 */
    const char *label; /* of the largest logit, the first of equal ones; NULL: a score */
    const double
        *probabilities;  /* [COUNT], softmax of the logits; NULL: a score, or a label alone */
    const float *logits; /* [COUNT], the first of a score being the score; NULL: a label alone */
    size_t count;
};
/* An error ends the run. */
typedef mpcf_status predict_show(void *context, const struct prediction *p, mpcf_error *err);

struct answers {
    predict_show *show;
    void *context;
    const mpcf_task *task;
    json_t *config; /* its own reference */
    size_t classes;
    bool is_label;         /* an answer is the number of its class, and nothing else */
    double *probabilities; /* [classes] */
    bool *is_there;        /* of the corpus, [count] */
    size_t count, next;    /* of the corpus; the first that is not told yet */
    uint64_t first;        /* index of its first text */
};

/* For a network of CONFIG. */
mpcf_status answers_begin(struct answers *a, const mpcf_task *task, json_t *config, size_t classes,
                          bool is_label, mpcf_error *err);
/* The texts that follow; those before are all told. */
mpcf_status answers_expect(struct answers *a, const struct corpus *corpus, mpcf_error *err);
/* NUMBERS [corpus->count, classes, or 1 of a label] has those of ROWS now. A number that is not finite:
 * MPCF_E_RANGE. */
mpcf_status answers_take(struct answers *a, const uint32_t *rows, size_t count,
                         const float *numbers, mpcf_error *err);
void answers_clear(struct answers *a);

#endif
