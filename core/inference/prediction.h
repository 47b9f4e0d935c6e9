/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the numbers that a network gives for a text say, by name, and as a line of JSON.
 */
#ifndef MPCF_INFERENCE_PREDICTION_H
#define MPCF_INFERENCE_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <mpcf/dataset.h>

#include "base/text.h"

struct prediction {
    uint64_t index; /* of the text, from 0 */
    bool is_cut;    /* the text had more tokens than it may have */
    bool is_marked; /* check_ranges: a value of the text was out of range, and there is no answer */
    bool has_row;
    uint64_t row;      /* in the dataset's split */
    const char *label; /* of the largest logit, the first of equal ones; NULL: a score */
    const double
        *probabilities;  /* [COUNT], softmax of the logits; NULL: a score, or a label alone */
    const float *logits; /* [COUNT], of a score the score; NULL: a label alone */
    size_t count;
};

struct predictor {
    const mpcf_task *task;
    json_t *config; /* its own reference */
    size_t classes, width;
    bool is_label;
    bool has_marks;        /* numbers that are NaN are a mark (marked_answer.h); set behind begin */
    double *probabilities; /* [classes] */
    char made[32];         /* a name where there is none */
};

/* Answers of a network of CONFIG are CLASSES logits (1: a score) or, IS_LABEL, the number of the class
 * alone. */
mpcf_status predictor_begin(struct predictor *p, const mpcf_task *task, json_t *config,
                            size_t classes, bool is_label, mpcf_error *err);
/* *OUT: what NUMBERS [p->width] say; valid until the next call. */
void predictor_read(struct predictor *p, const float *numbers, struct prediction *out);
void predictor_clear(struct predictor *p);

/* {"index": 0, "label": "yes", "probabilities": [..], "logits": [..]}, with "row" behind "index" where
 * there is one, "score" for a label where that is it, {"index": 0, "out_of_range": true} where that is all, and at the end "cut": true where the text was; ends with a
 * newline. */
mpcf_status prediction_print(const struct prediction *p, struct text_buffer *out, mpcf_error *err);

#endif
