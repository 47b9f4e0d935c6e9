/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of keys for tls: what is made, what is never replaced, and what a file says of itself.
 */
#include "channel/certificate_folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/private_file.h"
#include "channel/trusted.h"
#include "support/support.h"

static struct pem read_pem(const char *folder, const char *name)
{
    struct pem pem = {.text = NULL};
    char *path = file_join(folder, name);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777u, 0600);
    assert_int_equal(private_file_read(path, 65536, &pem.text, &pem.length, NULL), MPCF_OK);
    mpcf_free(path);
    return pem;
}

static struct certificate_facts facts_of(const struct pem *pem)
{
    struct certificate_facts f;
    assert_int_equal(certificate_look(pem, "file", &f, NULL), MPCF_OK);
    return f;
}

static void an_authority_signs_three_roles(void **state)
{
    (void) state;
    static const char *const names[3] = {"provider.pem", "user.pem", "dealer.pem"};
    char *folder = file_join(test_folder(), "three"), *other = file_join(test_folder(), "others");
    assert_int_equal(certificate_folder_create(folder, 20, NULL), MPCF_OK);
    assert_int_equal(certificate_folder_create(other, 20, NULL), MPCF_OK);
    struct pem authority = read_pem(folder, "authority.pem"),
               another = read_pem(other, "authority.pem");
    assert_true(facts_of(&authority).is_authority);
    for (int r = 0; r < 3; r++) {
        struct pem pem = read_pem(folder, names[r]);
        struct certificate_facts f = facts_of(&pem);
        assert_true(f.has_key && f.has_certificate && !f.is_authority && !f.has_other_key);
        assert_int_equal(f.role, r);
        assert_in_range(f.days_left, 19, 20);
        assert_true(certificate_is_signed(&pem, &authority));
        assert_false(certificate_is_signed(&pem, &another));
        mpcf_secret_free(pem.text);
    }
    mpcf_secret_free(authority.text);
    mpcf_secret_free(another.text);
    mpcf_free(folder);
    mpcf_free(other);
}

/* A certificate that was removed is made anew, by the same authority; what is there stays. */
static void only_what_is_missing_is_made(void **state)
{
    (void) state;
    char *folder = file_join(test_folder(), "again"), *path = file_join(folder, "user.pem");
    mpcf_error *err = mpcf_error_create();
    assert_ok(certificate_folder_create(folder, 365, err), err);
    struct pem authority = read_pem(folder, "authority.pem"), first = read_pem(folder, "user.pem"),
               dealer = read_pem(folder, "dealer.pem");
    assert_status(MPCF_E_CONFIG, certificate_folder_create(folder, 365, err), err);
    assert_message_contains(err, "are never replaced; remove ROLE.pem");
    assert_int_equal(unlink(path), 0);
    assert_ok(certificate_folder_create(folder, 365, err), err);
    struct pem second = read_pem(folder, "user.pem"), same = read_pem(folder, "dealer.pem");
    struct certificate_facts before = facts_of(&first), behind = facts_of(&second);
    assert_memory_not_equal(before.fingerprint, behind.fingerprint, SPOKEN_BYTES);
    assert_true(certificate_is_signed(&second, &authority));
    assert_string_equal(dealer.text, same.text);
    mpcf_secret_free(authority.text);
    mpcf_secret_free(first.text);
    mpcf_secret_free(second.text);
    mpcf_secret_free(dealer.text);
    mpcf_secret_free(same.text);
    mpcf_error_destroy(err);
    mpcf_free(folder);
    mpcf_free(path);
}

static void pinned_keys_are_named_in_one_file(void **state)
{
    (void) state;
    char *folder = file_join(test_folder(), "pinned"), *path = file_join(folder, "trusted");
    char *text = NULL, line[80];
    size_t length = 0;
    mpcf_error *err = mpcf_error_create();
    assert_ok(pinned_folder_create(folder, err), err);
    assert_status(MPCF_E_CONFIG, pinned_folder_create(folder, err), err);
    assert_message_contains(err, "provider.pem' is there already");
    struct pem pem = read_pem(folder, "user.pem");
    struct certificate_facts f = facts_of(&pem);
    assert_true(f.has_key && !f.has_certificate);
    assert_status(MPCF_E_CONFIG,
                  trusted_add(&trusted_pinned, folder, ROLE_USER, f.fingerprint, err), err);
    assert_message_contains(err, "has this key already");
    f.fingerprint[0] ^= 1;
    assert_ok(trusted_add(&trusted_pinned, folder, ROLE_USER, f.fingerprint, err), err);
    assert_ok(file_read(path, 4096, &text, &length, err), err);
    (void) snprintf(line, sizeof(line), "\nuser %02x%02x", f.fingerprint[0], f.fingerprint[1]);
    assert_non_null(strstr(text, line));
    assert_memory_equal(text, "mpcf-trusted 1\nprovider ", 24);
    assert_int_equal(length, 15 + 9 + 5 + 7 + 5 + 4 * 33); /* four keys, each on a line */
    mpcf_free(text);
    mpcf_secret_free(pem.text);
    mpcf_error_destroy(err);
    mpcf_free(folder);
    mpcf_free(path);
}

/* The file is as another user's role reads it, and stays so; what is commented out is not there. */
static void a_line_is_added_as_the_file_is_read(void **state)
{
    (void) state;
    static const char before[] =
        "# ours\n\nmpcf-trusted 1\n#user 000102030405060708090a0b0c0d0e0f\n"
        "dealer 101112131415161718191a1b1c1d1e1f";
    char *folder = file_join(test_folder(), "lines"), *path = file_join(folder, "trusted");
    char *text = NULL;
    uint8_t key[SPOKEN_BYTES];
    size_t length = 0;
    struct stat facts;
    mpcf_error *err = mpcf_error_create();
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_ok(file_write_whole_private(path, before, strlen(before), err), err);
    assert_int_equal(chmod(path, 0640), 0);
    for (unsigned i = 0; i < SPOKEN_BYTES; i++) {
        key[i] = (uint8_t) (16 + i);
    }
    assert_status(MPCF_E_CONFIG, trusted_add(&trusted_pinned, folder, ROLE_USER, key, err), err);
    assert_message_contains(err, "has this key already");
    for (unsigned i = 0; i < SPOKEN_BYTES; i++) {
        key[i] = (uint8_t) i;
    }
    assert_ok(trusted_add(&trusted_pinned, folder, ROLE_USER, key, err), err);
    assert_ok(file_read(path, 4096, &text, &length, err), err);
    assert_memory_equal(text, before, strlen(before));
    assert_string_equal(text + strlen(before), "\nuser 000102030405060708090a0b0c0d0e0f\n");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777u, 0640);
    mpcf_free(text);
    assert_int_equal(unlink(path), 0);
    assert_ok(trusted_add(&trusted_pinned, folder, ROLE_USER, key, err), err);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777u, 0644);
    mpcf_error_destroy(err);
    mpcf_free(folder);
    mpcf_free(path);
}

static void what_is_trusted_is_checked(void **state)
{
    (void) state;
#define KEY "000102030405060708090a0b0c0d0e0f"
    static const struct {
        const char *text, *message; /* NULL: none */
    } cases[] = {
        {"# ours\nmpcf-trusted 1\n\nuser " KEY "\n#user " KEY, NULL},
        {"user " KEY "\n", "does not begin with the line 'mpcf-trusted 1'"},
        {"mpcf-trusted 1\nuser " KEY "\ndealer " KEY "\n",
         "checked:2: the key " KEY " stands below again"},
        {"mpcf-trusted 1\nusr " KEY "\n", "checked:2: expected a role and a fingerprint"},
        {"mpcf-trusted 1\nuser " KEY "0\n", "expected a role and a fingerprint"},
        {"mpcf-trusted 1\r\nuser " KEY "\r\n", "checked:1: the line ends in CR LF"},
        {"mpcf-trusted 1\nuser " KEY "\r\n", "checked:2: the line ends in CR LF"},
    };
#undef KEY
    char *path = file_join(test_folder(), "checked");
    mpcf_error *err = mpcf_error_create();
    unsigned count = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(file_write_whole_private(path, cases[i].text, strlen(cases[i].text), err), err);
        assert_int_equal(chmod(path, 0644), 0);
        const mpcf_status status = trusted_check(&trusted_pinned, path, &count, err);
        if (cases[i].message == NULL) {
            assert_was_ok(status, err);
            assert_int_equal(count, 1);
        } else {
            assert_status_was(MPCF_E_FORMAT, status, err);
            assert_message_contains(err, cases[i].message);
            mpcf_error_reset(err);
        }
    }
    assert_int_equal(chmod(path, 0664), 0);
    assert_status(MPCF_E_CONFIG, trusted_check(&trusted_pinned, path, &count, err), err);
    assert_message_contains(err, "others can write '");
    mpcf_error_destroy(err);
    mpcf_free(path);
}

static void what_another_placed_stays(void **state)
{
    (void) state;
    char *folder = file_join(test_folder(), "half"), *path = file_join(folder, "user.pem");
    char *made[2] = {file_join(folder, "provider.pem"), file_join(folder, "trusted")};
    struct stat facts;
    mpcf_error *err = mpcf_error_create();
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("nowhere", path), 0); /* seen by who makes it, not by who looks */
    assert_status(MPCF_E_CONFIG, pinned_folder_create(folder, err), err);
    assert_message_contains(err, "user.pem' is there already");
    assert_int_equal(lstat(path, &facts), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_not_equal(lstat(made[i], &facts), 0);
        mpcf_free(made[i]);
    }
    mpcf_error_destroy(err);
    mpcf_free(folder);
    mpcf_free(path);
}

static void what_is_no_key_is_said(void **state)
{
    (void) state;
    char text[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n";
    struct pem pem = {.text = text, .length = sizeof(text) - 1};
    struct certificate_facts f;
    mpcf_error *err = mpcf_error_create();
    assert_status(MPCF_E_FORMAT, certificate_look(&pem, "file", &f, err), err);
    assert_message_contains(err, "file: neither a key nor a certificate that can be read");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_authority_signs_three_roles),
        cmocka_unit_test(only_what_is_missing_is_made),
        cmocka_unit_test(pinned_keys_are_named_in_one_file),
        cmocka_unit_test(a_line_is_added_as_the_file_is_read),
        cmocka_unit_test(what_is_trusted_is_checked),
        cmocka_unit_test(what_another_placed_stays),
        cmocka_unit_test(what_is_no_key_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
