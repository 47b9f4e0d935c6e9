/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of masked weights: found again where it is whole, private and for the same; by several
 * at once, and begun by one alone.
 */
#include "preprocess/kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "preprocess/kept_list.h"
#include "support/support.h"

#define FACTS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SET   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NAME  "0123"

struct fixture {
    mpcf_error *err;
    char *root, *folder;
    struct kept_mark mark;
};

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.err = mpcf_error_create(), .mark = {.id = {3}, .facts = FACTS}};
    f->root = file_join(test_folder(), "kept");
    f->folder = file_join(f->root, NAME);
    f->mark.seed[15] = 9;
    assert_ok(file_remove_tree(f->root, f->err), f->err);
}

static void close_fixture(struct fixture *f)
{
    mpcf_free(f->root);
    mpcf_free(f->folder);
    mpcf_error_destroy(f->err);
}

static struct kept *begin(struct fixture *f, const char *name)
{
    struct kept *k = NULL;

    assert_ok(kept_begin(f->root, name, &f->mark, &k, f->err), f->err);
    return k;
}

static mode_t mode_of(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    struct stat facts;

    assert_int_equal(stat(path, &facts), 0);
    mpcf_free(path);
    return facts.st_mode & 0777;
}

static void what_was_begun_is_found(void **state)
{
    struct fixture f;
    struct kept *k = NULL, *again = NULL;

    (void) state;
    open_fixture(&f);
    assert_null(kept_find(f.root, FACTS)); /* there is no folder at all */
    kept_close(begin(&f, NAME));
    assert_int_equal(mode_of(f.root, NAME), 0700);
    assert_int_equal(mode_of(f.folder, "kept"), 0600);
    k = kept_find(f.root, FACTS);
    assert_non_null(k);
    assert_memory_equal(kept_mark(k), &f.mark, sizeof f.mark);
    again = kept_open(f.root, NAME, FACTS, f.mark.id); /* several read it */
    assert_non_null(again);
    kept_close(again);
    kept_close(k);
    assert_null(kept_find(f.root, OTHER));
    assert_null(kept_open(f.root, NAME, OTHER, f.mark.id));
    assert_null(kept_open(f.root, "none", FACTS, f.mark.id));
    f.mark.id[0] = 4;
    assert_null(kept_open(f.root, NAME, FACTS, f.mark.id));
    close_fixture(&f);
}

static void who_begins_is_alone(void **state)
{
    struct fixture f;
    struct kept *k = NULL, *other = NULL;

    (void) state;
    open_fixture(&f);
    k = begin(&f, NAME);
    assert_null(kept_find(f.root, FACTS));
    assert_status(MPCF_E_INVALID, kept_begin(f.root, NAME, &f.mark, &other, f.err), f.err);
    kept_close(k);
    k = kept_find(f.root, FACTS);
    assert_status(MPCF_E_INVALID, kept_begin(f.root, NAME, &f.mark, &other, f.err), f.err);
    kept_tidy(f.root, 0, 0); /* nor is it removed meanwhile */
    kept_close(k);
    kept_close(begin(&f, NAME));
    close_fixture(&f);
}

static void what_others_can_look_into_is_not_taken_up(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    kept_close(begin(&f, NAME));
    assert_int_equal(chmod(f.folder, 0750), 0);
    assert_null(kept_find(f.root, FACTS));
    kept_close(begin(&f, NAME)); /* private again, with what is new in it */
    assert_int_equal(mode_of(f.root, NAME), 0700);
    close_fixture(&f);
}

/* Each byte of the mark. */
static void a_damaged_mark_is_none(void **state)
{
    struct fixture f;
    char *path = NULL, *text = NULL;
    size_t length = 0;

    (void) state;
    open_fixture(&f);
    kept_close(begin(&f, NAME));
    path = file_join(f.folder, "kept");
    assert_ok(file_read(path, 1000, &text, &length, f.err), f.err);
    assert_int_equal(length, KEPT_MARK_BYTES);
    for (size_t i = 0; i < length; i++) {
        text[i] ^= 1;
        assert_ok(file_write_whole_private(path, text, length, f.err), f.err);
        assert_null(kept_find(f.root, FACTS));
        text[i] ^= 1;
        assert_ok(file_write_whole_private(path, text, i, f.err), f.err);
        assert_null(kept_find(f.root, FACTS));
    }
    mpcf_free(text);
    mpcf_free(path);
    close_fixture(&f);
}

static void sets_come_back_whole_or_not_at_all(void **state)
{
    struct fixture f;
    uint8_t d[1000];
    struct kept_set set = {.d = NULL};
    char *path = NULL, *text = NULL;
    size_t length = 0;

    (void) state;
    open_fixture(&f);
    struct kept *k = begin(&f, NAME);
    for (size_t i = 0; i < sizeof d; i++) {
        d[i] = (uint8_t) (7 * i);
    }
    assert_false(kept_has_set(k, SET, sizeof d));
    assert_int_not_equal(kept_set_open(k, SET, sizeof d, &set, f.err), MPCF_OK);
    mpcf_error_reset(f.err);
    assert_ok(kept_set_write(k, SET, d, sizeof d, f.err), f.err);
    assert_int_equal(mode_of(f.folder, "weights-" SET), 0600);
    assert_true(kept_has_set(k, SET, sizeof d));
    assert_false(kept_has_set(k, SET, sizeof d - 1));
    assert_ok(kept_set_open(k, SET, sizeof d, &set, f.err), f.err);
    assert_memory_equal(set.d, d, sizeof d);
    assert_int_equal((uintptr_t) set.d % 32, 0);
    kept_set_close(&set);

    path = file_join(f.folder, "weights-" SET);
    assert_ok(file_read(path, 10000, &text, &length, f.err), f.err);
    for (size_t i = 0; i < length; i += 41) {
        text[i] ^= 16;
        assert_ok(file_write_whole_private(path, text, length, f.err), f.err);
        assert_true(kept_has_set(k, SET, sizeof d));
        assert_status(MPCF_E_FORMAT, kept_set_open(k, SET, sizeof d, &set, f.err), f.err);
        assert_false(kept_has_set(k, SET, sizeof d)); /* it is removed */
        text[i] ^= 16;
    }
    /* Of another id: the folder was begun anew, and the file brought back. */
    kept_close(k);
    f.mark.id[0] = 8;
    k = begin(&f, NAME);
    assert_false(file_exists(path));
    assert_ok(file_write_whole_private(path, text, length, f.err), f.err);
    assert_status(MPCF_E_FORMAT, kept_set_open(k, SET, sizeof d, &set, f.err), f.err);
    kept_close(k);
    mpcf_free(text);
    mpcf_free(path);
    close_fixture(&f);
}

static void another_digest_gives_the_masks_up(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    struct kept *k = begin(&f, NAME);
    assert_ok(kept_check(k, SET, FACTS, false, f.err), f.err);
    assert_ok(kept_check(k, SET, FACTS, false, f.err), f.err);
    assert_int_equal(mode_of(f.folder, "packing-" SET), 0600);
    kept_close(k);
    k = kept_find(f.root, FACTS);
    assert_non_null(k);
    assert_status(MPCF_E_INVALID, kept_check(k, SET, OTHER, false, f.err), f.err);
    kept_close(k);
    assert_null(kept_find(f.root, FACTS));
    kept_close(begin(&f, NAME));
    close_fixture(&f);
}

/* The folder as it was before the record was written, brought back: the user has D, and it may be another. */
static void a_record_that_is_gone_gives_the_masks_up(void **state)
{
    struct fixture f;
    char *path = NULL;

    (void) state;
    open_fixture(&f);
    struct kept *k = begin(&f, NAME);
    path = file_join(f.folder, "packing-" SET);
    assert_false(kept_is_recorded(k));
    assert_ok(kept_check(k, SET, FACTS, false, f.err), f.err);
    assert_ok(kept_check(k, SET, FACTS, true, f.err), f.err);
    assert_true(kept_is_recorded(k));
    assert_int_equal(remove(path), 0);
    assert_false(kept_is_recorded(k));
    assert_status(MPCF_E_INVALID, kept_check(k, SET, FACTS, true, f.err), f.err);
    kept_close(k);
    assert_null(kept_find(f.root, FACTS));
    mpcf_free(path);
    close_fixture(&f);
}

/* One that is there and cannot be read is not written anew; one that cannot be written ends the keeping, not
 * the session. */
static void a_record_that_cannot_be_used_gives_the_masks_up(void **state)
{
    struct fixture f;
    char *path = NULL;

    (void) state;
    for (int turn = 0; turn < 2; turn++) {
        open_fixture(&f);
        struct kept *k = begin(&f, NAME);

        path = turn == 0 ? file_join(f.folder, "packing-" SET)
                         : mpcf_format("%s/packing-" SET "%lx", f.folder, (unsigned long) getpid());
        assert_int_equal(mkdir(path, 0700), 0);
        if (turn == 0) {
            assert_status(MPCF_E_IO, kept_check(k, SET, FACTS, false, f.err), f.err);
        } else {
            assert_ok(kept_check(k, SET, FACTS, false, f.err), f.err);
        }
        kept_close(k);
        assert_null(kept_find(f.root, FACTS));
        mpcf_free(path);
        close_fixture(&f);
    }
}

/* The one used last stays; opening is using. */
static void those_unused_longest_go(void **state)
{
    const struct timespec pause = {0, 20000000};
    struct fixture f;

    (void) state;
    open_fixture(&f);
    for (int i = 0; i < 3; i++) {
        char name[2] = {(char) ('1' + i), '\0'};

        f.mark.id[0] = (uint8_t) (1 + i);
        kept_close(begin(&f, name));
        (void) nanosleep(&pause, NULL);
    }
    f.mark.id[0] = 1;
    kept_close(kept_open(f.root, "1", FACTS, f.mark.id));
    kept_tidy(f.root, 2, 0);
    f.mark.id[0] = 2;
    assert_null(kept_open(f.root, "2", FACTS, f.mark.id));
    f.mark.id[0] = 3;
    struct kept *k = kept_open(f.root, "3", FACTS, f.mark.id);
    assert_non_null(k);
    (void) nanosleep(&pause, NULL);
    kept_tidy(f.root, 9, 1000); /* both are older, and one is in use */
    f.mark.id[0] = 1;
    assert_null(kept_open(f.root, "1", FACTS, f.mark.id));
    kept_close(k);
    k = kept_find(f.root, FACTS);
    assert_int_equal(kept_mark(k)->id[0], 3);
    kept_close(k);
    close_fixture(&f);
}

/* What a removal that was cut off leaves has no mark: it goes once nobody can be filling it. */
static void what_has_no_mark_goes_after_a_while(void **state)
{
    const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    const char *const names[] = {"old", "young"};
    struct fixture f;

    (void) state;
    open_fixture(&f);
    for (int i = 0; i < 2; i++) {
        struct kept *k = begin(&f, names[i]);

        assert_ok(kept_set_write(k, SET, (const uint8_t *) SET, 8, f.err), f.err);
        assert_true(kept_forget(k));
        kept_close(k);
    }
    char *path = file_join(f.root, "old");
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    kept_close(begin(&f, NAME));
    kept_tidy(f.root, 1, 0);
    assert_false(file_exists(path));
    mpcf_free(path);
    path = file_join(f.root, "young");
    assert_true(file_exists(path));
    mpcf_free(path);
    assert_true(kept_has_id(f.root, f.mark.id));
    close_fixture(&f);
}

/* Masks of zeros hide nothing. */
static void a_provider_has_a_seed(void **state)
{
    struct fixture f;

    (void) state;
    open_fixture(&f);
    memset(f.mark.seed, 0, sizeof f.mark.seed);
    kept_close(begin(&f, NAME));
    assert_null(kept_open(f.root, NAME, FACTS, f.mark.id));
    struct kept *k = kept_find(f.root, FACTS);
    assert_non_null(k); /* the user's */
    kept_remove(k);
    assert_false(file_exists(f.folder));
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_begun_is_found),
        cmocka_unit_test(who_begins_is_alone),
        cmocka_unit_test(what_others_can_look_into_is_not_taken_up),
        cmocka_unit_test(a_damaged_mark_is_none),
        cmocka_unit_test(sets_come_back_whole_or_not_at_all),
        cmocka_unit_test(another_digest_gives_the_masks_up),
        cmocka_unit_test(a_record_that_is_gone_gives_the_masks_up),
        cmocka_unit_test(a_record_that_cannot_be_used_gives_the_masks_up),
        cmocka_unit_test(what_has_no_mark_goes_after_a_while),
        cmocka_unit_test(a_provider_has_a_seed),
        cmocka_unit_test(those_unused_longest_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
