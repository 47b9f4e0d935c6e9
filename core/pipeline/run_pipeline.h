/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a checked pipeline: its stages in order, or one of them, or one role of infer.
 */
#ifndef MPCF_PIPELINE_RUN_PIPELINE_H
#define MPCF_PIPELINE_RUN_PIPELINE_H

#include <jansson.h>

#include "pipeline/pipeline.h"

/* Before anything runs: the files and addresses that VIEWER needs, and whether its config.json makes
 * a network with the file's approximations. */
mpcf_status pipeline_check(const struct pipeline *p, enum pipeline_viewer viewer, mpcf_error *err);

struct run_request {
    const struct pipeline_request
        *source;    /* how the file was opened: for the processes of the roles */
    bool one_stage; /* only STAGE */
    enum pipeline_stage stage;
    enum pipeline_viewer viewer; /* VIEW_ALL: this machine; a role: its part of infer alone */
};
/* MPCF_E_INTERRUPTED: stopped by a signal, resumes when run again. */
mpcf_status pipeline_run(const struct pipeline *p, const struct run_request *request,
                         mpcf_error *err);

/* What infer costs, without a peer: per padded length rounds, bytes, dealer's bytes, and time
 * on a network of that delay and rate. *OUT: json_decref(). Needs the student's public part. */
struct cost_network {
    const char *name;     /* "lan" */
    double delay_seconds; /* one way */
    double bytes_per_second;
};

mpcf_status pipeline_cost(const struct pipeline *p, const struct cost_network *network,
                          json_t **out, mpcf_error *err);
/* The same for people; mpcf_free(). NULL: memory. */
char *pipeline_cost_table(const json_t *cost);

#endif
