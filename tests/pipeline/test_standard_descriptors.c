/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles started with closed descriptors, and with a log whose reader goes away or does not read:
 * results are made all the same, and the exit status is right.
 */
#include "support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/run_folder.h"

/* The shell's words that run the program with REDIRECTION behind it. */
struct shell {
    char command[256];
    const char *before[4];
};

static void redirect(struct shell *s, const char *redirection)
{
    (void) snprintf(s->command, sizeof s->command, "MPCF_LOG=info exec \"$0\" \"$@\" %s",
                    redirection);
    s->before[0] = "sh";
    s->before[1] = "-c";
    s->before[2] = s->command;
    s->before[3] = NULL;
}

static void assert_result(const char *folder)
{
    char *record = test_read(folder, "run/infer/user.json");

    assert_non_null(strstr(record, "\"cost_engine\": \"equal\""));
    mpcf_free(record);
}

static void forget_result(const char *folder)
{
    char *path = file_join(folder, "run/infer");

    assert_int_equal(file_remove_tree(path, NULL), MPCF_OK);
    mpcf_free(path);
}

/* All three roles, each by itself. */
static void run_apart(const char *folder, const char *const *before)
{
    pid_t pids[ROLES];

    forget_result(folder);
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, before, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 60), 0);
    }
    assert_result(folder);
}

/* All three as children of one. */
static void run_together(const char *folder, const char *const *before)
{
    static const char *const words[] = {"pipeline.yaml", "--stage", "infer", NULL};

    forget_result(folder);
    assert_int_equal(test_host_wait(test_host_start(folder, "all.log", before, words), 90), 0);
    assert_result(folder);
}

static void closed_descriptors_are_nobody_elses(void **state)
{
    const char *folder = apart_create("batch: 2", 4);
    struct shell shell;

    (void) state;
    for (unsigned closed = 1; closed < 8; closed++) {
        char text[32];

        (void) snprintf(text, sizeof text, "%s%s%s", closed & 1 ? " <&-" : "",
                        closed & 2 ? " >&-" : "", closed & 4 ? " 2>&-" : "");
        redirect(&shell, text);
        run_apart(folder, shell.before);
        run_together(folder, shell.before);
    }
}

static void a_reader_of_the_log_may_go_away(void **state)
{
    const char *folder = apart_create("batch: 2", 4);
    struct shell shell;
    char text[64];
    int ends[2];

    (void) state;
    assert_int_equal(pipe(ends), 0);
    (void) close(ends[0]);
    (void) snprintf(text, sizeof text, ">&%d 2>&1", ends[1]);
    redirect(&shell, text);
    run_apart(folder, shell.before);
    run_together(folder, shell.before);
    (void) close(ends[1]);
}

/* What nobody reads is full at once: the pipe is filled before. */
static void a_reader_of_the_log_may_not_read(void **state)
{
    const char *folder = apart_create("batch: 2", 4);
    struct shell shell;
    char text[64];
    int ends[2];

    (void) state;
    assert_int_equal(pipe(ends), 0);
    (void) fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], "x", 1) == 1) {
    }
    (void) fcntl(ends[1], F_SETFL, 0);
    (void) snprintf(text, sizeof text, "2>&%d", ends[1]);
    redirect(&shell, text);
    run_apart(folder, shell.before);
    run_together(folder, shell.before);
    (void) close(ends[0]);
    (void) close(ends[1]);
}

/* What a command is there for cannot be printed: that is a failure, unless its reader has gone. */
static void output_on_a_full_disk_is_a_failure(void **state)
{
    static const char *const words[] = {"options", NULL};
    const char *folder = test_folder();
    struct shell shell;
    char text[64], *log = NULL;
    int ends[2];

    (void) state;
    redirect(&shell, ">/dev/full");
    assert_int_equal(test_host_wait(test_host_start(folder, "log", shell.before, words), 20), 1);
    log = test_read(folder, "log");
    assert_non_null(strstr(log, "cannot write standard output: No space left on device"));
    mpcf_free(log);
    assert_int_equal(pipe(ends), 0);
    (void) close(ends[0]);
    (void) snprintf(text, sizeof text, ">&%d", ends[1]);
    redirect(&shell, text);
    assert_int_equal(test_host_wait(test_host_start(folder, "log", shell.before, words), 20), 0);
    (void) close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_descriptors_are_nobody_elses),
        cmocka_unit_test(a_reader_of_the_log_may_go_away),
        cmocka_unit_test(a_reader_of_the_log_may_not_read),
        cmocka_unit_test(output_on_a_full_disk_is_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
