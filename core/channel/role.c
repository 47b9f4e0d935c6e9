/* SPDX-License-Identifier: Apache-2.0 */
/* How the roles are called. */
#include "channel/role.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const role_names[] = {"provider", "user", "dealer"};

const char *role_name(enum role role)
{
    assert((size_t) role < 3);
    return role_names[role];
}

bool role_parse(const char *name, enum role *role)
{
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *role = (enum role) i;
            return true;
        }
    }
    return false;
}
