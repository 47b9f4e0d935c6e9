/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All three roles on one machine, each a process of its own.
 */
#ifndef MPCF_ROLES_LOCAL_RUN_H
#define MPCF_ROLES_LOCAL_RUN_H

#include <stdint.h>

#include <mpcf/error.h>

#include "roles/launch.h"

struct local_outcome {
    uint64_t peak_rss_bytes[3]; /* by role; 0 where it died first */
    double seconds;
};

/*
 * Starts provider, dealer and user (exec of the program, with a line to this process:
 * control.h), gives each its keys, drawn for this run, tells them each other's addresses, and
 * waits. Where one fails the others are
 * ended, and the error is the reason of the one that failed first: not the echo ("peer closed
 * the connection") in the others. Children end with this process, whatever ends it. Nothing is
 * left running on return. In a process that was started so itself: MPCF_E_CONFIG. Past the timeout:
 * MPCF_E_TIMEOUT; interrupted: MPCF_E_INTERRUPTED.
 */
mpcf_status local_run(const struct local_run *run, struct local_outcome *outcome, mpcf_error *err);

#endif
