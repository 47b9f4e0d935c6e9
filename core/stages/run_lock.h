/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of stages at a time in an output folder. Roles that are started one by one take no part in it: each
 * writes its own files there, and several may share a folder.
 */
#ifndef MPCF_STAGES_RUN_LOCK_H
#define MPCF_STAGES_RUN_LOCK_H

#include <mpcf/error.h>

#include "pipeline/pipeline.h"

/* *LOCK is held until run_lock_release(), or this process ends, however it does. MPCF_E_INVALID: another run has it,
 * with its process's number. The folder stages/ is there. */
mpcf_status run_lock_take(const struct pipeline *p, int *lock, mpcf_error *err);
void run_lock_release(int lock);

#endif
