/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a checked pipeline: its stages in order, or one of them, or one role of infer.
 */
#ifndef MPCF_STAGES_RUN_PIPELINE_H
#define MPCF_STAGES_RUN_PIPELINE_H

#include "check/run_check.h"
#include "pipeline/open_pipeline.h"

#include "pipeline/needed_files.h"
#include "pipeline/pipeline.h"

struct run_request {
    /* How the file was opened: for the processes of the roles. */
    const struct pipeline_request *source;
    bool one_stage; /* only STAGE */
    enum pipeline_stage stage;
    enum pipeline_viewer viewer; /* VIEW_ALL: this machine; a role: its part of infer alone */
    /* May be NULL; set where all was accepted and stages run: what fails now is the run. */
    bool *has_begun;
};
/* Before anything runs: the files and addresses that the request's viewer needs, records of earlier versions, then
 * all of check/run_check.h; FACTS is for that, too. With FACTS a file that names no stage is accepted: it is for
 * `predict --plain`. */
mpcf_status pipeline_check(const struct pipeline *p, const struct run_request *request,
                           struct run_facts *facts, mpcf_error *err);
/* MPCF_E_INTERRUPTED: stopped by a signal, resumes when run again. */
mpcf_status pipeline_run(const struct pipeline *p, const struct run_request *request,
                         mpcf_error *err);

#endif
