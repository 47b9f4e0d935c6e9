/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far one set of answers is from another, and when that is too far to go on.
 */
#ifndef MPCF_STAGES_DIFFERENCE_H
#define MPCF_STAGES_DIFFERENCE_H

#include "corpus/corpus.h"
#include "pipeline/pipeline.h"

/* What the float student and the plaintext reference say of the evaluation split. */
struct infer_evaluation {
    const struct corpus *corpus;
    size_t classes;
    size_t answer;    /* as struct secure_student has it: CLASSES logits, or a label */
    float *exact;     /* [corpus->count, classes]: logits of the float student */
    float *reference; /* [corpus->count, answer]; may be NULL */
    bool has_marks;   /* answers may be marked (inference/marked_answer.h) */
};

/* Rows whose first label is less above the second are as good as a tie; scores closer than that agree. */
#define NEAR_MARGIN 0.02

struct difference {
    bool leaves_out; /* marked answers, which are no answers: not counted */
    size_t left_out;
    size_t count, agreeing;
    bool has_logits; /* of both: LARGEST means something */
    double largest;
    double margin;    /* of the surest answer that differs; 0: none does */
    size_t differing; /* that are no near ties */
    size_t near;      /* rows that are */
    size_t broken;    /* of EXACT: not finite */
    double surest;    /* the largest margin of EXACT */
};

/* One more row: A of WIDTH numbers (logits, or a label) beside EXACT, CLASSES logits. NaN agrees with nothing. */
void difference_add(struct difference *d, const float *a, size_t width, const float *exact,
                    size_t classes);

/*
 * MPCF_E_RANGE, with what to do: the plaintext reference of E (which has one) and the float student differ on more than
 * 0.5 % and more than 2 of the rows, near ties not counted; or on as many with them, where most rows are near
 * ties; or of 8 rows or more none is surer than one unit of the logits that the user learns; or a logit of the float
 * student is not finite. stages.infer.allow_difference lets all but the last pass, with a warning. ROWS says what
 * they are.
 */
mpcf_status difference_judge(const struct pipeline *p, const struct infer_evaluation *e,
                             const char *rows, mpcf_error *err);

#endif
