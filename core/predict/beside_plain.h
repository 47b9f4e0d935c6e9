/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of the roles beside those of the same student in floats, where its weights are on this machine.
 */
#ifndef MPCF_PREDICT_BESIDE_PLAIN_H
#define MPCF_PREDICT_BESIDE_PLAIN_H

#include "corpus/corpus.h"
#include "inference/secure_student.h"

struct beside_plain;

/* With the weights of P's student. */
mpcf_status beside_plain_open(const struct pipeline *p, struct beside_plain **out, mpcf_error *err);
void beside_plain_close(struct beside_plain *b); /* NULL is fine */

/* ANSWERS, [corpus->count, width] as the roles gave them, logits or labels, has those of ROWS: a warning for
 * each that is further from the floats than rounding explains. */
mpcf_status beside_plain_look(struct beside_plain *b, const struct corpus *corpus,
                              const uint32_t *rows, size_t count, const float *answers,
                              mpcf_error *err);
/* A warning with what to do where there was one, once. */
void beside_plain_sum_up(const struct beside_plain *b);

#endif
