/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to be on the disk is, or it is an error: fsync(), syncfs() and rename() of this
 * program stand in front of the C library's and fail when they are told to.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/key_file.h"
#include "format/json.h"
#include "preprocess/store.h"
#include "support/support.h"

#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct {
    int of_file, of_folder, of_system, of_rename; /* errno of the next; 0: it works */
    unsigned folders, systems;                    /* that were synced */
} faults;

static int fail_with(int cause)
{
    errno = cause;
    return -1;
}

/* Seen by the library's objects, which are linked into this program. */
#pragma GCC visibility push(default)
int fsync(int fd)
{
    struct stat facts;
    const bool is_folder = fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
    const int cause = is_folder ? faults.of_folder : faults.of_file;

    faults.folders += is_folder && cause == 0;
    return cause != 0 ? fail_with(cause) : (int) syscall(SYS_fsync, fd);
}

int syncfs(int fd)
{
    faults.systems++;
    return faults.of_system != 0 ? fail_with(faults.of_system) : (int) syscall(SYS_syncfs, fd);
}

int rename(const char *from, const char *to)
{
    return faults.of_rename != 0 ? fail_with(faults.of_rename)
                                 : (int) syscall(SYS_renameat2, -100, from, -100, to, 0);
}
#pragma GCC visibility pop

static int reset(void **state)
{
    (void) state;
    memset(&faults, 0, sizeof faults);
    return 0;
}

/* --- Files --- */

static void whole_files_are_synced_with_their_folder(void **state)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), "a");

    (void) state;
    assert_ok(file_write_whole(path, "x", 1, err), err);
    assert_int_equal(faults.folders, 1);
    faults.of_file = EIO;
    assert_status(MPCF_E_IO, file_write_whole(path, "y", 1, err), err);
    assert_message_contains(err, path);
    assert_message_contains(err, strerror(EIO));
    reset(state);
    faults.of_rename = EACCES;
    assert_status(MPCF_E_IO, file_write_whole(path, "y", 1, err), err);
    assert_message_contains(err, strerror(EACCES));
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void a_folder_that_cannot_be_synced_is_an_error(void **state)
{
    static const int causes[] = {EIO, ENOSPC, EDQUOT, EROFS};
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), "b"), *copy = file_join(test_folder(), "c");
    json_t *value = json_object();

    (void) state;
    assert_ok(file_write_whole(path, "x", 1, err), err);
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        faults.of_folder = causes[i];
        assert_status(MPCF_E_IO, file_write_whole(path, "y", 1, err), err);
        assert_message_contains(err, path);
        assert_message_contains(err, test_folder());
        assert_message_contains(err, strerror(causes[i]));
        assert_status(MPCF_E_IO, file_write_whole_private(path, "y", 1, err), err);
        assert_status(MPCF_E_IO, file_copy(path, copy, err), err);
        assert_status(MPCF_E_IO, json_write_file(copy, value, err), err);
        assert_status(MPCF_E_IO, json_write_private_file(copy, value, err), err);
    }
    assert_int_equal(faults.systems, 0);
    json_decref(value);
    mpcf_free(path);
    mpcf_free(copy);
    mpcf_error_destroy(err);
}

/* Keys that may be lost are not left there: the others would have theirs for good. */
static void keys_that_cannot_be_synced_are_not_made(void **state)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), "user.keys");
    struct role_keys *sets[3];

    assert_ok(role_keys_draw(sets, err), err);
    for (int of_folder = 0; of_folder < 2; of_folder++) {
        *(of_folder ? &faults.of_folder : &faults.of_file) = EIO;
        assert_status(MPCF_E_IO, key_file_create(path, sets[ROLE_USER], err), err);
        assert_message_contains(err, strerror(EIO));
        assert_false(file_exists(path));
        reset(state);
    }
    assert_ok(key_file_create(path, sets[ROLE_USER], err), err);
    for (size_t r = 0; r < 3; r++) {
        role_keys_destroy(sets[r]);
    }
    mpcf_free(path);
    mpcf_error_destroy(err);
}

/* fsync(2): EINVAL is for what "does not support synchronization". */
static void where_folders_cannot_be_synced_all_of_the_file_system_is(void **state)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), "d");

    (void) state;
    faults.of_folder = EINVAL;
    assert_ok(file_write_whole(path, "x", 1, err), err);
    assert_int_equal(faults.systems, 1);
    faults.of_system = ENOSPC;
    assert_status(MPCF_E_IO, file_write_whole(path, "x", 1, err), err);
    assert_message_contains(err, strerror(ENOSPC));
    mpcf_free(path);
    mpcf_error_destroy(err);
}

/* --- Stores --- */

static mpcf_status give_zeros(struct source *s, void *data, size_t length, mpcf_error *err)
{
    (void) s;
    (void) err;
    memset(data, 0, length);
    return MPCF_OK;
}

struct fixture {
    mpcf_error *err;
    char *folder;
    struct store *store;
    struct store_identity identity;
};

static void open_fixture(struct fixture *f, const char *name)
{
    *f = (struct fixture){.err = mpcf_error_create(), .folder = file_join(test_folder(), name)};
    assert_ok(store_create(f->folder, &f->identity, &f->store, f->err), f->err);
}

static void close_fixture(struct fixture *f)
{
    store_close(f->store);
    mpcf_free(f->folder);
    mpcf_error_destroy(f->err);
}

static void nothing_is_used_whose_number_is_not_on_the_disk(void **state)
{
    struct fixture f;

    open_fixture(&f, "store");
    for (size_t i = 0; i < 3; i++) {
        reset(state);
        faults.of_file = i == 0 ? EIO : 0;
        faults.of_folder = i == 1 ? EIO : 0;
        faults.of_rename = i == 2 ? EIO : 0;
        assert_status(MPCF_E_IO, store_consume(f.store, 0, f.err), f.err);
        assert_status(MPCF_E_IO, store_skip_to(f.store, 3, f.err), f.err);
        assert_int_equal(store_next(f.store), 0);
    }
    reset(state);
    assert_ok(store_consume(f.store, 0, f.err), f.err);
    assert_int_equal(store_next(f.store), 1);
    close_fixture(&f);
}

static void a_store_that_may_be_lost_is_not_begun(void **state)
{
    struct fixture f;
    struct store *other = NULL;
    struct source from = {.read = give_zeros};
    const size_t length = 9;

    open_fixture(&f, "first");
    faults.of_folder = EIO;
    assert_status(MPCF_E_IO, store_fill(f.store, 0, DIGEST, &from, &length, 1, f.err), f.err);
    assert_status(MPCF_E_IO, store_masked_weights(f.store, "ab", DIGEST, f.err), f.err);
    store_close(f.store);
    f.store = NULL;
    assert_status(MPCF_E_IO, store_create(f.folder, &f.identity, &other, f.err), f.err);
    reset(state);
    assert_ok(store_create(f.folder, &f.identity, &other, f.err), f.err);
    assert_int_equal(faults.folders, 3); /* that above it, and its own after each of two files */
    store_close(other);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole_files_are_synced_with_their_folder, reset),
        cmocka_unit_test_setup(a_folder_that_cannot_be_synced_is_an_error, reset),
        cmocka_unit_test_setup(keys_that_cannot_be_synced_are_not_made, reset),
        cmocka_unit_test_setup(where_folders_cannot_be_synced_all_of_the_file_system_is, reset),
        cmocka_unit_test_setup(nothing_is_used_whose_number_is_not_on_the_disk, reset),
        cmocka_unit_test_setup(a_store_that_may_be_lost_is_not_begun, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
