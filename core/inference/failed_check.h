/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That a student failed on the secure run's integers when it was made, for whoever uses it later:
 * OUTPUT/stages/reference.failed.json.
 */
#ifndef MPCF_INFERENCE_FAILED_CHECK_H
#define MPCF_INFERENCE_FAILED_CHECK_H

#include "pipeline/pipeline.h"

/* REASON is said of the student with the ranges that are there now. */
mpcf_status failed_check_note(const struct pipeline *p, const char *reason, mpcf_error *err);
mpcf_status failed_check_forget(const struct pipeline *p, mpcf_error *err);
/* A warning where the student that is there is that one. */
void failed_check_warn(const struct pipeline *p);

#endif
