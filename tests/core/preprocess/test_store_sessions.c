/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many stored sessions in one folder: none is touched by another's beginning, the one unused longest
 * goes first, and never one that a process has.
 */
#include "preprocess/store_sessions.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "preprocess/store_folder.h"
#include "support/support.h"

#define FACTS_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define FACTS_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HOUR    INT64_C(3600000000000)

struct fixture {
    mpcf_error *err;
    char *root;
};

static void open_fixture(struct fixture *f)
{
    static unsigned turn;
    char name[16];

    (void) snprintf(name, sizeof name, "store%u", turn++);
    *f = (struct fixture){.err = mpcf_error_create(), .root = file_join(test_folder(), name)};
    assert_ok(store_sessions_open(f->root, f->err), f->err);
}

static void close_fixture(struct fixture *f)
{
    mpcf_free(f->root);
    mpcf_error_destroy(f->err);
}

static char *folder_of(const struct fixture *f, uint8_t number)
{
    const uint8_t id[STORE_ID_BYTES] = {number, 0xfe};

    return store_sessions_folder(f->root, id);
}

/* Session NUMBER, which was used last HOURS ago (negative: to come). */
static struct store *make(struct fixture *f, uint8_t number, const char *facts, int hours)
{
    struct store_identity identity = {.session = {number, 0xfe}, .seeds = {9}};
    struct store *s = NULL;
    struct timespec times[2] = {{0}, {0}};
    char *folder = folder_of(f, number), *consumed = file_join(folder, "consumed");

    memcpy(identity.facts, facts, sizeof identity.facts);
    assert_ok(store_create(folder, &identity, &s, f->err), f->err);
    (void) clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= (time_t) hours * 3600;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, consumed, times, 0), 0);
    mpcf_free(folder);
    mpcf_free(consumed);
    return s;
}

static void put(struct fixture *f, uint8_t number, const char *facts, int hours)
{
    store_close(make(f, number, facts, hours));
}

static bool is_there(const struct fixture *f, uint8_t number)
{
    const uint8_t id[STORE_ID_BYTES] = {number, 0xfe};
    struct store_label label;

    return store_sessions_look(f->root, id, &label);
}

static void assert_there(const struct fixture *f, const char *numbers)
{
    char found[16] = "";

    for (uint8_t i = 1; i < 10; i++) {
        if (is_there(f, i)) {
            found[strlen(found)] = (char) ('0' + i);
        }
    }
    assert_string_equal(found, numbers);
}

static void sessions_do_not_touch_each_other(void **state)
{
    struct fixture f;
    struct store_label label;
    const uint8_t first[STORE_ID_BYTES] = {1, 0xfe}, none[STORE_ID_BYTES] = {1, 0xff};

    (void) state;
    open_fixture(&f);
    struct store *s = make(&f, 1, FACTS_A, 0);
    assert_ok(store_consume(s, 4, f.err), f.err);
    store_close(s);
    put(&f, 2, FACTS_B, 0);
    assert_true(store_sessions_look(f.root, first, &label));
    assert_int_equal(label.next, 5);
    assert_string_equal(label.facts, FACTS_A);
    assert_false(store_sessions_look(f.root, none, &label));
    store_sessions_remove(f.root, none);
    assert_there(&f, "12");
    store_sessions_remove(f.root, first);
    assert_there(&f, "2");
    close_fixture(&f);
}

static void the_one_used_last_is_found(void **state)
{
    struct fixture f;
    struct store_label label;
    bool has_other = true;

    (void) state;
    open_fixture(&f);
    assert_false(store_sessions_find(f.root, FACTS_A, &label, &has_other));
    assert_false(has_other);
    put(&f, 1, FACTS_A, 5);
    put(&f, 2, FACTS_A, 2);
    put(&f, 3, FACTS_B, 1);
    assert_true(store_sessions_find(f.root, FACTS_A, &label, &has_other));
    assert_int_equal(label.session[0], 2);
    struct store_identity identity;
    struct store *s = NULL;
    char *folder = folder_of(&f, 2);
    assert_ok(store_open(folder, &identity, &s, f.err), f.err);
    assert_true(store_sessions_find(f.root, FACTS_A, &label, &has_other)); /* 2 is in use */
    assert_int_equal(label.session[0], 1);
    store_close(s);
    mpcf_free(folder);
    const char none[] = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
    assert_false(store_sessions_find(f.root, none, &label, &has_other));
    assert_true(has_other);
    assert_int_equal(label.session[0], 3);
    close_fixture(&f);
}

static void the_one_unused_longest_goes_first(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    put(&f, 1, FACTS_A, 3);
    put(&f, 2, FACTS_A, 9);
    put(&f, 3, FACTS_A, 1);
    put(&f, 4, FACTS_A, 7);
    store_sessions_tidy(f.root, SIZE_MAX, 0);
    assert_there(&f, "1234");
    store_sessions_tidy(f.root, 3, 0);
    assert_there(&f, "134");
    store_sessions_tidy(f.root, 1, 0);
    assert_there(&f, "3");
    close_fixture(&f);
}

static void never_one_that_is_in_use(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    struct store *s = make(&f, 1, FACTS_A, 90);
    put(&f, 2, FACTS_A, 2);
    put(&f, 3, FACTS_A, 1);
    store_sessions_tidy(f.root, 1, HOUR); /* 1 counts, and 3 is old */
    assert_there(&f, "");                 /* 1 is not to be had */
    assert_ok(store_consume(s, 0, f.err), f.err);
    const uint8_t id[STORE_ID_BYTES] = {1, 0xfe};
    store_sessions_remove(f.root, id);
    assert_ok(store_consume(s, 1, f.err), f.err);
    store_close(s);
    assert_there(&f, "1");
    close_fixture(&f);
}

static void old_ones_go(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    put(&f, 1, FACTS_A, 3);
    put(&f, 2, FACTS_A, 9);
    put(&f, 3, FACTS_A, -100); /* the clock was put back */
    store_sessions_tidy(f.root, SIZE_MAX, 5 * HOUR);
    assert_there(&f, "13");
    store_sessions_tidy(f.root, SIZE_MAX, 0); /* 0: none is too old */
    assert_there(&f, "13");
    close_fixture(&f);
}

/* What a crash left: a folder without a session. One that is young may be another's beginning. */
static void the_unfinished_goes_when_it_is_old(void **state)
{
    struct fixture f;
    char *folder = NULL;
    struct timespec times[2] = {{0}, {0}};

    (void) state;
    open_fixture(&f);
    put(&f, 1, FACTS_A, 0);
    folder = folder_of(&f, 2);
    assert_ok(store_folder_make(folder, f.err), f.err);
    char *part = file_join(folder, "consumed");
    assert_ok(file_write_whole(part, "abcd", 4, f.err), f.err);
    store_sessions_tidy(f.root, 1, HOUR);
    assert_true(file_exists(part)); /* and it took no other's place */
    assert_there(&f, "1");
    times[0].tv_sec = times[1].tv_sec = time(NULL) - 7200;
    assert_int_equal(utimensat(AT_FDCWD, folder, times, 0), 0);
    store_sessions_tidy(f.root, 1, 0);
    assert_false(file_is_folder(folder));
    assert_there(&f, "1");
    mpcf_free(part);
    mpcf_free(folder);
    close_fixture(&f);
}

static void what_is_not_a_stores_own_is_left(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    put(&f, 1, FACTS_A, 9);
    char *folder = folder_of(&f, 1), *thesis = file_join(folder, "thesis");
    char *beside = file_join(f.root, "notes");
    assert_ok(file_write_whole(thesis, "x", 1, f.err), f.err);
    assert_ok(file_write_whole(beside, "x", 1, f.err), f.err);
    assert_status(MPCF_E_INVALID, store_folder_remove(folder, f.err), f.err);
    assert_message_contains(f.err, "thesis");
    store_sessions_tidy(f.root, 0, HOUR);
    assert_true(file_exists(thesis) && file_exists(beside));
    assert_there(&f, "1"); /* with its seeds: nothing of it was touched */
    mpcf_free(folder);
    mpcf_free(thesis);
    mpcf_free(beside);
    close_fixture(&f);
}

static void the_folders_are_the_owners_alone(void **state)
{
    struct fixture f;
    struct stat facts;

    (void) state;
    open_fixture(&f);
    put(&f, 1, FACTS_A, 0);
    char *folder = folder_of(&f, 1);
    assert_int_equal(stat(f.root, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(stat(folder, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    mpcf_free(folder);
    close_fixture(&f);
}

/* Until then one session lay in the folder itself. */
static void an_earlier_versions_store_is_refused(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    char *session = file_join(f.root, "session");
    assert_ok(file_write_whole(session, "MPCFSES2", 8, f.err), f.err);
    assert_status(MPCF_E_CONFIG, store_sessions_open(f.root, f.err), f.err);
    assert_message_contains(f.err, "earlier version");
    assert_message_contains(f.err, "remove that folder");
    assert_true(file_exists(session));
    mpcf_free(session);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_do_not_touch_each_other),
        cmocka_unit_test(the_one_used_last_is_found),
        cmocka_unit_test(the_one_unused_longest_goes_first),
        cmocka_unit_test(never_one_that_is_in_use),
        cmocka_unit_test(old_ones_go),
        cmocka_unit_test(the_unfinished_goes_when_it_is_old),
        cmocka_unit_test(what_is_not_a_stores_own_is_left),
        cmocka_unit_test(the_folders_are_the_owners_alone),
        cmocka_unit_test(an_earlier_versions_store_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
