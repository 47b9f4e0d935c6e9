/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a check, and what its mistakes are told as. */
#include "check/run_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "check/check.h"
#include "check/check_memory.h"
#include "check/check_networks.h"
#include "check/check_room.h"
#include "check/check_secure.h"
#include "pipeline/output.h"
#include "roles/control.h"

/* One machine: from the model's folder on. */
static mpcf_status check_here(struct check *c, mpcf_error *err)
{
    const char *folder = c->p->model_path;

    MPCF_TRY(check_networks(c, folder, "model.path", err));
    if (check_trains(c) || pipeline_is_for_predict(c->p)) { /* infer alone works from the student */
        MPCF_TRY(check_weights(c, "model.path", err));
    }
    MPCF_TRY(check_texts(c, folder, "model.path", err));
    MPCF_TRY(check_training_needs(c, err));
    MPCF_TRY(check_output_room(c, err));
    if (check_makes_student(c)) {
        return check_trial(c, err);
    }
    return c->p->has_stage[STAGE_INFER] ? check_made_student(c, err) : MPCF_OK;
}

/* The student, the user's texts, the programs: what a role that runs opens next, before it meets anybody. */
static mpcf_status check_opened(struct check *c, const char *folder, mpcf_error *err)
{
    if (c->viewer == VIEW_PROVIDER) {
        MPCF_TRY(check_weights(c, "output", err));
    }
    if (c->viewer == VIEW_USER) {
        MPCF_TRY(check_texts(c, folder, "output", err));
    }
    return c->student.network != NULL ? check_made_student(c, err) : MPCF_OK;
}

static mpcf_status check_role(struct check *c, mpcf_error *err)
{
    char *folder = output_path(c->p, c->viewer == VIEW_PROVIDER ? "student" : "student/public");
    mpcf_status status = folder != NULL ? check_networks(c, folder, "output", err)
                                        : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK && c->is_alone) {
        status = check_opened(c, folder, err);
    }
    mpcf_free(folder);
    return status;
}

/* What opening things has to say it says when the run opens them. */
static mpcf_status check_quietly(struct check *c, mpcf_error *err)
{
    const enum log_level before = log_level();
    mpcf_status status;

    if (before < LOG_WARN) {
        log_set_level(LOG_WARN);
    }
    status = c->viewer == VIEW_ALL ? check_here(c, err) : check_role(c, err);
    if (status == MPCF_OK) {
        status = check_left_over(c, err);
    }
    log_set_level(before);
    return status;
}

/* Also of data and folders: the file names them, and nothing ran. */
static mpcf_status fail_with(struct check *c, mpcf_error *err)
{
    const char *lines = yaml_problems_text(c->problems);

    return mpcf_fail(err, MPCF_E_CONFIG, "%.*s", (int) strlen(lines) - 1, lines);
}

mpcf_status run_check(const struct pipeline *p, enum pipeline_viewer viewer,
                      struct run_facts *facts, mpcf_error *err)
{
    struct run_facts own = {0};
    struct check c = {.p = p,
                      .viewer = viewer,
                      .is_alone = facts != NULL,
                      .problems = yaml_problems_create(),
                      .facts = facts != NULL ? facts : &own};
    mpcf_status status =
        c.problems != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a list of mistakes");

    if (status == MPCF_OK && getenv(CONTROL_VARIABLE) == NULL) {
        status = check_quietly(&c, err);
    }
    if (status == MPCF_OK && yaml_problems_count(c.problems) > 0) {
        status = fail_with(&c, err);
    }
    tokenizer_close(c.tokenizer);
    loaded_network_clear(&c.student);
    loaded_network_clear(&c.exact);
    yaml_problems_destroy(c.problems);
    return status;
}
