/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network said of labelled rows, as the report has it: metrics and their intervals, predictions by
 * class, scores beside labels. Counts only, no row.
 */
#ifndef MPCF_NETWORK_JUDGED_H
#define MPCF_NETWORK_JUDGED_H

#include <jansson.h>

#include "corpus/corpus.h"

struct judged {
    const struct corpus *corpus;
    const uint32_t *rows; /* item that row i is of; NULL: i */
    size_t count;
    const float *answers; /* [count, width] */
    size_t width;         /* logits, or 1: a label or a score */
};

/* Replaces NETWORK.metrics, .rows, .intervals, .confusion, .scatter, .right, .guessing (docs/report.md). */
mpcf_status judged_report(json_t *report, const char *network, const struct judged *judged,
                          mpcf_error *err);
/* Forgets them: an earlier run's. */
void judged_drop(json_t *report, const char *network);

#endif
