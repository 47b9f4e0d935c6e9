/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three roles started by hand, as on separate hosts: what each opens, what happens when
 * one dies, and when they disagree.
 */
#include "support/support.h"

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
#include "base/text.h"
#include "report/report.h"
#include "support/apart.h"
#include "support/run_folder.h"

/* --- What each leaves --- */

static bool is_own(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    struct stat facts;

    assert_int_equal(stat(path, &facts), 0);
    mpcf_free(path);
    return (facts.st_mode & 0077) == 0;
}

static json_t *report_of(const char *folder, int role)
{
    char *report_folder = mpcf_format("%s/run/infer/%s", folder, apart_names[role]);
    json_t *report = NULL;

    assert_int_equal(report_read(report_folder, &report, NULL), MPCF_OK);
    assert_string_equal(json_string_value(report_get(report, "run.role")), apart_names[role]);
    mpcf_free(report_folder);
    return report;
}

/* What one sent the other received. */
static double over(const json_t *report, const char *peer, const char *way)
{
    char path[64];

    (void) snprintf(path, sizeof path, "secure.links.%s.%s", peer, way);
    assert_non_null(report_get(report, path));
    return test_report_number(report, path);
}

static void check_link(json_t *const reports[ROLES], int a, int b)
{
    assert_true(over(reports[a], apart_names[b], "sent_bytes") > 0);
    assert_true(over(reports[a], apart_names[b], "sent_bytes") ==
                over(reports[b], apart_names[a], "received_bytes"));
    assert_true(over(reports[b], apart_names[a], "sent_bytes") ==
                over(reports[a], apart_names[b], "received_bytes"));
}

/* The user alone has texts and labels; the file that the other two leave has no word of answers. */
static void check_figures(json_t *const reports[ROLES], double rows, double places)
{
    static const char *const answers[] = {"metrics",   "rows", "intervals",
                                          "confusion", "kept", "agreement"};
    const json_t *user = reports[USER];
    const double right = test_report_number(user, "secure.metrics.accuracy");

    for (int r = 0; r < ROLES; r++) {
        assert_true(test_report_number(reports[r], "secure.examples") ==
                    (r == USER ? rows : places));
        assert_true(test_report_number(reports[r], "run.seconds") > 0);
        for (size_t i = 0; r != USER && i < sizeof answers / sizeof *answers; i++) {
            assert_null(json_object_get(report_get(reports[r], "secure"), answers[i]));
        }
    }
    assert_true(test_report_number(user, "secure.rows") == rows);
    assert_true(right >= 0 && right <= 1);
    assert_true(json_number_value(
                    json_array_get(report_get(user, "secure.intervals.accuracy"), 0)) <= right);
    assert_int_equal(json_array_size(report_get(user, "secure.networks")), 3);
    assert_true(test_report_number(user, "secure.online.bytes_sent.user") ==
                test_report_number(reports[PROVIDER], "secure.online.bytes_sent.user"));
    assert_null(report_get(reports[DEALER], "secure.online"));
}

/* PLACES of all batches. */
static void check_reports(const char *folder, double rows, double places)
{
    json_t *reports[ROLES];

    for (int r = 0; r < ROLES; r++) {
        reports[r] = report_of(folder, r);
    }
    check_figures(reports, rows, places);
    check_link(reports, PROVIDER, USER);
    check_link(reports, PROVIDER, DEALER);
    check_link(reports, DEALER, USER);
    for (int r = 0; r < ROLES; r++) {
        json_decref(reports[r]);
    }
    assert_true(is_own(folder, "run/infer/user/report.json"));
    assert_true(is_own(folder, "run/infer/user/report.html"));
    assert_true(is_own(folder, "run/infer/user"));
}

static void check_last_line(const char *folder, int role, const char *const parts[4])
{
    char *text = test_read(folder, apart_logs[role]), *end = NULL, *line = NULL;

    end = text + strlen(text) - 1;
    assert_true(*end == '\n');
    *end = '\0';
    line = strrchr(text, '\n');
    line = line != NULL ? line + 1 : text;
    for (size_t i = 0; i < 4 && parts[i] != NULL; i++) {
        if (strstr(line, parts[i]) == NULL) {
            fail_msg("the %s's last line has no '%s': %s", apart_names[role], parts[i], line);
        }
    }
    mpcf_free(text);
}

static void check_pages(const char *folder)
{
    char *user = test_read(folder, "run/infer/user/report.html");
    char *dealer = test_read(folder, "run/infer/dealer/report.html");

    assert_non_null(strstr(user, "How right the answers are"));
    assert_non_null(strstr(user, "as this role measured"));
    assert_null(strstr(user, "against the teacher"));
    assert_null(strstr(user, "all three roles on this machine"));
    assert_non_null(strstr(user,
                           "loopback, within this machine, not encrypted; each role proved who "
                           "it is by system user"));
    assert_null(strstr(dealer, "id=\"accuracy\""));
    assert_null(strstr(dealer, "id=\"cost\""));
    assert_non_null(strstr(dealer, "id=\"links\""));
    mpcf_free(user);
    mpcf_free(dealer);
}

static void three_roles_meet_by_address(void **state)
{
    static const char *const lines[ROLES][4] = {
        [PROVIDER] = {"provider: 6 examples answered, ", " sent, ",
                      "run/infer/provider/report.html"},
        [USER] = {"user: 5 examples answered, accuracy ", " of 5 labelled rows, ",
                  "run/infer/user/report.html", "answers "},
        [DEALER] = {"dealer: dealt for 3 runs", " sent, ", "run/infer/dealer/report.html"}};
    const char *folder = apart_create("batch: 2", 5);
    pid_t pids[ROLES];
    char *record = NULL;

    (void) state;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 60), 0);
    }
    record = test_read(folder, "run/infer/user.json");
    assert_non_null(strstr(record, "\"cost_engine\": \"equal\""));
    mpcf_free(record);
    check_reports(folder, 5, 6);
    check_pages(folder);
    for (int r = 0; r < ROLES; r++) {
        check_last_line(folder, r, lines[r]);
    }
}

/* Roles of a file without data answer texts as they come, too. */
static void roles_without_a_dataset_leave_a_report(void **state)
{
    static const char *const ask[] = {"predict", "bare.yaml", "--role", "user", "good bad", NULL};
    const char *folder = apart_create("", 2);
    pid_t pids[ROLES];

    (void) state;
    apart_write_bare(folder);
    for (int r = 0; r < ROLES; r++) {
        const char *const words[] = {
            "run", "bare.yaml", "--role", apart_names[r], "--set", "stages.infer.batch=1", NULL};

        pids[r] = test_host_start(folder, apart_logs[r], NULL, r == USER ? ask : words);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 60), 0);
    }
    for (int r = 0; r < ROLES; r++) {
        if (r != USER) {
            json_t *report = report_of(folder, r);

            assert_string_equal(json_string_value(report_get(report, "task.name")), "texts");
            assert_null(report_get(report, "task.split"));
            assert_null(report_get(report, "settings.dataset"));
            assert_true(test_report_number(report, "secure.examples") == 1);
            json_decref(report);
        }
    }
}

static void a_killed_provider_ends_all(void **state)
{
    const char *folder = apart_create("batch: 1, timeout: 20s", 2000);
    const struct timespec pause = {1, 500000000};
    pid_t pids[ROLES];

    (void) state;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, NULL);
    }
    (void) nanosleep(&pause, NULL);
    assert_int_equal(kill(pids[PROVIDER], SIGKILL), 0);
    assert_int_equal(test_host_wait(pids[PROVIDER], 5), -1);
    assert_int_equal(test_host_wait(pids[USER], 10), 1);
    assert_int_equal(test_host_wait(pids[DEALER], 10), 1);
    char *text = test_read(folder, apart_logs[USER]);

    char *record = file_join(folder, "run/infer/user.json");

    assert_non_null(strstr(text, "provider"));
    assert_false(file_exists(record));
    mpcf_free(text);
    mpcf_free(record);
}

static pid_t start_odd(const char *folder, int role, bool is_odd)
{
    char *log = file_join(folder, apart_logs[role]);

    (void) remove(log);
    mpcf_free(log);
    return apart_start(folder, role, NULL, is_odd ? "stages.infer.value_fraction=11" : NULL);
}

static bool listens(const char *folder, int role)
{
    char *log = file_join(folder, apart_logs[role]);
    char *text = file_exists(log) ? test_read(folder, apart_logs[role]) : NULL;
    bool found = text != NULL && strstr(text, "listening on") != NULL;

    mpcf_free(text);
    mpcf_free(log);
    return found;
}

static void await_listening(const char *folder, int role)
{
    const struct timespec pause = {0, 20000000};

    for (int i = 0; i < 1000 && !listens(folder, role); i++) {
        (void) nanosleep(&pause, NULL);
    }
    assert_true(listens(folder, role));
}

/* Whoever it is that differs, in every process. The user, which calls, ends at once; the others when nobody
 * else has come. */
static void disagreement_is_told_on_each_side(void **state)
{
    const char *folder = apart_create("batch: 1, connect_timeout: 8s", 4);
    static const int order[] = {DEALER, PROVIDER, USER};
    pid_t pids[ROLES];

    (void) state;
    for (int odd = 0; odd < ROLES; odd++) {
        for (int i = 0; i < ROLES; i++) {
            const int r = order[i];

            pids[r] = start_odd(folder, r, r == odd);
            if (r != USER) {
                await_listening(folder, r);
            }
        }
        assert_int_equal(test_host_wait(pids[USER], 6), 1);
        assert_int_equal(kill(pids[PROVIDER], 0), 0);
        assert_int_equal(kill(pids[DEALER], 0), 0);
        assert_int_equal(test_host_wait(pids[PROVIDER], 20), 1);
        assert_int_equal(test_host_wait(pids[DEALER], 20), 1);
        for (int r = 0; r < ROLES; r++) {
            char *text = test_read(folder, apart_logs[r]);

            assert_non_null(strstr(text, "fractional bits"));
            assert_true(
                r == USER ||
                strstr(
                    text,
                    "in time (stages.infer.connect_timeout); the last caller was turned away: the "
                    "user") != NULL);
            mpcf_free(text);
        }
    }
}

/* --- What a role opens --- */

static int strace_works(const char *folder)
{
    static const char *const before[] = {"strace",    "-f", "-qq",          "-o",
                                         "trace.try", "-e", "trace=openat", NULL};
    static const char *const words[] = {"--version", NULL};

    return test_host_wait(test_host_start(folder, "try.log", before, words), 20) == 0;
}

/* Whether TRACE has an open of a path in FOLDER that contains PART. */
static int opened(const char *trace, const char *part)
{
    return strstr(trace, part) != NULL;
}

/* Runs the three under strace; false where it may not trace. */
static bool trace_roles(const char *folder, char *trace[ROLES])
{
    char output[ROLES][64];
    pid_t pids[ROLES];

    if (!strace_works(folder)) {
        print_message("skipped: strace is not here, or may not trace\n");
        return false;
    }
    (void) setenv("MPCF_DUMPABLE", "1", 1); /* or it may not read the names */
    for (int r = 0; r < ROLES; r++) {
        const char *const before[] = {
            "strace", "-f", "-qq", "-o", output[r], "-e", "trace=open,openat,openat2,creat", NULL};

        (void) snprintf(output[r], sizeof output[r], "trace.%s", apart_names[r]);
        pids[r] = apart_start(folder, r, before, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 90), 0);
        trace[r] = test_read(folder, output[r]);
    }
    return true;
}

static void free_traces(char *trace[ROLES])
{
    for (int r = 0; r < ROLES; r++) {
        mpcf_free(trace[r]);
    }
}

static void check_opened(char *const trace[ROLES])
{
    assert_true(opened(trace[PROVIDER], "student/model.safetensors"));
    assert_true(opened(trace[USER], "data/dev.tsv"));
    assert_false(opened(trace[PROVIDER], ".tsv"));
    assert_false(opened(trace[DEALER], ".tsv"));
    assert_false(opened(trace[USER], "model.safetensors"));
    assert_false(opened(trace[DEALER], "safetensors"));
    assert_false(opened(trace[USER], "student/config.json"));
    assert_false(opened(trace[DEALER], "student/config.json"));
}

static void each_role_opens_its_own_files_only(void **state)
{
    char *trace[ROLES];

    (void) state;
    if (!trace_roles(apart_create("batch: 2", 4), trace)) {
        skip();
    }
    check_opened(trace);
    assert_false(opened(trace[USER], "safetensors"));
    free_traces(trace);
}

static void a_public_embedding_is_all_the_user_opens(void **state)
{
    char *trace[ROLES];

    (void) state;
    if (!trace_roles(apart_create("batch: 2, embedding: public", 4), trace)) {
        skip();
    }
    check_opened(trace);
    assert_true(opened(trace[USER], "student/public/embedding.safetensors"));
    free_traces(trace);
}

static void other_tables_are_refused(void **state)
{
    const char *folder = apart_create("batch: 2, embedding: public", 4);
    char *path = file_join(folder, "run/student/public/embedding.safetensors");
    FILE *file = fopen(path, "r+b");

    (void) state;
    assert_non_null(file);
    assert_int_equal(fseek(file, -4, SEEK_END), 0);
    assert_int_equal(fwrite("\0\0\0?", 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(test_host_wait(apart_start(folder, USER, NULL, NULL), 30), 2);
    char *text = test_read(folder, apart_logs[USER]);
    assert_non_null(strstr(text, "is not the one that was made with its folder"));
    mpcf_free(text);
    assert_int_equal(remove(path), 0);
    assert_int_equal(test_host_wait(apart_start(folder, USER, NULL, NULL), 30), 2);
    text = test_read(folder, apart_logs[USER]);
    assert_non_null(strstr(text, "embedding.safetensors' is not there"));
    mpcf_free(text);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_roles_meet_by_address),
        cmocka_unit_test(roles_without_a_dataset_leave_a_report),
        cmocka_unit_test(a_killed_provider_ends_all),
        cmocka_unit_test(disagreement_is_told_on_each_side),
        cmocka_unit_test(each_role_opens_its_own_files_only),
        cmocka_unit_test(a_public_embedding_is_all_the_user_opens),
        cmocka_unit_test(other_tables_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
