/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is started as the processes of the three roles, and who hears what they say.
 */
#ifndef MPCF_ROLES_LAUNCH_H
#define MPCF_ROLES_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "channel/role.h"

/* Called on the caller's thread. TEXT: one line that a role wrote to standard output or error,
 * or one control_tell_result(). */
typedef void local_text(void *context, enum role role, const char *text);

struct local_run {
    const char *program;          /* NULL: this one */
    const char *const *arguments; /* behind the program's name, NULL ends; "--role R" follows */
    const char *const *user_arguments; /* behind "--role user"; NULL: none */
    bool user_speaks; /* its standard input and output are this process's, not `line`'s */
    const char *const *environment; /* more "NAME=value", NULL ends; may be NULL */
    int64_t timeout_ns;             /* of the whole run; MPCF_NO_DEADLINE: none */
    local_text *line, *result;      /* NULL: logged; left out */
    void *context;
};

#endif
