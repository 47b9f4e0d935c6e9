/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a stage alone may go on from what the stages before it left. */
#include "stages/stale.h"

#include "stages/made_with.h"
#include "stages/record.h"

/* The record of STAGE says what it was made with, or that it was not made. */
static mpcf_status check_before(const struct pipeline *p, enum pipeline_stage stage,
                                enum pipeline_stage asked, const json_t *record, mpcf_error *err)
{
    const char *key = json_string_value(json_object_get(record, "key"));

    if (key == NULL || (*key == '\0' && asked == STAGE_DISTILL && stage == STAGE_CONVERT)) {
        return MPCF_OK; /* distill begins with the teacher */
    }
    if (*key == '\0') {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "%s: %s alone would go on from what %s left in '%s' when it was "
                         "interrupted: `mpcf-host run %s` without --stage goes on with it, or "
                         "`--stage %s` first",
                         p->file, pipeline_stage_name(asked), pipeline_stage_name(stage), p->output,
                         p->file, pipeline_stage_name(stage));
    }
    return made_with_check(json_object_get(record, "made"), p, stage, asked, err);
}

static bool has_record(const struct pipeline *p, enum pipeline_stage stage)
{
    json_t *record = stage_record(p, stage);
    const bool has = record != NULL;

    json_decref(record);
    return has;
}

/* Whoever makes the teacher anew takes the records of its students away. */
static mpcf_status check_age(const struct pipeline *p, enum pipeline_stage asked, mpcf_error *err)
{
    const bool makes = p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL];

    if (asked != STAGE_INFER || !makes || !p->has_stage[STAGE_FINETUNE] ||
        !has_record(p, STAGE_FINETUNE) || has_record(p, STAGE_CONVERT) ||
        has_record(p, STAGE_DISTILL)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "%s: the student in '%s' is of another teacher than the one that finetune "
                     "made since: `mpcf-host run %s` without --stage makes it anew",
                     p->file, p->output, p->file);
}

mpcf_status stage_refuse_stale(const struct pipeline *p, enum pipeline_stage asked, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < (size_t) asked; i++) {
        if (p->has_stage[i]) {
            json_t *record = stage_record(p, (enum pipeline_stage) i);

            status = check_before(p, (enum pipeline_stage) i, asked, record, err);
            json_decref(record);
        }
    }
    return status == MPCF_OK ? check_age(p, asked, err) : status;
}
