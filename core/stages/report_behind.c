/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a report by the stage that they end with. */
#include "stages/report_behind.h"

#include "report/report.h"
#include "report/report_warnings.h"

/* PART is of what STAGE made, and of nothing that an earlier stage makes anew. */
static const struct {
    enum pipeline_stage stage;
    const char *part;
} parts[] = {
    {STAGE_CONVERT, "converted"},
    {STAGE_CONVERT, "convert"},
    {STAGE_CONVERT, "stages.convert"},
    {STAGE_DISTILL, "student"}, /* without distill it is infer's */
    {STAGE_DISTILL, "training.distill"},
    {STAGE_DISTILL, "stages.distill"},
    {STAGE_INFER, "fixed"},
    {STAGE_INFER, "ranges"},
    {STAGE_INFER, "secure"},
    {STAGE_INFER, "stages.infer"},
};

static const struct {
    enum pipeline_stage stage;
    const char *about;
} warnings[] = {
    {STAGE_CONVERT, "converted.guessing"},
    {STAGE_DISTILL, "student.guessing"},
};

mpcf_status report_drop_behind(json_t *report, enum pipeline_stage stage, mpcf_error *err)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].stage > stage) {
            report_drop(report, parts[i].part);
        }
    }
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
        if (warnings[i].stage > stage) {
            MPCF_TRY(report_warn(report, warnings[i].about, NULL, err));
        }
    }
    if (stage < STAGE_DISTILL) {
        report_drop_losses(report, "distill.layers", 0);
        report_drop_losses(report, "distill.prediction", 0);
    }
    /* Of the secure run; and of a student's calibration, which is looked at again where it is asked for. */
    report_drop(report, stage == STAGE_INFER ? "secure" : "calibration");
    return MPCF_OK;
}
