/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer costs by the cost engine, before any role is started.
 */
#ifndef MPCF_INFERENCE_PIPELINE_COST_H
#define MPCF_INFERENCE_PIPELINE_COST_H

#include <jansson.h>

#include "inference/cost_network.h"
#include "pipeline/pipeline.h"

/* Per padded length rounds, bytes, dealer's bytes, and time on NETWORK. *OUT: json_decref(). Needs
 * the student's public part. */
mpcf_status pipeline_cost(const struct pipeline *p, const struct cost_network *network,
                          json_t **out, mpcf_error *err);
/* The same for people; mpcf_free(). NULL: memory. */
char *pipeline_cost_table(const json_t *cost);

#endif
