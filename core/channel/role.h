/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who takes part in a secure run.
 */
#ifndef MPCF_CHANNEL_ROLE_H
#define MPCF_CHANNEL_ROLE_H

#include <stdbool.h>

enum role { ROLE_PROVIDER = 0, ROLE_USER = 1, ROLE_DEALER = 2 };

const char *role_name(enum role role); /* "provider" */
/* false: no such role. */
bool role_parse(const char *name, enum role *role);

#endif
