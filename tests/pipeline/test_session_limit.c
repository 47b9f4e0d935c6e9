/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session that reaches its limit is followed by another in the same run, with a store and without.
 */
#include "support/support.h"

#include "support/apart.h"
#include "support/apart_users.h"
#include "support/run_folder.h"

static void a_session_at_its_limit_is_followed_by_another(void **state)
{
    const char *folder = apart_create("batch: 1, session_inferences: 2", 5);

    (void) state;
    json_t *user = apart_run_user(folder, "run", NULL);
    apart_assert_logged(folder, USER, "the session has had its 2 inferences; begins another");
    /* Masked weights are set up for each of three sessions. */
    const double setup = test_report_number(user, "setup.bytes");
    apart_assert_taken_up(user, 5, 0);
    user = apart_run_user(folder, "run", "stages.infer.session_inferences=4096");
    assert_true(3 * test_report_number(user, "setup.bytes") == setup);
    apart_assert_taken_up(user, 5, 0);
}

/* Dealt ahead: what is beyond the limit is the next session's, and of one run only the last stays. */
static void a_stored_session_has_no_more_than_its_limit(void **state)
{
    const char *folder = apart_create("batch: 1, preprocess: store, store_runs: 2, "
                                      "session_inferences: 4",
                                      3);

    (void) state;
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 3, 0);
    assert_int_equal(apart_sessions(folder, "run/store/user"), 1);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 3,
                          1); /* 4 of 6 were dealt; 2 new ones */
    assert_int_equal(apart_sessions(folder, "run/store/user"), 1);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 1);
    folder = apart_create("batch: 1, preprocess: store, session_inferences: 2", 5);
    apart_assert_taken_up(apart_run_user(folder, "run", NULL), 5, 0);
    assert_int_equal(apart_sessions(folder, "run/store/user"), 1);
    assert_int_equal(apart_sessions(folder, "run/store/provider"), 1);
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
        apart_assert_logged(folder, r, "session");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_at_its_limit_is_followed_by_another),
        cmocka_unit_test(a_stored_session_has_no_more_than_its_limit),
        cmocka_unit_test(the_limit_is_agreed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
