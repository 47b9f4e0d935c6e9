/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One inference of a session.
 */
#ifndef MPCF_SECURE_SESSION_INFER_H
#define MPCF_SECURE_SESSION_INFER_H

#include <mpcf/error.h>

#include "secure/session_run.h"

struct session; /* session.h */

/* Setup (once a set of masked weights), offline, online, with the next number. All three roles
 * call it with the same sequence of programs. */
mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err);

#endif
