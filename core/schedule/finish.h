/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of building a program.
 */
#ifndef MPCF_SCHEDULE_FINISH_H
#define MPCF_SCHEDULE_FINISH_H

#include "program/program.h"

/* After the last step and with rings chosen, once: what values and steps know of each other,
 * rounds, digest. MPCF_E_INTERNAL where a step breaks a rule of its kind (it names step and node);
 * MPCF_E_NOMEM, also of what was added before. */
mpcf_status program_finish(struct program *p, mpcf_error *err);

#endif
