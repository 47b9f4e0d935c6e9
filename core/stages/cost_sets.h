/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer would cost with other approximations, before there is a student with them.
 */
#ifndef MPCF_STAGES_COST_SETS_H
#define MPCF_STAGES_COST_SETS_H

#include "inference/pipeline_cost.h"
#include "pipeline/open_pipeline.h"

/* "quad,2quad" or "quad,2quad,dyt": activation, normaliser and what stands in for layer norm, by name. */
bool cost_set_is_well_formed(const char *set);

/* Each of SETS stands in the slots of all layers of SOURCE's network, in place of what the file names. Its ranges are of
 * the teacher's weights on the training rows that stages.calibrate names, as convert measures them, so that a
 * set costs what it would once converted; distillation may change ranges, and so rings.
 * *OUT, json_decref(): {"ranges": "teacher", "sets": [{"approximations", "cost" (pipeline_cost()), or "failed": why
 * it cannot run}]}. A set that the file's own checks refuse (an unknown name) fails all: MPCF_E_CONFIG. */
mpcf_status cost_sets(const struct pipeline_request *source, const char *const *sets, size_t count,
                      const struct cost_request *request, json_t **out, mpcf_error *err);

#endif
