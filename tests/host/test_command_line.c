/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit status and messages of the command line itself.
 */
#include <stdio.h>
#include <stdlib.h>

#include <mpcf/plugin.h>

#include "support/program.h"
#include "support/support.h"

static void help_and_version_are_there(void **state)
{
    char version[64];

    (void) state;
    (void) snprintf(version, sizeof version, "plug-in ABI %d.%d", MPCF_ABI_MAJOR, MPCF_ABI_MINOR);
    ASSERT_HOST(0, "usage: mpcf-host", "--help");
    ASSERT_HOST(0, version, "--version");
    ASSERT_HOST(0, "--stage STAGE", "run", "--help");
    ASSERT_HOST(0, "--network", "cost", "--help");
    ASSERT_HOST(0, "--tokens", "bench", "--help");
    ASSERT_HOST(0, "KIND NAME", "plugin", "new", "--help");
    ASSERT_HOST(0, "FOLDER", "example", "--help");
    ASSERT_HOST(0, "plugin check", "help");
    ASSERT_HOST(0, "--stage STAGE", "help", "run");
    ASSERT_HOST(0, "--plugin-dir", "help", "plugin", "check");
    ASSERT_HOST(0, "plugin new KIND NAME", "help", "plugin");
    ASSERT_HOST(0, "plugin new KIND NAME", "plugin", "--help");
    ASSERT_HOST(0, "keys new FOLDER", "keys", "-h");
    ASSERT_HOST(0, "NAME|FILE.so", "plugin", "check", "--help");
    ASSERT_HOST(2, "did you mean 'run'?", "help", "rnu");
}

static void wrong_words_end_with_two(void **state)
{
    (void) state;
    assert_program(2, "usage:", NULL, (const char *const[]){NULL});
    ASSERT_HOST(2, "there is no command 'rum'; did you mean 'run'?", "rum");
    ASSERT_HOST(2, "there is no command 'rnu'; did you mean 'run'?", "rnu", "x.yaml");
    ASSERT_HOST(2, "there is no command 'xyzzyx', and", "xyzzyx", "x.yaml");
    ASSERT_HOST(2, "did you mean 'plugin check'?", "plugin", "chek");
    ASSERT_HOST(2, "did you mean 'plugin check'?", "plguin", "check", "x.so");
    ASSERT_HOST(2, "expected one of 'plugin list', 'plugin show'", "plugin");
    ASSERT_HOST(2, "there is no option '--stge'; did you mean '--stage'?", "run", "--stge", "x");
    ASSERT_HOST(2, "'--stage' needs a value", "run", "a.yaml", "--stage");
    ASSERT_HOST(2, "'--check' takes no value", "run", "a.yaml", "--check=yes");
    ASSERT_HOST(2, "expected PIPELINE.yaml", "run");
    ASSERT_HOST(2, "'b.yaml' is one word too many", "run", "a.yaml", "b.yaml");
    ASSERT_HOST(2, "there is no file 'nowhere.yaml'", "nowhere.yaml");
    ASSERT_HOST(2, "did you mean 'finetune'?", "a.yaml", "--stage", "finetun");
    ASSERT_HOST(2, "roles are provider, user, dealer", "a.yaml", "--role", "cook");
    ASSERT_HOST(2, "--role is for the stage infer", "a.yaml", "--role", "user", "--stage",
                "convert");
    ASSERT_HOST(2, "--approximations 'quad': expected ACTIVATION,NORMALISER", "cost", "/dev/null",
                "--approximations", "quad");
    ASSERT_HOST(2, "there is no network 'man'; networks are lan, campus, wan", "cost", "a.yaml",
                "--network", "man");
    ASSERT_HOST(2, "did you mean 'secure'?", "bench", "secur");
    ASSERT_HOST(2, "'a.yaml' is one word too many: bench secure takes no file", "bench", "secure",
                "a.yaml");
    ASSERT_HOST(2, "bench kernels takes no file", "bench", "kernels", "a.yaml");
    ASSERT_HOST(2, "bench transports takes no file", "bench", "transports", "a.yaml");
    ASSERT_HOST(2, "leave --transport out", "bench", "transports", "--transport", "tcp");
    ASSERT_HOST(2, "bench accuracy takes no file", "bench", "accuracy", "a.yaml");
    ASSERT_HOST(2, "there is no file 'a.yaml'", "bench", "train", "a.yaml");
    ASSERT_HOST(2, "there is no folder '/nowhere'", "bench", "secure", "--json", "/nowhere/a.json");
    ASSERT_HOST(2, "cannot write '/tmp': it is a folder", "bench", "secure", "--json", "/tmp");
    ASSERT_HOST(2, "cannot write '/proc/a.json'", "bench", "secure", "--json", "/proc/a.json");
    ASSERT_HOST(2, "'x' is not a whole number", "bench", "secure", "--tokens", "x");
    ASSERT_HOST(2, "expected ACTIVATION,NORMALISER", "bench", "secure", "--approximations", "quad");
    ASSERT_HOST(2, "--ranges: 'wide' is none of random, trained", "bench", "secure", "--ranges",
                "wide");
    ASSERT_HOST(2, "none of exact, full, bucket", "bench", "secure", "--length", "long");
}

static void a_kernel_path_that_is_not_there_is_refused(void **state)
{
    (void) state;
    assert_int_equal(setenv("MPCF_CPU", "portabel", 1), 0);
    ASSERT_HOST(2, "portable", "plugin", "list");
    assert_int_equal(setenv("MPCF_CPU", "portable", 1), 0);
    ASSERT_HOST(0, "kernels portable", "--version");
    assert_int_equal(unsetenv("MPCF_CPU"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_are_there),
        cmocka_unit_test(wrong_words_end_with_two),
        cmocka_unit_test(a_kernel_path_that_is_not_there_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
