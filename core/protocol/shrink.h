/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local division by a power of two, shared by SHRINK and the local form of LIFT.
 */
#ifndef MPCF_PROTOCOL_SHRINK_H
#define MPCF_PROTOCOL_SHRINK_H

#include "protocol/step_row.h"

mpcf_status shrink_fixed(struct fixed_run *r, const struct step *s, mpcf_error *err);
mpcf_status shrink_compute(struct party *p, const struct step *s, mpcf_error *err);

#endif
