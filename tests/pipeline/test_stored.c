/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored session over processes: what a run leaves is the next one's, what was begun is never
 * used again, also where a party died, or its disk is an older copy.
 */
#include "support/support.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/apart.h"
#include "support/run_folder.h"

/* Two equal runs differ by the roundings of random shares. */
#define LARGEST_DIFFERENCE 0.02

/* --- Runs --- */

static void start_all(const char *folder, const char *set, pid_t pids[ROLES])
{
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, set);
    }
}

static json_t *record_of(const char *folder, int role)
{
    char name[64];
    mpcf_error *err = mpcf_error_create();
    json_t *record = NULL;

    (void) snprintf(name, sizeof name, "%s/run/infer/%s.json", folder, apart_names[role]);
    assert_ok(json_read_file(name, &record, err), err);
    mpcf_error_destroy(err);
    return record;
}

/* The user's record of a run of all three, with the option SET, that ends well. */
static json_t *run_all_with(const char *folder, const char *set)
{
    pid_t pids[ROLES];
    json_t *records[ROLES];

    start_all(folder, set, pids);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 60), 0);
    }
    for (int r = 0; r < ROLES; r++) {
        records[r] = record_of(folder, r);
        if (r != DEALER) { /* meters nothing */
            assert_string_equal(json_string_value(json_object_get(records[r], "cost_engine")),
                                "equal");
        }
    }
    assert_null(json_object_get(records[DEALER], "cost_engine"));
    assert_true(test_report_number(records[PROVIDER], "offline.taken_up") ==
                test_report_number(records[USER], "offline.taken_up"));
    json_decref(records[PROVIDER]);
    json_decref(records[DEALER]);
    return records[USER];
}

static json_t *run_all(const char *folder)
{
    return run_all_with(folder, NULL);
}

static void assert_taken_up(const json_t *user, double runs, double taken_up)
{
    assert_true(test_report_number(user, "runs") == runs);
    assert_true(test_report_number(user, "offline.taken_up") == taken_up);
}

static void assert_same_logits(const json_t *a, const json_t *b)
{
    const json_t *x = json_object_get(a, "logits"), *y = json_object_get(b, "logits");

    assert_true(json_array_size(x) > 0);
    assert_int_equal(json_array_size(x), json_array_size(y));
    for (size_t i = 0; i < json_array_size(x); i++) {
        for (size_t k = 0; k < 2; k++) {
            const double p = json_number_value(json_array_get(json_array_get(x, i), k));
            const double q = json_number_value(json_array_get(json_array_get(y, i), k));

            assert_true(fabs(p - q) <= LARGEST_DIFFERENCE);
        }
    }
}

/* --- Stores --- */

/* The session that ROLE's disk used last: the path of its FILE, or "". */
static const char *stored_file(const char *folder, int role, const char *file)
{
    static char path[4300];
    char root[4200];
    struct timespec latest = {0};
    struct stat facts;

    path[0] = '\0';
    (void) snprintf(root, sizeof root, "%s/run/store/%s", folder, apart_names[role]);
    DIR *listing = opendir(root);
    for (struct dirent *e = listing != NULL ? readdir(listing) : NULL; e != NULL;
         e = readdir(listing)) {
        char consumed[4300];

        (void) snprintf(consumed, sizeof consumed, "%.4100s/%.60s/consumed", root, e->d_name);
        if (stat(consumed, &facts) == 0 &&
            (facts.st_mtim.tv_sec > latest.tv_sec ||
             (facts.st_mtim.tv_sec == latest.tv_sec && facts.st_mtim.tv_nsec > latest.tv_nsec))) {
            latest = facts.st_mtim;
            (void) snprintf(path, sizeof path, "%.4100s/%.60s/%s", root, e->d_name, file);
        }
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    return path;
}

/* The first inference of that session that is not used up; 0 without a store. */
static unsigned next_of(const char *folder, int role)
{
    unsigned char bytes[4] = {0};
    FILE *file = fopen(stored_file(folder, role, "consumed"), "rb");
    if (file != NULL) {
        (void) !fread(bytes, 1, sizeof bytes, file);
        (void) fclose(file);
    }
    return bytes[0] | (unsigned) bytes[1] << 8 | (unsigned) bytes[2] << 16;
}

/* Copies ROLE's store to the folder "image" (BACK: from there), as a backup would. */
static void copy_store(const char *folder, int role, bool back)
{
    char command[13000];

    (void) snprintf(command, sizeof command,
                    back ? "cd '%s' && rm -rf run/store/%s && cp -r image run/store/%s"
                         : "cd '%s' && rm -rf image && cp -r run/store/%s image",
                    folder, apart_names[role], apart_names[role]);
    assert_int_equal(system(command), 0);
}

/* --- One command --- */

static json_t *infer_again(const char *folder)
{
    char *done = file_join(folder, "run/infer/user.json");

    (void) remove(done); /* it would be skipped as unchanged */
    mpcf_free(done);
    return test_run_infer(folder);
}

static void check_runs_in_a_row(const char *infer)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "tcp",
                                 .infer = infer,
                                 .parties = "",
                                 .rows = 7};
    const char *folder = test_run_create(&run);
    json_t *first = infer_again(folder);
    json_t *second = infer_again(folder), *third = infer_again(folder);

    assert_true(test_report_number(first, "secure.offline.taken_up") == 0);
    assert_true(test_report_number(second, "secure.offline.taken_up") ==
                test_report_number(second, "secure.runs"));
    assert_true(test_report_number(third, "secure.offline.taken_up") == 0);
    assert_true(test_report_agrees(second, 0.02));
    /* What an inference costs does not depend on when it was dealt. */
    assert_true(test_report_number(first, "secure.offline.bytes") ==
                test_report_number(second, "secure.offline.bytes"));
    assert_true(test_report_number(first, "secure.setup.bytes") ==
                test_report_number(second, "secure.setup.bytes"));
    json_decref(first);
    json_decref(second);
    json_decref(third);
}

static void a_run_takes_up_what_the_one_before_left(void **state)
{
    (void) state;
    check_runs_in_a_row("batch: 2, preprocess: store, store_runs: 2");
}

static void also_with_shared_weights_and_public_tables(void **state)
{
    (void) state;
    check_runs_in_a_row("batch: 3, weights: shared, embedding: public, preprocess: store, "
                        "store_runs: 2");
}

/* --- Three processes --- */

static void wait_until_used(const char *folder, unsigned inferences)
{
    const struct timespec pause = {0, 1000000};
    const int64_t began_ns = clock_now_ns();

    while (next_of(folder, USER) < inferences) {
        assert_true(clock_seconds_since(began_ns) < 60);
        (void) nanosleep(&pause, NULL);
    }
}

/* Kills ROLE when the user has begun INFERENCES; the others end by themselves. */
static void run_and_kill(const char *folder, int role, unsigned inferences)
{
    pid_t pids[ROLES];

    start_all(folder, NULL, pids);
    wait_until_used(folder, inferences);
    assert_int_equal(kill(pids[role], SIGKILL), 0);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 20), r == role ? -1 : 1);
    }
}

static void check_killed(int role)
{
    enum { ROWS = 80, BEGUN = 5 };
    /* All is asked again: what is looked at is what the store gives. */
    const char *folder = apart_create(
        "batch: 1, preprocess: store, timeout: 20s, connect_timeout: 6s, resume: false", ROWS);
    char taken_up[64];

    run_and_kill(folder, role, BEGUN);
    const unsigned user = next_of(folder, USER), provider = next_of(folder, PROVIDER);
    const unsigned next = user > provider ? user : provider;
    assert_in_range(next, BEGUN, ROWS - 1);
    json_t *again = run_all(folder), *whole = NULL;

    (void) snprintf(taken_up, sizeof taken_up, "taken up at inference %u", next);
    apart_assert_logged(folder, USER, taken_up);
    apart_assert_logged(folder, PROVIDER, taken_up);
    assert_taken_up(again, ROWS, ROWS - next);
    /* The rest was dealt anew, in a session of its own, and used up. */
    assert_int_equal(next_of(folder, USER), next);
    whole = run_all(folder);
    assert_taken_up(whole, ROWS, 0);
    assert_same_logits(again, whole);
    json_decref(again);
    json_decref(whole);
}

static void a_killed_user_goes_on(void **state)
{
    (void) state;
    check_killed(USER);
}

static void a_killed_provider_goes_on(void **state)
{
    (void) state;
    check_killed(PROVIDER);
}

static void dealing_that_was_cut_off_is_used(void **state)
{
    enum { ROWS = 80 };
    const char *folder =
        apart_create("batch: 1, preprocess: store, timeout: 20s, connect_timeout: 6s", ROWS);
    const struct timespec pause = {0, 1000000};
    pid_t pids[ROLES];

    (void) state;
    start_all(folder, NULL, pids);
    for (int turn = 0; !file_exists(stored_file(folder, USER, "inference-9")); turn++) {
        assert_true(turn < 60000);
        (void) nanosleep(&pause, NULL);
    }
    assert_int_equal(kill(pids[DEALER], SIGKILL), 0);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 20), r == DEALER ? -1 : 1);
    }
    json_t *again = run_all(folder);
    const double taken_up = test_report_number(again, "offline.taken_up");

    assert_true(taken_up >= 10 && taken_up < ROWS);
    json_decref(again);
}

/* ROLE's disk becomes what it was two runs ago: the others' number goes. */
static void check_older_disk(int role)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 4", 3);
    json_t *first = run_all(folder), *second = NULL, *third = NULL, *fourth = NULL;

    copy_store(folder, role, false);
    second = run_all(folder);
    assert_taken_up(second, 3, 3);
    copy_store(folder, role, true);
    assert_int_equal(next_of(folder, role), 3);
    third = run_all(folder);
    assert_taken_up(third, 3, 3);
    apart_assert_logged(folder, USER, "taken up at inference 6");
    apart_assert_logged(folder, PROVIDER, "taken up at inference 6");
    for (int r = PROVIDER; r <= USER; r++) {
        assert_int_equal(next_of(folder, r), 9);
    }
    copy_store(folder, role, true);
    fourth = run_all(folder);
    assert_taken_up(fourth, 3, 3);
    apart_assert_logged(folder, role, "taken up at inference 9");
    assert_same_logits(first, third);
    assert_same_logits(first, fourth);
    copy_store(folder, role, true);
    json_decref(second);
    second = run_all(folder); /* nothing is left that either side has not used */
    assert_taken_up(second, 3, 0);
    json_decref(first);
    json_decref(second);
    json_decref(third);
    json_decref(fourth);
}

static void an_older_disk_of_the_user_reuses_nothing(void **state)
{
    (void) state;
    check_older_disk(USER);
}

static void an_older_disk_of_the_provider_reuses_nothing(void **state)
{
    (void) state;
    check_older_disk(PROVIDER);
}

/* Shapes that a run has no texts for are passed over, and what is missing is dealt. */
static void a_run_of_other_examples_takes_what_fits(void **state)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 3", 6);
    json_t *first = run_all(folder);
    json_t *few = run_all_with(folder, "stages.infer.examples=2"), *third = run_all(folder);
    const double taken_up = test_report_number(third, "offline.taken_up");

    (void) state;
    assert_taken_up(few, 2, 2);
    assert_true(taken_up > 0);
    assert_true(test_report_number(third, "runs") == 6);
    assert_same_logits(first, third);
    json_decref(first);
    json_decref(few);
    json_decref(third);
}

static void sessions_that_differ_are_given_up(void **state)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 3", 2);

    (void) state;
    json_decref(run_all(folder));
    copy_store(folder, USER, false);
    char *store = file_join(folder, "run/store/provider");
    assert_int_equal(file_remove_tree(store, NULL), MPCF_OK);
    json_t *fresh = run_all(folder); /* the provider has none */
    assert_taken_up(fresh, 2, 0);
    apart_assert_logged(folder, USER, "is given up");
    json_decref(fresh);
    copy_store(folder, USER, true);
    fresh = run_all(folder); /* now it has another */
    assert_taken_up(fresh, 2, 0);
    apart_assert_logged(folder, USER, "is given up");
    json_decref(fresh);
    mpcf_free(store);
}

static void other_weights_get_another_session(void **state)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 3", 2);
    char *path = file_join(folder, "run/student/model.safetensors");

    (void) state;
    json_decref(run_all(folder));
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -4, SEEK_END), 0);
    assert_int_equal(fwrite("\0\0\0", 1, 3, file), 3);
    assert_int_equal(fclose(file), 0);
    json_t *fresh = run_all(folder);
    assert_taken_up(fresh, 2, 0);
    apart_assert_logged(folder, PROVIDER,
                        "was dealt for another network, or other options or weights");
    apart_assert_logged(folder, USER, "is given up");
    json_decref(fresh);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_takes_up_what_the_one_before_left),
        cmocka_unit_test(also_with_shared_weights_and_public_tables),
        cmocka_unit_test(a_killed_user_goes_on),
        cmocka_unit_test(a_killed_provider_goes_on),
        cmocka_unit_test(dealing_that_was_cut_off_is_used),
        cmocka_unit_test(an_older_disk_of_the_user_reuses_nothing),
        cmocka_unit_test(an_older_disk_of_the_provider_reuses_nothing),
        cmocka_unit_test(a_run_of_other_examples_takes_what_fits),
        cmocka_unit_test(sessions_that_differ_are_given_up),
        cmocka_unit_test(other_weights_get_another_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
