/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One provider's store, several users: each goes on with its own session, however many have begun
 * one since; and a session that reaches its limit is followed by another in the same run.
 */
#include "support/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/apart.h"
#include "support/run_folder.h"

#define STORED "batch: 1, preprocess: store, store_runs: 3"

/* --- Runs --- */

/* A user's own output folder: the student, and nothing of another's sessions. */
static void add_user(const char *folder, const char *name)
{
    char command[9000];

    (void) snprintf(command, sizeof command,
                    "cd '%s' && mkdir %s && cp -r run/student run/stages %s/ 2>/dev/null; true",
                    folder, name, name);
    assert_int_equal(system(command), 0);
}

/* The record of the user whose output is OUTPUT; provider and dealer keep theirs. SET: an option of
 * all three, or NULL. */
static json_t *run_user(const char *folder, const char *output, const char *set)
{
    const char *sets[ROLES][3] = {{set, NULL, NULL}, {NULL, NULL, NULL}, {set, NULL, NULL}};
    char place[64], record[128];
    mpcf_error *err = mpcf_error_create();
    pid_t pids[ROLES];
    json_t *user = NULL;

    (void) snprintf(place, sizeof place, "output=%s", output);
    sets[USER][0] = place;
    sets[USER][1] = set;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start_with(folder, r, sets[r]);
    }
    for (int r = 0; r < ROLES; r++) {
        const int status = test_host_wait(pids[r], 60);

        if (status != 0) {
            char *text = test_read(folder, apart_logs[r]);
            fail_msg("the %s ends with %d: %s", apart_names[r], status, text);
        }
    }
    (void) snprintf(record, sizeof record, "%s/infer/user.json", output);
    char *path = file_join(folder, record);
    assert_ok(json_read_file(path, &user, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return user;
}

static void assert_taken_up(json_t *user, double runs, double taken_up)
{
    assert_true(test_report_number(user, "runs") == runs);
    assert_true(test_report_number(user, "offline.taken_up") == taken_up);
    assert_string_equal(json_string_value(json_object_get(user, "cost_engine")), "equal");
    json_decref(user);
}

/* --- The provider's store --- */

static size_t sessions_of(const char *folder, const char *root)
{
    char *path = file_join(folder, root);
    DIR *listing = opendir(path);
    size_t count = 0;

    for (struct dirent *e = listing != NULL ? readdir(listing) : NULL; e != NULL;
         e = readdir(listing)) {
        count += strlen(e->d_name) == 32;
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    mpcf_free(path);
    return count;
}

static void another_users_session_leaves_mine(void **state)
{
    const char *folder = apart_create(STORED, 2);

    (void) state;
    add_user(folder, "other");
    assert_taken_up(run_user(folder, "run", NULL), 2, 0);
    assert_taken_up(run_user(folder, "other", NULL), 2, 0);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 2);
    assert_taken_up(run_user(folder, "run", NULL), 2, 2);
    assert_taken_up(run_user(folder, "other", NULL), 2, 2);
    assert_taken_up(run_user(folder, "other", NULL), 2, 2);
    assert_taken_up(run_user(folder, "run", NULL), 2, 2);
    /* What a user has used up it gives up, here and there. */
    assert_taken_up(run_user(folder, "run", NULL), 2, 0);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 2);
    assert_int_equal(sessions_of(folder, "run/store/user"), 1);
}

static void the_limit_lets_the_one_unused_longest_go(void **state)
{
    const char *folder = apart_create(STORED ", store_sessions: 2", 2);

    (void) state;
    add_user(folder, "second");
    add_user(folder, "third");
    assert_taken_up(run_user(folder, "run", NULL), 2, 0);
    assert_taken_up(run_user(folder, "second", NULL), 2, 0);
    assert_taken_up(run_user(folder, "run", NULL), 2, 2); /* used later than the second's */
    assert_taken_up(run_user(folder, "third", NULL), 2, 0);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 2);
    assert_taken_up(run_user(folder, "run", NULL), 2, 2);
    assert_taken_up(run_user(folder, "second", NULL), 2, 0); /* it was that one's */
}

/* Who is turned away, or asks for something else, has changed nothing. */
static void what_is_not_begun_destroys_nothing(void **state)
{
    const char *folder = apart_create(STORED ", connect_timeout: 12s", 2);
    const char *const odd[] = {"stages.infer.value_fraction=11", NULL}, *const none[] = {NULL};
    pid_t pids[ROLES];

    (void) state;
    assert_taken_up(run_user(folder, "run", NULL), 2, 0);
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start_with(folder, r, r == USER ? odd : none);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 40), 1);
    }
    assert_int_equal(sessions_of(folder, "run/store/provider"), 1);
    assert_taken_up(run_user(folder, "run", NULL), 2, 2);
}

static void what_was_not_used_for_long_goes(void **state)
{
    const char *folder = apart_create(STORED, 2);

    (void) state;
    assert_taken_up(run_user(folder, "run", NULL), 2, 0);
    assert_taken_up(run_user(folder, "run", "stages.infer.store_age=1h"), 2, 2);
    const struct timespec pause = {1, 100000000};
    (void) nanosleep(&pause, NULL);
    assert_taken_up(run_user(folder, "run", "stages.infer.store_age=1s"), 2, 0);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 1);
    assert_int_equal(sessions_of(folder, "run/store/user"), 1);
}

/* --- The limit of a session --- */

static void assert_logged(const char *folder, int role, const char *part)
{
    char *text = test_read(folder, apart_logs[role]);

    if (strstr(text, part) == NULL) {
        fail_msg("the %s does not say '%s' but: %s", apart_names[role], part, text);
    }
    mpcf_free(text);
}

static void a_session_at_its_limit_is_followed_by_another(void **state)
{
    const char *folder = apart_create("batch: 1, session_inferences: 2", 5);

    (void) state;
    json_t *user = run_user(folder, "run", NULL);
    assert_logged(folder, USER, "the session has had its 2 inferences; begins another");
    /* Masked weights are set up for each of three sessions. */
    const double setup = test_report_number(user, "setup.bytes");
    assert_taken_up(user, 5, 0);
    user = run_user(folder, "run", "stages.infer.session_inferences=4096");
    assert_true(3 * test_report_number(user, "setup.bytes") == setup);
    assert_taken_up(user, 5, 0);
}

/* Dealt ahead: what is beyond the limit is the next session's, and of one run only the last stays. */
static void a_stored_session_has_no_more_than_its_limit(void **state)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 2, "
                                      "session_inferences: 4",
                                      3);

    (void) state;
    assert_taken_up(run_user(folder, "run", NULL), 3, 0);
    assert_int_equal(sessions_of(folder, "run/store/user"), 1);
    assert_taken_up(run_user(folder, "run", NULL), 3, 1); /* 4 of 6 were dealt; 2 new ones */
    assert_int_equal(sessions_of(folder, "run/store/user"), 1);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 1);
    folder = apart_create("batch: 1, preprocess: store, session_inferences: 2", 5);
    assert_taken_up(run_user(folder, "run", NULL), 5, 0);
    assert_int_equal(sessions_of(folder, "run/store/user"), 1);
    assert_int_equal(sessions_of(folder, "run/store/provider"), 1);
}

/* One whose roles do not agree on the limit is refused before it begins. */
static void the_limit_is_agreed_on(void **state)
{
    const char *folder = apart_create("batch: 1, connect_timeout: 12s", 2);
    const char *const odd[] = {"stages.infer.session_inferences=7", NULL}, *const none[] = {NULL};
    pid_t pids[ROLES];

    (void) state;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start_with(folder, r, r == DEALER ? odd : none);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 40), 1);
        assert_logged(folder, r, "session");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_users_session_leaves_mine),
        cmocka_unit_test(the_limit_lets_the_one_unused_longest_go),
        cmocka_unit_test(what_is_not_begun_destroys_nothing),
        cmocka_unit_test(what_was_not_used_for_long_goes),
        cmocka_unit_test(a_session_at_its_limit_is_followed_by_another),
        cmocka_unit_test(a_stored_session_has_no_more_than_its_limit),
        cmocka_unit_test(the_limit_is_agreed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
