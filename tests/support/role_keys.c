/* SPDX-License-Identifier: Apache-2.0 */
#include "support/role_keys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/support.h"

#define SETS 4

/* A secret is in no forked child, so each process makes its own of these. */
static char texts[SETS][3][ROLE_KEYS_TEXT];
static struct role_keys *sets[SETS][3];
static pid_t owner;

static void forget(void)
{
    for (unsigned set = 0; owner == getpid() && set < SETS; set++) {
        for (unsigned role = 0; role < 3; role++) {
            role_keys_destroy(sets[set][role]);
            sets[set][role] = NULL;
        }
    }
}

static void draw(unsigned set)
{
    struct role_keys *drawn[3];
    assert_int_equal(role_keys_draw(drawn, NULL), MPCF_OK);
    for (unsigned role = 0; role < 3; role++) {
        (void) role_keys_print(drawn[role], texts[set][role]);
        role_keys_destroy(drawn[role]);
    }
}

/* A child's copies of the pointers lead nowhere. */
static void begin_process(void)
{
    if (owner == 0) {
        assert_int_equal(atexit(forget), 0);
    }
    if (owner != getpid()) {
        memset(sets, 0, sizeof(sets));
        owner = getpid();
    }
}

const struct role_keys *test_role_keys(unsigned set, enum role role)
{
    assert_true(set < SETS);
    begin_process();
    if (texts[set][role][0] == '\0') {
        draw(set);
    }
    if (sets[set][role] == NULL) {
        const char *text = texts[set][role];
        assert_int_equal(role_keys_parse(text, strlen(text), "test", &sets[set][role], NULL),
                         MPCF_OK);
    }
    return sets[set][role];
}
