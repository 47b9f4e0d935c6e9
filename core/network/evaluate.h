/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network says of a corpus, and how good that is.
 */
#ifndef MPCF_NETWORK_EVALUATE_H
#define MPCF_NETWORK_EVALUATE_H

#include <jansson.h>

#include "corpus/corpus.h"
#include "graph/parameters.h"

/* LOGITS [corpus->count, classes] of GRAPH's output, in the order of the corpus. STAGE names it
 * in progress. */
mpcf_status evaluate_logits(const mpcf_graph *graph, struct parameters *parameters,
                            const struct corpus *corpus, size_t batch, size_t classes,
                            const char *stage, float *logits, mpcf_error *err);

/* The task's metrics of COUNT rows of LOGITS: an object name -> value; rows without a label do
 * not count. ROWS[i] is the item of the corpus that row i is for; NULL: i. NULL result: an error. */
mpcf_status evaluate_metrics(const struct corpus *corpus, const uint32_t *rows, size_t count,
                             const float *logits, size_t classes, json_t **metrics,
                             mpcf_error *err);

/* Both. */
mpcf_status evaluate_network(const mpcf_graph *graph, struct parameters *parameters,
                             const struct corpus *corpus, size_t batch, size_t classes,
                             const char *stage, json_t **metrics, mpcf_error *err);

#endif
