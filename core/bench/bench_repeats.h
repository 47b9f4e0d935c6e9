/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user learns who asks for one text again and again: truncations round at random, so that
 * answers differ, and their mean has more bits than each.
 */
#ifndef MPCF_BENCH_BENCH_REPEATS_H
#define MPCF_BENCH_BENCH_REPEATS_H

#include <stddef.h>

#include <jansson.h>

#include "pipeline/pipeline.h"

struct bench_repeats_request {
    const struct pipeline *pipeline; /* whose student there is, with two classes or more */
    size_t row;                      /* of the evaluation split: the text */
    size_t repeats;                  /* secure inferences of it, of one session */
};

/*
 * *OUT (json_decref()): {"tokens", "repeats", "logit_fraction", "float", "reference": the logit of
 * the first label, "logits": [{"repeats", "deviation" of their mean, "error_to_float",
 * "error_to_reference", "more_bits"}, ..], "labels": [{"margin", "others", "share"}, ..],
 * "spread": {"deviation", "error"} or null}.
 * The second part shows labels alone (`reveal: label`), with the classifier's bias moved so that the
 * first label is MARGIN above the second; OTHERS of the answers are not the first. From how their share
 * falls follows the deviation with which margins are rounded, and to what error REPEATS labels of a
 * text that is a tie tell its margin.
 */
mpcf_status bench_repeats(const struct bench_repeats_request *request, json_t **out,
                          mpcf_error *err);
/* For people; mpcf_free(). NULL: memory. */
char *bench_repeats_table(const json_t *result);

#endif
