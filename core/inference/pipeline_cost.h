/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer costs by the cost engine, before any role is started.
 */
#ifndef MPCF_INFERENCE_PIPELINE_COST_H
#define MPCF_INFERENCE_PIPELINE_COST_H

#include <jansson.h>

#include "inference/cost_network.h"
#include "inference/machine_figure.h"
#include "inference/secure_student.h"
#include "pipeline/pipeline.h"

struct cost_request {
    const struct named_network *network; /* of `seconds`; the others are told beside it */
    const struct machine_figure *figure; /* NULL: computing is not priced */
    bool by_layer;
};

/* Per padded length rounds, bytes, dealer's bytes, and time on each network. *OUT: json_decref(). Needs
 * the student's public part. */
mpcf_status pipeline_cost(const struct pipeline *p, const struct cost_request *request,
                          json_t **out, mpcf_error *err);
/* The same of a student that is open: its graph, ranges and options are all that counts. */
mpcf_status student_cost(const struct pipeline *p, struct secure_student *student,
                         const struct cost_request *request, json_t **out, mpcf_error *err);

#endif
