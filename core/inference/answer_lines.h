/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OUTPUT/infer/answers.jsonl, mode 0600: a line for each answer of the user's role as it comes, for
 * people and tools; in the order of the rows once all are there. kept_answers.h is what a run goes on
 * from.
 */
#ifndef MPCF_INFERENCE_ANSWER_LINES_H
#define MPCF_INFERENCE_ANSWER_LINES_H

#include "corpus/corpus.h"
#include "inference/prediction.h"

struct answer_lines;

/* A new file in FOLDER, in the place of one that was there. P and CORPUS must live as long. */
mpcf_status answer_lines_open(const char *folder, struct predictor *p, const struct corpus *corpus,
                              struct answer_lines **out, mpcf_error *err);
/* Adds the examples ROWS of ANSWERS, [corpus->count, p->width]. */
mpcf_status answer_lines_add(struct answer_lines *l, const uint32_t *rows, size_t count,
                             const float *answers, mpcf_error *err);
/* All of ANSWERS, in order, in its place. */
mpcf_status answer_lines_finish(struct answer_lines *l, const float *answers, mpcf_error *err);
const char *answer_lines_path(const struct answer_lines *l);
void answer_lines_close(struct answer_lines *l); /* NULL is fine; the file stays */

#endif
