/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a role that fails after it has joined.
 */
#ifndef MPCF_INFERENCE_FAREWELL_H
#define MPCF_INFERENCE_FAREWELL_H

#include <mpcf/error.h>

#include "roles/roles.h"

/* Tells both peers of LINKS why this role ends, STATUS and ERR, in less than a second: file names
 * without their folders, which are this machine's own. */
void farewell_say(const struct roles_links *links, mpcf_status status, const mpcf_error *err);

#endif
