/* SPDX-License-Identifier: Apache-2.0 */
/* A role's record, and what is said of any run, as a report. */
#include "stages/role_report.h"

#include <stdio.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "stages/infer_report.h"
#include "stages/run_report.h"

static mpcf_status fill(const struct pipeline *p, enum role role, double seconds,
                        const json_t *record, json_t *report, mpcf_error *err)
{
    MPCF_TRY(run_report_begin_role(p, role, report, err));
    MPCF_TRY(report_set_real(report, "run.seconds", seconds, err));
    return infer_report_role(report, role, record, err);
}

static mpcf_status write_in(const char *folder, enum role role, const json_t *report,
                            mpcf_error *err)
{
    if (role != ROLE_USER) {
        return report_write(folder, report, err);
    }
    MPCF_TRY(file_make_private_folder(folder, err));
    return report_write_private(folder, report, err);
}

/* All is written: who asked is told that not all is answered. */
static mpcf_status judge_marked(const json_t *record, mpcf_error *err)
{
    const long long marked = json_integer_value(json_object_get(record, "out_of_range"));

    return marked == 0 ? MPCF_OK
                       : mpcf_fail(err, MPCF_E_RANGE,
                                   "%lld answers are marked out of range "
                                   "(stages.infer.check_ranges): the student was calibrated on "
                                   "other texts; the rest is written",
                                   marked);
}

mpcf_status role_report_write(const struct pipeline *p, enum role role, double seconds,
                              mpcf_error *err)
{
    char name[32], record_name[40];
    char *folder = NULL, *path = NULL;
    json_t *record = NULL, *report = json_object();
    mpcf_status status = MPCF_OK;

    (void) snprintf(name, sizeof name, "infer/%s", role_name(role));
    (void) snprintf(record_name, sizeof record_name, "%s.json", name);
    folder = output_path(p, name);
    path = output_path(p, record_name);
    if (folder == NULL || path == NULL || report == NULL) {
        status = mpcf_fail_memory(err, 0, "a report");
    }
    if (status == MPCF_OK) {
        status = json_read_file(path, &record, err);
    }
    if (status == MPCF_OK) {
        status = fill(p, role, seconds, record, report, err);
    }
    if (status == MPCF_OK) {
        status = write_in(folder, role, report, err);
    }
    if (status == MPCF_OK) {
        status = judge_marked(record, err);
    }
    json_decref(record);
    json_decref(report);
    mpcf_free(folder);
    mpcf_free(path);
    return status;
}
