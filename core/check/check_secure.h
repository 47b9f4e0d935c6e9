/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secure run: its program for the longest texts, and the student that is there already.
 */
#ifndef MPCF_CHECK_CHECK_SECURE_H
#define MPCF_CHECK_CHECK_SECURE_H

#include "check/check.h"

/* The student that this run is to make: lowered without weights and ranges. */
mpcf_status check_trial(struct check *c, mpcf_error *err);
/* The student of OUTPUT, as C's viewer opens it, lowered with its ranges. */
mpcf_status check_made_student(struct check *c, mpcf_error *err);

/* What earlier runs left in the way: a store of an earlier version, a damaged count of questions. */
mpcf_status check_left_over(struct check *c, mpcf_error *err);

#endif
