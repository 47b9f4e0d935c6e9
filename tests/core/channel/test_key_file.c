/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/key_file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/role_keys.h"
#include "support/support.h"

static char *made(const char *name, enum role role)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), name);
    (void) unlink(path);
    assert_ok(key_file_create(path, test_role_keys(0, role), err), err);
    mpcf_error_destroy(err);
    return path;
}

static void refused(const char *path, mpcf_status status, const char *message)
{
    struct role_keys *keys = NULL;
    mpcf_error *err = mpcf_error_create();
    assert_status(status, key_file_read(path, &keys, err), err);
    assert_message_contains(err, path);
    assert_message_contains(err, message);
    assert_null(keys);
    mpcf_error_destroy(err);
}

static void a_file_gives_back_its_keys(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct role_keys *got = NULL;
    struct stat facts;
    const mode_t before = umask(0);
    char *path = made("provider.key", ROLE_PROVIDER);
    (void) umask(before);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode, S_IFREG | 0600); /* whatever the umask */
    assert_int_equal(facts.st_nlink, 1);
    assert_ok(key_file_read_as(path, ROLE_PROVIDER, &got, err), err);
    assert_memory_equal(&got->links[ROLE_USER], &test_role_keys(0, ROLE_PROVIDER)->links[ROLE_USER],
                        sizeof(struct link_keys));
    role_keys_destroy(got);
    got = NULL;
    assert_status(MPCF_E_CONFIG, key_file_read_as(path, ROLE_DEALER, &got, err), err);
    assert_message_contains(err, "has the keys of the provider, not of the dealer");
    assert_null(got);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void keys_are_never_replaced(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(test_folder(), "old.key"), *text = NULL;
    char *link_path = file_join(test_folder(), "link.key");
    char *nowhere = file_join(test_folder(), "nowhere/a.key");
    size_t length = 0;
    assert_ok(file_write_whole(path, "old", 3, err), err);
    assert_status(MPCF_E_CONFIG, key_file_create(path, test_role_keys(0, ROLE_USER), err), err);
    assert_message_contains(err, "old.key' is there already");
    assert_ok(file_read(path, 100, &text, &length, err), err);
    assert_string_equal(text, "old");
    assert_int_equal(symlink("nowhere", link_path), 0);
    assert_status(MPCF_E_CONFIG, key_file_create(link_path, test_role_keys(0, ROLE_USER), err),
                  err);
    assert_status(MPCF_E_IO, key_file_create(nowhere, test_role_keys(0, ROLE_USER), err), err);
    assert_message_contains(err, "nowhere/a.key");
    mpcf_free(text);
    mpcf_free(path);
    mpcf_free(link_path);
    mpcf_free(nowhere);
    mpcf_error_destroy(err);
}

static void what_others_can_reach_is_refused(void **state)
{
    (void) state;
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666};
    char *path = made("user.key", ROLE_USER);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        refused(path, MPCF_E_CONFIG, "others can reach the keys");
    }
    assert_int_equal(chmod(path, 0400), 0);
    struct role_keys *keys = NULL;
    assert_int_equal(key_file_read(path, &keys, NULL), MPCF_OK);
    role_keys_destroy(keys);
    mpcf_free(path);
}

static void what_belongs_to_others_is_refused(void **state)
{
    (void) state;
    char *path = made("foreign.key", ROLE_USER);
    if (chown(path, 12345, (gid_t) -1) != 0) {
        print_message("skipped: only root can give files away\n");
        mpcf_free(path);
        skip();
    }
    refused(path, MPCF_E_CONFIG, "belongs to user 12345");
    mpcf_free(path);
}

/* The file that is opened is asked, not the name: a link is as good as what it leads to. */
static void links_are_followed(void **state)
{
    (void) state;
    char *path = made("target.key", ROLE_USER), *link_path = file_join(test_folder(), "via");
    struct role_keys *keys = NULL;
    assert_int_equal(symlink("target.key", link_path), 0);
    assert_int_equal(key_file_read(link_path, &keys, NULL), MPCF_OK);
    role_keys_destroy(keys);
    assert_int_equal(chmod(path, 0644), 0);
    refused(link_path, MPCF_E_CONFIG, "others can reach the keys");
    mpcf_free(path);
    mpcf_free(link_path);
}

static void what_is_no_file_of_keys_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    static const char large[5000] = "mpcf-keys 1\n";
    char *path = file_join(test_folder(), "odd.key"), *pipe = file_join(test_folder(), "pipe.key");
    refused(path, MPCF_E_IO, "cannot open");
    refused(test_folder(), MPCF_E_CONFIG, "is not a regular file");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    refused(pipe, MPCF_E_CONFIG, "is not a regular file"); /* at once, not when somebody writes */
    assert_ok(file_write_whole(path, "mpcf-keys 1\nrole user\nuser>dealer 12\n", 37, err), err);
    assert_int_equal(chmod(path, 0600), 0);
    refused(path, MPCF_E_FORMAT, "odd.key:3: a key is 64 hexadecimal digits");
    assert_ok(file_write_whole(path, large, sizeof(large), err), err);
    assert_int_equal(chmod(path, 0600), 0);
    refused(path, MPCF_E_FORMAT, "4096 bytes at most");
    mpcf_free(path);
    mpcf_free(pipe);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_back_its_keys),
        cmocka_unit_test(keys_are_never_replaced),
        cmocka_unit_test(what_others_can_reach_is_refused),
        cmocka_unit_test(what_belongs_to_others_is_refused),
        cmocka_unit_test(links_are_followed),
        cmocka_unit_test(what_is_no_file_of_keys_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
