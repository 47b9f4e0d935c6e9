/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line between a role's process and the parent that started it in a one-machine run:
 * keys, addresses, results, and why it failed. A local socket that only these two have.
 */
#ifndef MPCF_ROLES_CONTROL_H
#define MPCF_ROLES_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/role_keys.h"

/* Names the socket's number to the child. */
#define CONTROL_VARIABLE "MPCF_CONTROL_FD"
#define CONTROL_MESSAGE  65536 /* longest message to the parent, with the zero */
/* What the parent says of keys: this and role_keys_print(). */
#define CONTROL_KEYS "keys "

struct roles_control;

/* The line of this process; *OUT is NULL where no parent gave one. */
mpcf_status control_open(struct roles_control **out, mpcf_error *err);
void control_close(struct roles_control *c); /* NULL is fine */

/* Where this role listens, for the others. */
mpcf_status control_tell_address(struct roles_control *c, const char *address, mpcf_error *err);
/* Where ROLE listens; valid as long as C. MPCF_E_TIMEOUT, MPCF_E_CLOSED (the parent ended). */
mpcf_status control_ask_address(struct roles_control *c, enum role role, int64_t deadline,
                                const char **address, mpcf_error *err);
/* The keys of this run that the parent drew for this role, which are C's. The same errors, and
 * MPCF_E_FORMAT. */
mpcf_status control_ask_keys(struct roles_control *c, int64_t deadline,
                             const struct role_keys **keys, mpcf_error *err);
/* A result for the parent: TEXT as it is (JSON, say). Too long: MPCF_E_INVALID. */
mpcf_status control_tell_result(struct roles_control *c, const char *text, mpcf_error *err);
/* The last words: STATUS, the error's text, and this process's peak memory. NULL C is fine. */
void control_tell_end(struct roles_control *c, mpcf_status status, const mpcf_error *why);

/* Most memory this process has had since it began, in bytes; 0 where the system does not say. */
uint64_t control_peak_memory(void);

#endif
