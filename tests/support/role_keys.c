/* SPDX-License-Identifier: Apache-2.0 */
#include "support/role_keys.h"

#include <stdlib.h>

#include "support/support.h"

#define SETS 4

static struct role_keys *sets[SETS][3];

static void forget(void)
{
    for (unsigned set = 0; set < SETS; set++) {
        for (unsigned role = 0; role < 3; role++) {
            role_keys_destroy(sets[set][role]);
        }
    }
}

const struct role_keys *test_role_keys(unsigned set, enum role role)
{
    static bool prepared;
    assert_true(set < SETS);
    if (!prepared) {
        prepared = true;
        assert_int_equal(atexit(forget), 0);
    }
    if (sets[set][role] == NULL) {
        assert_int_equal(role_keys_draw(sets[set], NULL), MPCF_OK);
    }
    return sets[set][role];
}
