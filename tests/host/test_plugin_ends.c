/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plug-ins that end the process, do not return, or print: no command takes that for success, outlasts a signal, or
 * puts it among its own lines.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

#define PIPELINE                                                                                   \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: %s}\nstages: {convert: {}, infer: {examples: 2}}\n"

static const char *folder, *plugins;

static void write_pipeline(const char *activation)
{
    char name[64], text[1024];
    char *path;

    (void) snprintf(name, sizeof name, "%s.yaml", activation);
    (void) snprintf(text, sizeof text, PIPELINE, activation);
    path = file_join(folder, name);
    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    mpcf_free(path);
}

static int open_folder(void **state)
{
    (void) state;
    folder = test_folder();
    plugins = getenv("MPCF_TEST_PLUGINS");
    assert_non_null(plugins);
    assert_program(0, "random weights", folder,
                   (const char *const[]){"example", "example", "--rows", "64", NULL});
    write_pipeline("exiting");
    write_pipeline("looping");
    write_pipeline("printing");
    return 0;
}

static void an_exit_is_no_success(void **state)
{
    char *quitting = file_join(plugins, "quitting");
    static const char said[] = "plug-in mpcf-exiting.so ended the process by exit(0)";
    static const char started[] = "plug-in mpcf-quitting.so ended the process by exit(0)";

    (void) state;
    assert_program(2, said, folder,
                   (const char *const[]){"exiting.yaml", "--plugin-dir", plugins, NULL});
    assert_program(2, said, folder,
                   (const char *const[]){"exiting.yaml", "--check", "--plugin-dir", plugins, NULL});
    ASSERT_HOST(1, started, "plugin", "check", "quitting", "--plugin-dir", quitting);
    ASSERT_HOST(1, started, "plugin", "show", "quitting", "--plugin-dir", quitting);
    ASSERT_HOST(1, started, "plugin", "list", "--plugin-dir", quitting);
    mpcf_free(quitting);
}

/* --- Signals --- */

struct process {
    pid_t id;
    int out; /* standard output, and error where ASKED */
};

static struct process begin(const char *const *arguments, bool with_error)
{
    const char *program = getenv("MPCF_HOST");
    int ends[2];
    char *words[16] = {strdup(program)};
    struct process p;

    for (size_t i = 0; arguments[i] != NULL; i++) {
        words[i + 1] = strdup(arguments[i]);
    }
    assert_int_equal(pipe(ends), 0);
    p.out = ends[0];
    p.id = fork();
    assert_true(p.id >= 0);
    if (p.id == 0) {
        if (chdir(folder) != 0 || dup2(ends[1], STDOUT_FILENO) < 0 ||
            (with_error && dup2(ends[1], STDERR_FILENO) < 0)) {
            _exit(126);
        }
        (void) close(ends[0]);
        (void) close(ends[1]);
        (void) execv(program, words);
        _exit(127);
    }
    (void) close(ends[1]);
    for (size_t i = 0; words[i] != NULL; i++) {
        free(words[i]);
    }
    return p;
}

/* Until nobody has the pipe's other end: neither the process nor a child that it left. */
static void read_to_end(const struct process *p, char *out, size_t size)
{
    size_t length = 0;
    ssize_t got;

    while ((got = read(p->out, out + length, size - 1 - length)) > 0) {
        length += (size_t) got;
    }
    out[length] = '\0';
    (void) close(p->out);
}

static void expect_end_by_signal(const char *const *arguments)
{
    static char out[1 << 16];
    const struct timespec while_it_begins = {.tv_sec = 1};
    struct process p = begin(arguments, true);
    int status = 0;
    int64_t since;

    (void) nanosleep(&while_it_begins, NULL);
    assert_int_equal(waitpid(p.id, &status, WNOHANG), 0); /* it loops */
    since = clock_now_ns();
    assert_int_equal(kill(p.id, SIGTERM), 0);
    read_to_end(&p, out, sizeof out);
    assert_int_equal(waitpid(p.id, &status, 0), p.id);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 ||
        strstr(out, "stopped by a signal") == NULL) {
        fail_msg("%s %s: wait status 0x%x; it said: %s", arguments[0], arguments[1], status, out);
    }
    assert_true(clock_seconds_since(since) < 20);
}

static void one_signal_ends_what_keeps_nothing(void **state)
{
    char *stalling = file_join(plugins, "stalling");

    (void) state;
    expect_end_by_signal(
        (const char *const[]){"plugin", "check", "looping", "--plugin-dir", plugins, NULL});
    expect_end_by_signal((const char *const[]){"plugin", "list", "--plugin-dir", stalling, NULL});
    expect_end_by_signal(
        (const char *const[]){"looping.yaml", "--check", "--plugin-dir", plugins, NULL});
    expect_end_by_signal(
        (const char *const[]){"plugin", "show", "stalling", "--plugin-dir", stalling, NULL});
    mpcf_free(stalling);
}

static void two_signals_end_a_run(void **state)
{
    const char *const arguments[] = {"looping.yaml", "--plugin-dir", plugins, NULL};
    const struct timespec pause = {.tv_sec = 1};
    static char out[1 << 16];
    struct process p = begin(arguments, true);
    int status = 0;

    (void) state;
    (void) nanosleep(&pause, NULL);
    assert_int_equal(kill(p.id, SIGTERM), 0);
    (void) nanosleep(&pause, NULL);
    assert_int_equal(kill(p.id, SIGTERM), 0);
    read_to_end(&p, out, sizeof out);
    assert_int_equal(waitpid(p.id, &status, 0), p.id);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void a_test_has_a_limit(void **state)
{
    char *stalling = file_join(plugins, "stalling");

    (void) state;
    ASSERT_HOST(1,
                "not ok 2 - build() makes a graph\n#   it did not end within its limit of 1 s "
                "(--seconds)",
                "plugin", "check", "looping", "--seconds", "1", "--plugin-dir", plugins);
    ASSERT_HOST(1, "did not end within its limit", "plugin", "check", "stalling", "--seconds", "1",
                "--plugin-dir", stalling);
    ASSERT_HOST(2, "--seconds: 'soon'", "plugin", "check", "good", "--seconds", "soon");
    mpcf_free(stalling);
}

/* --- What it prints --- */

static void what_a_plugin_prints_is_on_standard_error(void **state)
{
    const char *const arguments[] = {"plugin", "check", "printing", "--plugin-dir", plugins, NULL};
    static char out[1 << 16];
    struct process p = begin(arguments, false);
    int status = 0;

    (void) state;
    read_to_end(&p, out, sizeof out);
    assert_int_equal(waitpid(p.id, &status, 0), p.id);
    assert_non_null(strstr(out, "ok 2 - build() makes a graph"));
    assert_non_null(strstr(out, "\n1.."));
    assert_null(strstr(out, "forged"));
    ASSERT_HOST(WEXITSTATUS(status), "ok 98 - forged by a stream", "plugin", "check", "printing",
                "--plugin-dir", plugins);
    ASSERT_HOST(WEXITSTATUS(status), "ok 99 - forged by a write", "plugin", "check", "printing",
                "--plugin-dir", plugins);
}

/* One object, whatever the processes that made it print. */
static void expect_json_alone(const char *const *arguments)
{
    static char out[1 << 16];
    struct process p = begin(arguments, false);
    int status = 0;

    read_to_end(&p, out, sizeof out);
    assert_int_equal(waitpid(p.id, &status, 0), p.id);
    assert_int_equal(status, 0);
    if (out[0] != '{' || strchr(out, '\n') != out + strlen(out) - 1) {
        fail_msg("not one line of JSON: %s", out);
    }
}

static void answers_are_alone_on_standard_output(void **state)
{
    const char *const make[] = {"printing.yaml", "--plugin-dir", plugins, NULL};

    (void) state;
    assert_program(0, "forged", folder, make);
    expect_json_alone((const char *const[]){"predict", "printing.yaml", "--plain", "--json",
                                            "--plugin-dir", plugins, "a fine film", NULL});
    expect_json_alone((const char *const[]){"predict", "printing.yaml", "--json", "--plugin-dir",
                                            plugins, "a fine film", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exit_is_no_success),
        cmocka_unit_test(one_signal_ends_what_keeps_nothing),
        cmocka_unit_test(two_signals_end_a_run),
        cmocka_unit_test(a_test_has_a_limit),
        cmocka_unit_test(what_a_plugin_prints_is_on_standard_error),
        cmocka_unit_test(answers_are_alone_on_standard_output),
    };

    return cmocka_run_group_tests(tests, open_folder, NULL);
}
