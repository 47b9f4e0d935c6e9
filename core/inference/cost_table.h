/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pipeline costs, for people.
 */
#ifndef MPCF_INFERENCE_COST_TABLE_H
#define MPCF_INFERENCE_COST_TABLE_H

#include <jansson.h>

/* Of what pipeline_cost() gave; mpcf_free(). NULL: memory. */
char *cost_table(const json_t *cost);
/* Of {"sets": [{"approximations", "cost" or "failed"}]}: beside each other, by length. */
char *cost_sets_table(const json_t *result);

#endif
