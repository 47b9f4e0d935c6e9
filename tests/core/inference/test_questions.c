/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions are counted for each user, over processes, on the disk before they are served, and a
 * count that cannot be read is no new beginning.
 */
#include "inference/questions.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/role_keys.h"
#include "support/support.h"

static struct pipeline provider(int64_t limit)
{
    static char folders[16][4096];
    static unsigned turn;
    char *folder = folders[turn++ % 16];

    (void) snprintf(folder, sizeof folders[0], "%s/%u", test_folder(), turn);
    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    return (struct pipeline){.output = folder, .infer = {.max_questions = limit}};
}

static uint32_t left(const struct pipeline *p, const char *identity)
{
    struct question_limit limit = {7, 7};
    mpcf_error *err = mpcf_error_create();

    assert_ok(questions_left(p, identity, &limit, err), err);
    assert_int_equal(limit.limit, p->infer.max_questions);
    mpcf_error_destroy(err);
    return limit.left;
}

/* How many were left before COUNT were used up, or not. */
static uint32_t use(const struct pipeline *p, const char *user, size_t count)
{
    struct question_limit limit = {7, 7};
    mpcf_error *err = mpcf_error_create();

    assert_ok(questions_use(p, user, count, &limit, err), err);
    assert_int_equal(limit.limit, p->infer.max_questions);
    mpcf_error_destroy(err);
    return limit.left;
}

static void each_user_has_a_count(void **state)
{
    struct pipeline p = provider(10);

    (void) state;
    assert_int_equal(left(&p, "uid 1"), 10);
    assert_int_equal(use(&p, "uid 1", 4), 10);
    assert_int_equal(use(&p, "uid 2", 1), 10);
    assert_int_equal(left(&p, "uid 1"), 6);
    assert_int_equal(left(&p, "uid 2"), 9);
    assert_int_equal(use(&p, "uid 1", 7), 6); /* too many: none */
    assert_int_equal(left(&p, "uid 1"), 6);
    assert_int_equal(use(&p, "uid 1", 6), 6);
    assert_int_equal(left(&p, "uid 1"), 0);
    assert_int_equal(use(&p, "uid 1", 1), 0);
    p.infer.max_questions = 3; /* lowered below what was asked */
    assert_int_equal(left(&p, "uid 1"), 0);
    assert_int_equal(use(&p, "uid 1", 1), 0);
    p.infer.max_questions = 11;
    assert_int_equal(use(&p, "uid 1", 1), 1);
    assert_int_equal(left(&p, "uid 1"), 0);
}

static void who_proves_nothing_is_one(void **state)
{
    const struct pipeline p = provider(5);
    mpcf_error *err = mpcf_error_create();

    (void) state;
    char user[QUESTIONS_USER_SIZE];

    assert_ok(questions_user(NULL, "", user, err), err);
    assert_string_equal(user, "anonymous");
    (void) use(&p, user, 2);
    assert_int_equal(left(&p, "anonymous"), 3);
    assert_ok(questions_user(NULL, "user 7 on this machine", user, err), err);
    assert_string_equal(user, "user 7 on this machine");
    assert_int_equal(left(&p, user), 5);
    mpcf_error_destroy(err);
}

/* By the key that proves the user to the provider, which `keys show` of the user's file names, too;
 * no digit of the key itself is written. */
static void a_key_names_its_user(void **state)
{
    mpcf_error *err = mpcf_error_create();
    char user[QUESTIONS_USER_SIZE], other[QUESTIONS_USER_SIZE], fingerprint[KEY_FINGERPRINT_SIZE];

    (void) state;
    assert_ok(questions_user(test_role_keys(0, ROLE_PROVIDER), "user 7", user, err), err);
    assert_ok(questions_user(test_role_keys(1, ROLE_PROVIDER), "user 7", other, err), err);
    assert_ok(role_keys_fingerprint(test_role_keys(0, ROLE_USER)->links[ROLE_PROVIDER].mine,
                                    fingerprint, err),
              err);
    assert_int_equal(strncmp(user, "key ", 4), 0);
    assert_string_equal(user + 4, fingerprint);
    assert_string_not_equal(user, other);
    mpcf_error_destroy(err);
}

static void without_a_limit_nothing_is_written(void **state)
{
    const struct pipeline p = provider(0);
    char *path = file_join(p.output, "questions.json");

    (void) state;
    assert_int_equal(use(&p, "uid 1", 1000000), 0);
    assert_int_equal(left(&p, "uid 1"), 0);
    assert_false(file_exists(path));
    mpcf_free(path);
}

static void only_the_owner_reads_it(void **state)
{
    const struct pipeline p = provider(5);
    char *path = file_join(p.output, "questions.json");
    struct stat facts;
    const mode_t old = umask(0);

    (void) state;
    for (int i = 0; i < 2; i++) {
        (void) use(&p, "uid 1", 1);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        assert_int_equal(chmod(path, 0644), 0); /* the next write closes it again */
    }
    (void) umask(old);
    mpcf_free(path);
}

static void damage_is_no_new_beginning(void **state)
{
    static const char *const damaged[] = {"",
                                          "{",
                                          "[]",
                                          "{\"version\": 1}",
                                          "{\"version\": 2, \"users\": {}}",
                                          "{\"version\": 1, \"users\": {\"uid 1\": -1}}",
                                          "{\"version\": 1, \"users\": {\"uid 1\": 1.5}}",
                                          "{\"version\": 1, \"users\": {\"uid 1\": \"3\"}}"};
    const struct pipeline p = provider(5);
    char *path = file_join(p.output, "questions.json");
    mpcf_error *err = mpcf_error_create();
    struct question_limit limit;

    (void) state;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        assert_ok(file_write_whole(path, damaged[i], strlen(damaged[i]), err), err);
        assert_status(MPCF_E_FORMAT, questions_left(&p, "uid 1", &limit, err), err);
        assert_message_contains(err, "to count anew, move");
        assert_status(MPCF_E_FORMAT, questions_use(&p, "uid 1", 1, &limit, err), err);
    }
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void what_cannot_be_counted_is_an_error(void **state)
{
    const struct pipeline p = {.output = "/proc/self", .infer = {.max_questions = 5}};
    mpcf_error *err = mpcf_error_create();
    struct question_limit limit;

    (void) state;
    assert_status(MPCF_E_IO, questions_use(&p, "uid 1", 1, &limit, err), err);
    assert_message_contains(err, "questions.lock");
    mpcf_error_destroy(err);
}

/* Processes of one folder take turns: none of their questions is lost. */
static void processes_count_together(void **state)
{
    enum { PROCESSES = 4, EACH = 20 };
    const struct pipeline p = provider(PROCESSES * EACH);
    pid_t pids[PROCESSES];

    (void) state;
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            mpcf_status status = MPCF_OK;

            for (int k = 0; k < EACH && status == MPCF_OK; k++) {
                struct question_limit limit;

                status = questions_use(&p, "uid 1", 1, &limit, NULL);
            }
            _exit(status == MPCF_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(left(&p, "uid 1"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_user_has_a_count),
        cmocka_unit_test(who_proves_nothing_is_one),
        cmocka_unit_test(a_key_names_its_user),
        cmocka_unit_test(without_a_limit_nothing_is_written),
        cmocka_unit_test(only_the_owner_reads_it),
        cmocka_unit_test(damage_is_no_new_beginning),
        cmocka_unit_test(what_cannot_be_counted_is_an_error),
        cmocka_unit_test(processes_count_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
