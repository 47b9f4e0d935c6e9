/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a role that fails after it has joined.
 */
#ifndef MPCF_INFERENCE_FAREWELL_H
#define MPCF_INFERENCE_FAREWELL_H

#include <mpcf/error.h>

#include "roles/roles.h"

/*
 * Tells both peers of LINKS why this role ends, STATUS and ERR, in less than a second. ERR's words
 * are said where they are of links, of files or of memory: names of files without their folders,
 * which are this machine's own. What is wrong with inputs or settings is this role's alone: of that
 * the peers hear only that it is so.
 */
void farewell_say(const struct roles_links *links, mpcf_status status, const mpcf_error *err);

#endif
