/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files, addresses, keys and writable folders a role needs before it starts.
 */
#ifndef MPCF_PIPELINE_NEEDED_FILES_H
#define MPCF_PIPELINE_NEEDED_FILES_H

#include "pipeline/pipeline.h"

/* What pipeline_check_files() looks for. */
enum pipeline_viewer {
    VIEW_ALL = -1, /* one machine */
    VIEW_PROVIDER = ROLE_PROVIDER,
    VIEW_USER = ROLE_USER,
    VIEW_DEALER = ROLE_DEALER,
    VIEW_PUBLIC /* no role: who prices the run */
};
/* The files this role needs before it starts: for the provider of a run without earlier stages
 * the student, for the user the data and student/public, for the dealer student/public;
 * addresses and keys (link_keys.h), where no parent tells them; and folders that can be written, as
 * far as a look tells. All that is missing is named. MPCF_E_CONFIG.
 * A file without a stage to run is a mistake for all but VIEW_PUBLIC. */
mpcf_status pipeline_check_files(const struct pipeline *p, enum pipeline_viewer viewer,
                                 mpcf_error *err);
/* The student of this machine alone, where no stage runs that makes it. */
mpcf_status pipeline_check_student(const struct pipeline *p, mpcf_error *err);
/* The same for texts of the user's own (`mpcf-host predict`): no stage, no data, no folder of results;
 * VIEW_ALL: three roles on this machine. */
mpcf_status pipeline_check_predict(const struct pipeline *p, enum pipeline_viewer viewer,
                                   mpcf_error *err);
/* Whether P is no run's file, as it has no section `stages`: texts are asked with it (`mpcf-host predict`). */
bool pipeline_is_for_predict(const struct pipeline *p);
/* What `predict --plain` needs of such a file: the checkpoint, and the data where it names some. */
mpcf_status pipeline_check_plain(const struct pipeline *p, mpcf_error *err);

#endif
