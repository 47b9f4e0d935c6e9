/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hide_memory.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/support.h"

/* What prctl(PR_GET_DUMPABLE) says in a process that hid its memory with MPCF_DUMPABLE=WISH. */
static int dumpable_with(const char *wish)
{
    int status = 0;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (wish == NULL) {
            (void) unsetenv("MPCF_DUMPABLE");
        } else {
            (void) setenv("MPCF_DUMPABLE", wish, 1);
        }
        _exit(hide_memory(NULL) == MPCF_OK ? prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) : 99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void memory_is_hidden_unless_asked(void **state)
{
    (void) state;
    assert_int_equal(dumpable_with(NULL), 0);
    assert_int_equal(dumpable_with(""), 0);
    assert_int_equal(dumpable_with("0"), 0);
    assert_int_equal(dumpable_with("1"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_is_hidden_unless_asked)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
