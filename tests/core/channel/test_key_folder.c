/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/key_folder.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/key_file.h"
#include "support/support.h"

static const char *const names[3] = {"provider.key", "user.key", "dealer.key"};

static mode_t mode_of(const char *folder, const char *name)
{
    struct stat facts;
    char *path = file_join(folder, name);
    assert_int_equal(lstat(path, &facts), 0);
    mpcf_free(path);
    return facts.st_mode;
}

static unsigned entries_of(const char *folder)
{
    unsigned count = 0;
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    assert_non_null(listing);
    while ((entry = readdir(listing)) != NULL) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    (void) closedir(listing);
    return count;
}

static struct role_keys *read_from(const char *folder, unsigned role)
{
    mpcf_error *err = mpcf_error_create();
    struct role_keys *keys = NULL;
    char *path = file_join(folder, names[role]);
    assert_ok(key_file_read_as(path, (enum role) role, &keys, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return keys;
}

static void three_files_that_fit_together(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    char *folder = file_join(test_folder(), "new/folder/");
    struct role_keys *keys[3];
    const mode_t before = umask(0);
    assert_ok(key_folder_create(folder, err), err);
    (void) umask(before);
    assert_int_equal(mode_of(folder, "."), S_IFDIR | 0700);
    assert_int_equal(entries_of(folder), 3); /* nothing half made */
    for (unsigned r = 0; r < 3; r++) {
        assert_int_equal(mode_of(folder, names[r]), S_IFREG | 0600);
        keys[r] = read_from(folder, r);
    }
    for (unsigned a = 0; a < 3; a++) {
        for (unsigned b = 0; b < 3; b++) {
            if (a != b) {
                assert_memory_equal(keys[a]->links[b].mine, keys[b]->links[a].theirs,
                                    LINK_KEY_BYTES);
            }
        }
    }
    for (unsigned r = 0; r < 3; r++) {
        role_keys_destroy(keys[r]);
    }
    mpcf_free(folder);
    mpcf_error_destroy(err);
}

/* Whichever of the three is there: it stays, and the other two are not made. */
static void none_is_made_where_one_is_there(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    for (unsigned r = 0; r < 3; r++) {
        char *folder = mpcf_format("%s/there-%u", test_folder(), r), *text = NULL;
        char *path = file_join(folder, names[r]);
        size_t length = 0;
        assert_ok(file_make_folder(folder, err), err);
        assert_ok(file_write_whole(path, "old", 3, err), err);
        assert_int_equal(chmod(folder, 0755), 0);
        assert_status(MPCF_E_CONFIG, key_folder_create(folder, err), err);
        assert_message_contains(err, path);
        assert_message_contains(err, "is there already");
        assert_int_equal(entries_of(folder), 1);
        assert_ok(file_read(path, 10, &text, &length, err), err);
        assert_string_equal(text, "old");
        assert_int_equal(unlink(path), 0);
        assert_ok(key_folder_create(folder, err), err); /* into a folder that was there */
        assert_int_equal(entries_of(folder), 3);
        mpcf_free(text);
        mpcf_free(path);
        mpcf_free(folder);
    }
    mpcf_error_destroy(err);
}

static void a_folder_of_others_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    char *folder = file_join(test_folder(), "shared"), *file = file_join(test_folder(), "file");
    assert_ok(file_make_folder(folder, err), err);
    static const mode_t modes[] = {0775, 0707, 01777};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(chmod(folder, modes[i]), 0);
        assert_status(MPCF_E_CONFIG, key_folder_create(folder, err), err);
        assert_message_contains(err, "others can write into");
        assert_int_equal(entries_of(folder), 0);
    }
    assert_ok(file_write_whole(file, "", 0, err), err);
    assert_status(MPCF_E_CONFIG, key_folder_create(file, err), err);
    assert_message_contains(err, "is not a folder");
    mpcf_free(folder);
    mpcf_free(file);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_files_that_fit_together),
        cmocka_unit_test(none_is_made_where_one_is_there),
        cmocka_unit_test(a_folder_of_others_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
