/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role that crashes leaves behind, and whose its memory is while it runs.
 */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/run_folder.h"
#include "support/support.h"

static void pause_a_moment(void)
{
    const struct timespec moment = {0, 20000000};

    (void) nanosleep(&moment, NULL);
}

/* Until the dealer of FOLDER waits for its callers. */
static void wait_until_it_listens(const char *folder)
{
    for (int i = 0; i < 1500; i++) {
        char *path = file_join(folder, "dealer.log");
        char *text = file_exists(path) ? test_read(folder, "dealer.log") : NULL;
        const bool listens = text != NULL && strstr(text, "listening on") != NULL;

        mpcf_free(path);
        mpcf_free(text);
        if (listens) {
            return;
        }
        pause_a_moment();
    }
    fail_msg("the dealer does not listen");
}

/* Starts the dealer with core files of any size. */
static pid_t start_dealer(const char *folder)
{
    static const char *const before[] = {"sh", "-c",
                                         "ulimit -c unlimited 2>/dev/null || "
                                         "ulimit -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\"",
                                         NULL};
    char *log = file_join(folder, "dealer.log");
    pid_t pid;

    (void) unlink(log);
    mpcf_free(log);
    pid = apart_start(folder, DEALER, before, NULL);
    wait_until_it_listens(folder);
    return pid;
}

/* Whether FOLDER has a core file, which is removed. */
static bool take_core(const char *folder)
{
    DIR *listing = opendir(folder);
    bool found = false;

    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (strncmp(e->d_name, "core", 4) == 0) {
            found = true;
            (void) unlinkat(dirfd(listing), e->d_name, 0);
        }
    }
    (void) closedir(listing);
    return found;
}

static bool leaves_core(const char *folder, int number)
{
    const pid_t pid = start_dealer(folder);

    assert_int_equal(kill(pid, number), 0);
    assert_int_equal(test_host_wait(pid, 30), -1);
    return take_core(folder);
}

static void a_role_leaves_no_core_file(void **state)
{
    const char *folder = apart_create("batch: 1", 4);

    (void) state;
    (void) setenv("MPCF_DUMPABLE", "1", 1);
    if (!leaves_core(folder, SIGABRT)) {
        print_message("skipped: this system writes no core files into the current folder\n");
        skip();
    }
    (void) unsetenv("MPCF_DUMPABLE");
    assert_false(leaves_core(folder, SIGABRT));
    assert_false(leaves_core(folder, SIGQUIT));
    assert_false(leaves_core(folder, SIGSEGV));
}

/* proc(5): the files of a process that cannot be dumped are root's. */
static void a_roles_memory_is_roots(void **state)
{
    const char *folder = apart_create("batch: 1", 4);
    struct stat facts;
    char path[64];
    pid_t pid;

    (void) state;
    (void) unsetenv("MPCF_DUMPABLE");
    if (geteuid() == 0) {
        print_message("skipped: everything here is root's\n");
        skip();
    }
    pid = start_dealer(folder);
    (void) snprintf(path, sizeof path, "/proc/%ld/mem", (long) pid);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_uid, 0);
    assert_true(access(path, R_OK) != 0);
    (void) kill(pid, SIGKILL);
    (void) test_host_wait(pid, 30);
}

/* It is read from /proc/self/status, which stays readable. */
static void roles_still_know_what_memory_they_took(void **state)
{
    static const struct test_run run = {.family = "bert",
                                        .task = "SST-2",
                                        .transport = "loopback",
                                        .infer = "batch: 2",
                                        .parties = "",
                                        .rows = 4};
    static const char *const names[] = {"secure.peak_rss_bytes.provider",
                                        "secure.peak_rss_bytes.user",
                                        "secure.peak_rss_bytes.dealer"};
    json_t *report;

    (void) state;
    report = test_run_infer(test_run_create(&run));
    for (size_t i = 0; i < 3; i++) {
        assert_true(test_report_number(report, names[i]) > 1e6);
    }
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_leaves_no_core_file),
        cmocka_unit_test(a_roles_memory_is_roots),
        cmocka_unit_test(roles_still_know_what_memory_they_took),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
