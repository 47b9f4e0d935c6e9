/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `max_questions` as users meet it: counted over sessions and processes of the provider, told
 * before anything runs, and enforced by the provider, not by the user.
 */
#include "support/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/run_folder.h"

#define BOOK "run/questions.json"

/* What FOLDER's only user has asked, whom its link proves; SET above 0: has asked from now on. */
static json_int_t count_of(const char *folder, json_int_t set)
{
    char *text = test_read(folder, BOOK), *path = file_join(folder, BOOK);
    json_t *book = json_loads(text, 0, NULL), *users = json_object_get(book, "users");
    const char *user = json_object_iter_key(json_object_iter(users));
    json_int_t result;

    if (json_object_size(users) != 1 || strcmp(user, "anonymous") == 0) {
        fail_msg("not the count of one user who is proved: %s", text);
    }
    if (set > 0) {
        assert_int_equal(json_object_set_new(users, user, json_integer(set)), 0);
        /* at once, as the provider does: it may be reading */
        char *changed = json_dumps(book, 0);
        assert_ok(file_write_whole_private(path, changed, strlen(changed), NULL), NULL);
        free(changed);
    }
    result = json_integer_value(json_object_get(users, user));
    json_decref(book);
    mpcf_free(text);
    mpcf_free(path);
    return result;
}

static json_int_t asked(const char *folder)
{
    return count_of(folder, 0);
}

static const char *started_in; /* the folder with the logs of the last that were started */

static void start_all(const char *folder, pid_t pids[ROLES], const char *set)
{
    started_in = folder;
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, set);
    }
}

static void expect_all(pid_t pids[ROLES], int provider, int user, int dealer)
{
    const int want[ROLES] = {[PROVIDER] = provider, [USER] = user, [DEALER] = dealer};

    for (int r = 0; r < ROLES; r++) {
        const int got = test_host_wait(pids[r], 60);

        if (got != want[r]) {
            fail_msg("the %s ended with %d, expected %d: %s", apart_names[r], got, want[r],
                     test_read(started_in, apart_logs[r]));
        }
    }
}

/* The user's message names all three numbers; provider and dealer end as after any session. */
static void a_user_is_told_before_anything_runs(void **state)
{
    const char *folder = apart_create("batch: 1, max_questions: 6", 4);
    pid_t pids[ROLES];

    (void) state;
    start_all(folder, pids, NULL);
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), 4);
    start_all(folder, pids, NULL); /* other processes, another session */
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER,
                        "the provider answers 6 questions, 2 are left, and this run would ask 4");
    apart_assert_logged(folder, PROVIDER, "a user asks 4 questions, and 2 of 6 are left: refused");
    assert_int_equal(asked(folder), 4);
    start_all(folder, pids, "stages.infer.examples=2");
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), 6);
    start_all(folder, pids, "stages.infer.examples=1");
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER,
                        "the provider answers 6 questions, 0 are left, and this run would ask 1");
}

/* Rows that only fill a batch are answered, too: nobody but the user knows which they are. */
static void a_batch_counts_whole(void **state)
{
    const char *folder = apart_create("batch: 3, length: full, max_questions: 9", 4);
    pid_t pids[ROLES];

    (void) state;
    start_all(folder, pids, NULL);
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), 6);
    start_all(folder, pids, NULL);
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER,
                        "the provider answers 9 questions, 3 are left, and this run would ask 6");
}

/* Inferences that were dealt for earlier count when they are asked, not when they are dealt. */
static void stored_inferences_count_when_asked(void **state)
{
    const char *folder =
        apart_create("batch: 1, preprocess: store, store_runs: 2, max_questions: 6", 4);
    pid_t pids[ROLES];

    (void) state;
    start_all(folder, pids, NULL);
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), 4);
    start_all(folder, pids, NULL); /* the second run lies in the stores */
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER, "6 questions, 2 are left, and this run would ask 4");
    assert_int_equal(asked(folder), 4);
    start_all(folder, pids, "stages.infer.max_questions=8");
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), 8);
}

static void wait_for_questions(const char *folder, json_int_t count)
{
    const struct timespec pause = {0, 10000000};
    char *path = file_join(folder, BOOK);

    for (int i = 0; i < 6000 && (!file_exists(path) || asked(folder) < count); i++) {
        (void) nanosleep(&pause, NULL);
    }
    mpcf_free(path);
    assert_true(asked(folder) >= count);
}

/* Another process of the provider has answered all that were left. */
static void use_up_beside(const char *folder)
{
    char *path = file_join(folder, "run/questions.lock");
    const int lock = open(path, O_RDWR);

    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(count_of(folder, 5000), 5000);
    assert_int_equal(close(lock), 0);
    mpcf_free(path);
}

/* Each inference is held against the count, not only the session. */
static void the_limit_holds_within_a_session(void **state)
{
    const char *folder = apart_create("batch: 1, max_questions: 5000", 4000);
    pid_t pids[ROLES];

    (void) state;
    start_all(folder, pids, NULL);
    wait_for_questions(folder, 3);
    use_up_beside(folder);
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER, "5000 questions, 0 are left, and this run would ask 1");
    apart_assert_logged(folder, PROVIDER,
                        "a user asks 1 questions, and 0 of 5000 are left: refused");
    assert_int_equal(asked(folder), 5000);
}

static void make_keys(const char *folder, const char *name)
{
    const char *const words[] = {"keys", "new", name, NULL};

    assert_int_equal(test_host_wait(test_host_start(folder, "keys.log", NULL, words), 20), 0);
}

static void start_with_keys(const char *folder, pid_t pids[ROLES], const char *name)
{
    for (int r = 0; r < ROLES; r++) {
        char set[128];
        const char *const sets[] = {set, NULL};

        (void) snprintf(set, sizeof set, "parties.%s.keys=%s/%s.key", apart_names[r], name,
                        apart_names[r]);
        pids[r] = apart_start_with(folder, r, sets);
    }
}

/* Who has another key is another user, on the same machine and by the same transport. */
static void a_key_is_a_user(void **state)
{
    static const char *const names[] = {"first", "second"};
    const char *folder = apart_create("batch: 1, max_questions: 5", 4);
    pid_t pids[ROLES];
    const char *user;
    json_t *book, *count;

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        make_keys(folder, names[i]);
        start_with_keys(folder, pids, names[i]);
        expect_all(pids, 0, 0, 0);
    }
    book = test_read_json(folder, BOOK);
    assert_int_equal(json_object_size(json_object_get(book, "users")), 2);
    json_object_foreach(json_object_get(book, "users"), user, count)
    {
        assert_int_equal(strncmp(user, "key ", 4), 0);
        assert_int_equal(json_integer_value(count), 4);
    }
    json_decref(book);
    start_with_keys(folder, pids, names[0]);
    expect_all(pids, 0, 1, 0);
    apart_assert_logged(folder, USER, "5 questions, 1 are left, and this run would ask 4");
}

/* What was begun when the provider died is used up; no count goes back. */
static void a_killed_provider_forgets_nothing(void **state)
{
    const char *folder = apart_create("batch: 1, timeout: 20s, max_questions: 4000", 4000);
    pid_t pids[ROLES];
    json_int_t before;

    (void) state;
    start_all(folder, pids, NULL);
    wait_for_questions(folder, 3);
    assert_int_equal(kill(pids[PROVIDER], SIGKILL), 0);
    expect_all(pids, -1, 1, 1);
    before = asked(folder);
    assert_true(before >= 3);
    start_all(folder, pids, "stages.infer.examples=2");
    expect_all(pids, 0, 0, 0);
    assert_int_equal(asked(folder), before + 2);
}

/* A provider that cannot count ends before anybody calls. */
static void a_damaged_count_is_told_at_the_start(void **state)
{
    const char *folder = apart_create("batch: 1, max_questions: 4", 2);
    char *path = file_join(folder, BOOK);
    FILE *file = fopen(path, "w");

    (void) state;
    assert_non_null(file);
    assert_int_equal(fputs("{\"version\": 1", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(test_host_wait(apart_start(folder, PROVIDER, NULL, NULL), 20), 2);
    apart_assert_logged(folder, PROVIDER, "to count anew, move");
    apart_assert_logged(folder, PROVIDER, "questions.json");
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_told_before_anything_runs),
        cmocka_unit_test(a_batch_counts_whole),
        cmocka_unit_test(stored_inferences_count_when_asked),
        cmocka_unit_test(the_limit_holds_within_a_session),
        cmocka_unit_test(a_key_is_a_user),
        cmocka_unit_test(a_killed_provider_forgets_nothing),
        cmocka_unit_test(a_damaged_count_is_told_at_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
