/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/digest.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

static char *in_folder(const char *name)
{
    char *path = file_join(test_folder(), name);

    assert_non_null(path);
    return path;
}

static void what_is_written_is_read(void **state)
{
    char *path = in_folder("a"), *data = NULL;
    size_t length = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(file_write_whole(path, "hello", 5, err), err);
    assert_ok(file_read(path, 100, &data, &length, err), err);
    assert_int_equal(length, 5);
    assert_string_equal(data, "hello");
    mpcf_free(data);
    assert_status(MPCF_E_FORMAT, file_read(path, 4, &data, &length, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void cancelled_write_leaves_the_old_file(void **state)
{
    char *path = in_folder("b"), *data = NULL;
    size_t length = 0;
    struct file_write *file = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(file_write_whole(path, "old", 3, err), err);
    assert_ok(file_write_begin(path, &file, err), err);
    (void) fputs("new", file_write_stream(file));
    file_write_cancel(file);
    assert_ok(file_read(path, 100, &data, &length, err), err);
    assert_string_equal(data, "old");
    mpcf_free(data);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void full_disk_is_reported_and_leaves_nothing(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct file_write *file = NULL;
    char *path = in_folder("full");

    (void) state;
    if (!file_exists("/dev/full")) {
        skip();
    }
    assert_ok(file_write_begin(path, &file, err), err);
    /* A stream to the device that is always full stands in for a full disk. */
    assert_non_null(freopen("/dev/full", "wb", file_write_stream(file)));
    (void) fputs("data", file_write_stream(file));
    assert_status(MPCF_E_IO, file_write_commit(file, err), err);
    assert_message_contains(err, "No space left");
    assert_false(file_exists(path));
    mpcf_free(path);
    mpcf_error_destroy(err);
}

/* Also where the stream hands a large write on as it is, and keeps nothing that fails later. */
static void the_reason_of_a_large_write_is_kept(void **state)
{
    enum { LENGTH = 1 << 20 };
    mpcf_error *err = mpcf_error_create();
    char *path = in_folder("large"), *source = in_folder("source");
    char *data = mpcf_alloc_array(LENGTH, 1);
    struct rlimit limit, small;

    (void) state;
    descriptors_outlive_writes();
    assert_ok(file_write_whole(source, data, LENGTH, err), err);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    for (rlim_t room = 0; room < LENGTH; room += 65536 + 4096) {
        small = limit;
        small.rlim_cur = room;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        mpcf_error_reset(err);
        const mpcf_status whole = file_write_whole(path, data, LENGTH, err);
        const bool is_named = strstr(mpcf_error_text(err), "/large': File too large") != NULL;

        mpcf_error_reset(err);
        const mpcf_status copied = file_copy(source, path, err);

        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_int_equal(whole, MPCF_E_IO);
        assert_true(is_named);
        assert_status_was(MPCF_E_IO, copied, err);
        assert_message_contains(err, "/large': File too large");
        assert_false(file_exists(path));
    }
    mpcf_free(data);
    mpcf_free(path);
    mpcf_free(source);
    mpcf_error_destroy(err);
}

static unsigned mode_of(const char *path)
{
    struct stat facts;

    assert_int_equal(lstat(path, &facts), 0);
    return facts.st_mode & 07777;
}

static char *part_of(const char *path)
{
    return mpcf_format("%s.%ld.part", path, (long) getpid());
}

static void private_files_are_so_from_their_first_byte(void **state)
{
    char *path = in_folder("private"), *part = part_of(path);
    struct file_write *file = NULL;
    mpcf_error *err = mpcf_error_create();
    const mode_t before = umask(0);

    (void) state;
    assert_ok(file_write_whole(path, "old", 3, err), err);
    assert_int_equal(mode_of(path), 0666);
    assert_ok(file_write_begin_private(path, &file, err), err);
    assert_int_equal(mode_of(part), 0600);
    assert_ok(file_write_commit(file, err), err);
    assert_int_equal(mode_of(path), 0600);
    assert_ok(file_write_whole_private(path, "new", 3, err), err);
    assert_int_equal(mode_of(path), 0600);
    (void) umask(before);
    mpcf_free(path);
    mpcf_free(part);
    mpcf_error_destroy(err);
}

static void what_lies_in_the_place_of_a_part_is_not_written_to(void **state)
{
    char *path = in_folder("target"), *victim = in_folder("victim"), *part = part_of(path);
    char *data = NULL;
    size_t length = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(file_write_whole(victim, "mine", 4, err), err);
    assert_int_equal(symlink(victim, part), 0);
    assert_ok(file_write_whole(path, "new", 3, err), err);
    assert_ok(file_read(victim, 100, &data, &length, err), err);
    assert_string_equal(data, "mine");
    mpcf_free(data);
    mpcf_free(path);
    mpcf_free(victim);
    mpcf_free(part);
    mpcf_error_destroy(err);
}

static void private_folders_are_their_owners(void **state)
{
    char *outer = in_folder("outer"), *inner = in_folder("outer/inner");
    mpcf_error *err = mpcf_error_create();
    const mode_t before = umask(0);

    (void) state;
    assert_ok(file_make_private_folder(inner, err), err);
    assert_int_equal(mode_of(outer), 0777);
    assert_int_equal(mode_of(inner), 0700);
    assert_ok(file_make_private_folder(outer, err), err);
    assert_int_equal(mode_of(outer), 0700);
    (void) umask(before);
    mpcf_free(outer);
    mpcf_free(inner);
    mpcf_error_destroy(err);
}

static void digest_is_sha256(void **state)
{
    char *path = in_folder("abc"), text[FILE_DIGEST_SIZE];
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(file_write_whole(path, "abc", 3, err), err);
    assert_ok(file_digest(path, text, err), err);
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void missing_file_is_named(void **state)
{
    char *data = NULL;
    size_t length = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_status(MPCF_E_IO, file_read("/nowhere/at/all", 10, &data, &length, err), err);
    assert_message_contains(err, "/nowhere/at/all");
    mpcf_error_destroy(err);
}

static void a_pipe_is_not_mapped_nor_waited_for(void **state)
{
    char *path = in_folder("pipe");
    struct file_map map = {0};
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_int_equal(mkfifo(path, S_IRUSR | S_IWUSR), 0);
    (void) alarm(20);
    assert_status(MPCF_E_IO, file_map_open(path, &map, err), err);
    (void) alarm(0);
    assert_message_contains(err, "/pipe' is not a regular file");
    assert_int_equal(unlink(path), 0);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(cancelled_write_leaves_the_old_file),
        cmocka_unit_test(full_disk_is_reported_and_leaves_nothing),
        cmocka_unit_test(the_reason_of_a_large_write_is_kept),
        cmocka_unit_test(private_files_are_so_from_their_first_byte),
        cmocka_unit_test(what_lies_in_the_place_of_a_part_is_not_written_to),
        cmocka_unit_test(private_folders_are_their_owners),
        cmocka_unit_test(a_pipe_is_not_mapped_nor_waited_for),
        cmocka_unit_test(digest_is_sha256),
        cmocka_unit_test(missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
