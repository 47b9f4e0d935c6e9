/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin list, show, new, check.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

static void list_shows_components_and_failures(void **state)
{
    static struct program_result result;
    const char *const arguments[] = {"plugin", "list", "--plugin-dir", getenv("MPCF_TEST_PLUGINS"),
                                     NULL};
    static const char *const parts[] = {"approximation  quad", "transport      tcp",
                                        "model          bert", "dataset        glue",
                                        "not loaded:",         "built for plug-in ABI"};

    (void) state;
    program_run(NULL, arguments, &result);
    assert_int_equal(result.status, 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strstr(result.out, parts[i]) == NULL) {
            fail_msg("no '%s' in: %s", parts[i], result.out);
        }
    }
}

static void show_prints_options(void **state)
{
    (void) state;
    ASSERT_HOST(0, "c (real, default 5)", "plugin", "show", "2quad");
    ASSERT_HOST(0, "SHA-256", "plugin", "show", "bert");
    ASSERT_HOST(2, "there is no plug-in 'nothing'", "plugin", "show", "nothing");
    ASSERT_HOST(2, "did you mean 'quad'?", "plugin", "show", "qaud");
    ASSERT_HOST(2, "there is no plug-in 'nothing'", "plugin", "check", "nothing");
}

/* By the name of its file, from where it lies; and from the command line into a file without any. */
static void a_file_is_named_as_it_lies(void **state)
{
    char *pipeline = file_join(test_folder(), "p.yaml"),
         *copy = file_join(test_folder(), "mpcf-quad.so");
    char *quad = file_join(getenv("MPCF_PLUGIN_PATH"), "mpcf-quad.so");
    static const char text[] = "version: 1\noutput: out\n";

    (void) state;
    assert_int_equal(file_write_whole(pipeline, text, sizeof text - 1, NULL), MPCF_OK);
    assert_int_equal(file_copy(quad, copy, NULL), MPCF_OK);
    assert_program(0, "approximation quad", test_folder(),
                   (const char *const[]){"plugin", "show", "mpcf-quad.so", NULL});
    assert_program(2, "'quad' is '", "/",
                   (const char *const[]){"plugin", "show", "mpcf-quad.so", NULL});
    ASSERT_HOST(2, "nowhere.so': No such file", pipeline, "--set", "plugins.0=nowhere.so");
    ASSERT_HOST(2, "is loaded from", pipeline, "--set", "plugins.0=quad", "--set",
                "plugins.1=mpcf-quad.so");
    ASSERT_HOST(2, "stands under `plugins`", pipeline, "--set", "approximations.activation=own.so");
    mpcf_free(pipeline);
    mpcf_free(copy);
    mpcf_free(quad);
}

static void check_prints_tap(void **state)
{
    (void) state;
    ASSERT_HOST(0, "ok 1 - its options have defaults", "plugin", "check", "glue");
    ASSERT_HOST(0, "two parties and the dealer agree with floats", "plugin", "check", "quad");
    ASSERT_HOST(1, "built for plug-in ABI", "plugin", "check", "future", "--plugin-dir",
                getenv("MPCF_TEST_PLUGINS"));
    ASSERT_HOST(0, "two parties and the dealer agree with floats", "plugin", "check", "older",
                "--plugin-dir", getenv("MPCF_TEST_PLUGINS"));
    /* x + c has no place for a mask and rows that do not sum to 1. */
    ASSERT_HOST(1, "not ok", "plugin", "check", "toy", "--plugin-dir", getenv("MPCF_TEST_PLUGINS"));
}

/* Whether OUT has the line of CHECK, and whether it says that CHECK failed. */
static void expect_result(const char *out, const char *check, bool has_failed)
{
    const char *at = strstr(out, check);

    assert_non_null(at);
    while (at > out && at[-1] != '\n') {
        at--;
    }
    if ((strncmp(at, "not ok ", 7) == 0) != has_failed) {
        fail_msg("'%s' %s: %s", check, has_failed ? "passed" : "failed", out);
    }
}

/* Of the transport loopback, wrong in one way each. */
static void a_transport_that_is_deaf_to_signals_is_found(void **state)
{
    static const char *const waits[] = {"a signal ends recv()", "a signal ends send()",
                                        "a signal ends advance()", "a signal ends accept()",
                                        "a signal ends connect()"};
    static const char *const faults[] = {"deaf", "late", "hasty"};

    (void) state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        static struct program_result result;
        char *folder = file_join(getenv("MPCF_TEST_PLUGINS"), faults[i]);
        const char *const arguments[] = {"plugin",       "check", "loopback",
                                         "--plugin-dir", folder,  NULL};
        const bool is_hasty = strcmp(faults[i], "hasty") == 0;

        program_run(NULL, arguments, &result);
        assert_int_equal(result.status, 1);
        for (size_t k = 0; k < sizeof waits / sizeof *waits; k++) {
            expect_result(result.out, waits[k], !is_hasty);
        }
        expect_result(result.out, "what needs no wait goes after a signal", is_hasty);
        expect_result(result.out, "recv() keeps its deadline", false);
        mpcf_free(folder);
    }
}

/* The test that ran has failed, those behind it ran in another process. */
static void what_a_plugin_ends_has_failed(void **state)
{
    static struct program_result result;
    char *folder = file_join(getenv("MPCF_TEST_PLUGINS"), "dying");
    const char *const arguments[] = {"plugin", "check", "loopback", "--plugin-dir", folder, NULL};

    (void) state;
    ASSERT_HOST(1, "not ok 2 - build() makes a graph\n#   it ended the process: signal 6", "plugin",
                "check", "raising", "--plugin-dir", getenv("MPCF_TEST_PLUGINS"));
    ASSERT_HOST(1, "not ok 2 - build() makes a graph\n#   it ended the process with exit status 0",
                "plugin", "check", "exiting", "--plugin-dir", getenv("MPCF_TEST_PLUGINS"));
    program_run(NULL, arguments, &result);
    assert_int_equal(result.status, 1);
    expect_result(result.out, "a peer that closes ends send()", true);
    assert_non_null(strstr(result.out, "it ended the process: signal 13"));
    expect_result(result.out, "a message of another length is refused", false);
    expect_result(result.out, "what needs no wait goes after a signal", false);
    mpcf_free(folder);
}

static void a_name_that_no_file_should_have_is_refused(void **state)
{
    static const char *const names[] = {"slash", "dots", "line"};

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ASSERT_HOST(1, "a name is letters, digits, '_', '-' and single dots", "plugin", "check",
                    names[i], "--plugin-dir", getenv("MPCF_TEST_PLUGINS"));
    }
}

static void options_are_given_or_made_up(void **state)
{
    const char *tests = getenv("MPCF_TEST_PLUGINS");

    (void) state;
    ASSERT_HOST(0, "two parties and the dealer agree with floats", "plugin", "check", "power",
                "--options", "p: 6, c: 0.5");
    ASSERT_HOST(1, "p is 5, and must be even", "plugin", "check", "power", "--options", "p: 5");
    ASSERT_HOST(1, "no option 'q'", "plugin", "check", "power", "--options", "q: 5");
    ASSERT_HOST(2, "name it", "plugin", "check", "normalisers", "--options", "p: 6");
    ASSERT_HOST(0, "c must be given: 4", "plugin", "check", "demanding", "--plugin-dir", tests);
    ASSERT_HOST(1, "names an output", "plugin", "check", "twofold", "--plugin-dir", tests);
}

/* By the name of one of its components. */
static void a_component_stands_for_its_plugin(void **state)
{
    static struct program_result result;
    const char *const arguments[] = {"plugin", "show", "puma_gelu", NULL};

    (void) state;
    program_run(NULL, arguments, &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "plug-in polynomials"));
    assert_non_null(strstr(result.out, "approximation puma_gelu"));
    assert_null(strstr(result.out, "bolt_gelu"));
}

static void new_writes_a_folder_once(void **state)
{
    char *folder = file_join(test_folder(), "made");
    char *other = file_join(test_folder(), "second");
    char *source = file_join(folder, "my_gelu.c");
    char *text = NULL;
    size_t length = 0;

    (void) state;
    ASSERT_HOST(0, "cmake -G Ninja -S", "plugin", "new", "approx", "my_gelu", folder);
    assert_int_equal(file_read(source, 1 << 20, &text, &length, NULL), MPCF_OK);
    assert_non_null(strstr(text, ".name = \"my_gelu\""));
    assert_null(strstr(text, "my_plugin"));
    ASSERT_HOST(2, "is there already", "plugin", "new", "approx", "my_gelu", folder);
    ASSERT_HOST(2, "the name 'gelu' is taken by '", "plugin", "new", "approx", "gelu", folder);
    ASSERT_HOST(2, "the name 'puma_gelu' is taken by '", "plugin", "new", "approx", "puma_gelu",
                folder);
    ASSERT_HOST(0, "gelu.so", "plugin", "new", "approx", "gelu", other, "--force");
    ASSERT_HOST(2, "there is no kind", "plugin", "new", "sauce", "x", folder);
    ASSERT_HOST(2, "a name is lower-case", "plugin", "new", "approx", "My Gelu", folder);
    mpcf_free(text);
    mpcf_free(source);
    mpcf_free(other);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_shows_components_and_failures),
        cmocka_unit_test(show_prints_options),
        cmocka_unit_test(a_file_is_named_as_it_lies),
        cmocka_unit_test(check_prints_tap),
        cmocka_unit_test(a_transport_that_is_deaf_to_signals_is_found),
        cmocka_unit_test(what_a_plugin_ends_has_failed),
        cmocka_unit_test(a_name_that_no_file_should_have_is_refused),
        cmocka_unit_test(options_are_given_or_made_up),
        cmocka_unit_test(a_component_stands_for_its_plugin),
        cmocka_unit_test(new_writes_a_folder_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
