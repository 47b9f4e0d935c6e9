/* SPDX-License-Identifier: Apache-2.0 */
/* How a step of a check says what is wrong. */
#include "check/check.h"

#include <string.h>

bool check_trains(const struct check *c)
{
    const bool *has = c->p->has_stage;

    return c->viewer == VIEW_ALL &&
           (has[STAGE_FINETUNE] || has[STAGE_CONVERT] || has[STAGE_DISTILL]);
}

bool check_makes_student(const struct check *c)
{
    return c->viewer == VIEW_ALL &&
           (c->p->has_stage[STAGE_CONVERT] || c->p->has_stage[STAGE_DISTILL]);
}

mpcf_status check_take_at(struct check *c, const struct yaml_node *at, const char *what,
                          mpcf_status status, mpcf_error *err)
{
    const char *text = mpcf_error_text(err);

    if (status == MPCF_OK || status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED) {
        return status;
    }
    if (what == NULL || strncmp(text, what, strlen(what)) == 0) {
        yaml_problem(c->problems, at, "%s", text);
    } else {
        yaml_problem(c->problems, at, "%s: %s", what, text);
    }
    mpcf_error_reset(err);
    return MPCF_OK;
}

mpcf_status check_take(struct check *c, const char *dotted, mpcf_status status, mpcf_error *err)
{
    return check_take_at(c, key_place(c->p, dotted), dotted, status, err);
}
