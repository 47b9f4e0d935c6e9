/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the disk takes what the stages write.
 */
#ifndef MPCF_CHECK_CHECK_ROOM_H
#define MPCF_CHECK_CHECK_ROOM_H

#include "check/check.h"

/* Networks and states of training, in `output`: refused where not one network fits, a warning where not all do. */
mpcf_status check_output_room(struct check *c, mpcf_error *err);
/* Corrections that are dealt ahead by PROGRAM, of the longest texts: refused where all texts are padded to that
 * length, else a warning. */
mpcf_status check_store_room(struct check *c, const struct program *program, mpcf_error *err);

#endif
