/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One provider's store, several users: each goes on with its own session, however many have begun
 * one since.
 */
#include "support/support.h"

#include <time.h>

#include "support/apart.h"
#include "support/apart_users.h"
#include "support/run_folder.h"

#define STORED "batch: 1, preprocess: store, store_runs: 3"

static void another_users_session_leaves_mine(void **state)
{
    const char *folder = apart_create(STORED, 2);

    (void) state;
    apart_add_user(folder, "other");
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 0);
    apart_assert_taken_up(apart_run_user(folder, "other", NULL), 2, 0);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 2);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 2);
    apart_assert_taken_up(apart_run_user(folder, "other", NULL), 2, 2);
    apart_assert_taken_up(apart_run_user(folder, "other", NULL), 2, 2);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 2);
    /* What a user has used up it gives up, here and there. */
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 0);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 2);
    assert_int_equal(apart_sessions(folder, "run/store/user"), 1);
}

static void the_limit_lets_the_one_unused_longest_go(void **state)
{
    const char *folder = apart_create(STORED ", store_sessions: 2", 2);

    (void) state;
    apart_add_user(folder, "second");
    apart_add_user(folder, "third");
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 0);
    apart_assert_taken_up(apart_run_user(folder, "second", NULL), 2, 0);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2,
                          2); /* used later than the second's */
    apart_assert_taken_up(apart_run_user(folder, "third", NULL), 2, 0);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 2);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 2);
    apart_assert_taken_up(apart_run_user(folder, "second", NULL), 2, 0); /* it was that one's */
}

/* Who is turned away, or asks for something else, has changed nothing. */
static void what_is_not_begun_destroys_nothing(void **state)
{
    const char *folder = apart_create(STORED ", connect_timeout: 12s", 2);
    const char *const odd[] = {"stages.infer.value_fraction=11", NULL}, *const none[] = {NULL};
    pid_t pids[ROLES];

    (void) state;
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 0);
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start_with(folder, r, r == USER ? odd : none);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 40), 1);
    }
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 1);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 2);
}

static void what_was_not_used_for_long_goes(void **state)
{
    const char *folder = apart_create(STORED, 2);

    (void) state;
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 2, 0);
    apart_assert_taken_up(apart_run_user(folder, "run", "stages.infer.store_age=1h"), 2, 2);
    const struct timespec pause = {1, 100000000};
    (void) nanosleep(&pause, NULL);
    apart_assert_taken_up(apart_run_user(folder, "run", "stages.infer.store_age=1s"), 2, 0);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 1);
    assert_int_equal(apart_sessions(folder, "run/store/user"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_users_session_leaves_mine),
        cmocka_unit_test(the_limit_lets_the_one_unused_longest_go),
        cmocka_unit_test(what_is_not_begun_destroys_nothing),
        cmocka_unit_test(what_was_not_used_for_long_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
