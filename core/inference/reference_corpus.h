/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A corpus by the plaintext reference: the secure run's integers, in the clear.
 */
#ifndef MPCF_INFERENCE_REFERENCE_CORPUS_H
#define MPCF_INFERENCE_REFERENCE_CORPUS_H

#include "corpus/corpus.h"
#include "inference/secure_student.h"

struct reference_outcome {
    double smallest_margin; /* bits left at the fullest node of all rows */
    char margin_node[256];
    size_t outside;           /* rows with a value beyond its range: their answers are NaN */
    size_t marked;            /* those of them that check_ranges finds */
    char outside_reason[512]; /* of the first */
};

/* ANSWERS [corpus->count, student->answer], logits or labels as the secure run has them, in batches
 * of its shapes. STUDENT has weights; its programs are dropped. STAGE names it in progress. */
mpcf_status reference_corpus(struct secure_student *student, const struct corpus *corpus,
                             const char *stage, float *answers, struct reference_outcome *outcome,
                             mpcf_error *err);

#endif
