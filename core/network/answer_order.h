/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a network's answers to labelled rows speak against the order of its classes' names.
 */
#ifndef MPCF_NETWORK_ANSWER_ORDER_H
#define MPCF_NETWORK_ANSWER_ORDER_H

#include <stdbool.h>

#include <jansson.h>

#include "base/text.h"
#include "corpus/corpus.h"
#include "metrics/class_order.h"

/* From LOGITS [corpus->count, classes]. false: no classes, or too many of them. */
bool answer_order_judge(const struct corpus *corpus, const float *logits, size_t classes,
                        struct class_order *out);
/* "[b, a]": TASK's labels, or their numbers, in ORDER. */
void answer_order_list(const mpcf_task *task, const struct class_order *order,
                       struct text_buffer *out);
/* "far below the 0.33 of guessing", or what else ORDER's accuracy is beside it. */
void answer_order_beside(const struct class_order *order, struct text_buffer *out);
/* What to do where ORDER is the network's: the labels to write, which CONFIG's names do not speak against, or else
 * how the names are mended. */
void answer_order_advise(const mpcf_task *task, const struct class_order *order,
                         const json_t *config, struct text_buffer *out);
/* What to say of NETWORK ("teacher"), which has CONFIG, where another order fits and TASK's does not; else nothing. */
void answer_order_tell(const mpcf_task *task, const struct class_order *order, const json_t *config,
                       const char *network, struct text_buffer *out);

#endif
