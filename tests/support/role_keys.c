/* SPDX-License-Identifier: Apache-2.0 */
#include "support/role_keys.h"

#include "support/support.h"

#define SETS 4

/* In ordinary memory: what is secret is not there in a process that a test forks. */
static struct role_keys sets[SETS][3];
static bool drawn[SETS];

static void draw(unsigned set)
{
    struct role_keys *made[3];

    assert_int_equal(role_keys_draw(made, NULL), MPCF_OK);
    for (unsigned role = 0; role < 3; role++) {
        sets[set][role] = *made[role];
        role_keys_destroy(made[role]);
    }
    drawn[set] = true;
}

const struct role_keys *test_role_keys(unsigned set, enum role role)
{
    assert_true(set < SETS);
    if (!drawn[set]) {
        draw(set);
    }
    return &sets[set][role];
}
