/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys while memory runs out: nothing is half made, and what lacks is said.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alloc/fail_alloc.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate_folder.h"
#include "channel/key_file.h"
#include "channel/key_folder.h"
#include "channel/link_party.h"
#include "channel/spoken.h"
#include "channel/trusted.h"
#include "support/role_keys.h"
#include "support/support.h"

static char *paths[3];

static mpcf_status parse_keys(void *context, mpcf_error *err)
{
    const char *text = context;
    struct role_keys *keys = NULL;
    const mpcf_status status = role_keys_parse(text, strlen(text), "text", &keys, err);

    assert_true((status == MPCF_OK) == (keys != NULL));
    role_keys_destroy(keys);
    return status;
}

static mpcf_status read_keys(void *context, mpcf_error *err)
{
    struct role_keys *keys = NULL;
    const mpcf_status status = key_file_read(context, &keys, err);

    assert_true((status == MPCF_OK) == (keys != NULL));
    role_keys_destroy(keys);
    return status;
}

static mpcf_status show_fingerprint(void *context, mpcf_error *err)
{
    char text[KEY_FINGERPRINT_SIZE];

    return role_keys_fingerprint(context, text, err);
}

/* All three or none. */
static mpcf_status make_folder(void *context, mpcf_error *err)
{
    const mpcf_status status = key_folder_create(context, err);

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(unlink(paths[i]), status == MPCF_OK ? 0 : -1);
    }
    return status;
}

static void remove_from(const char *folder, const char *const names[5])
{
    for (size_t i = 0; i < 5; i++) {
        char path[512]; /* allocations fail meanwhile */
        (void) snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void) unlink(path);
    }
}

/* What could not be made whole is not in the way of the next attempt. */
static mpcf_status make_pinned(void *context, mpcf_error *err)
{
    static const char *const names[5] = {"provider.pem", "user.pem", "dealer.pem", "trusted", "-"};
    const mpcf_status status = pinned_folder_create(context, err);

    if (status == MPCF_OK) {
        remove_from(context, names);
    }
    return status;
}

static mpcf_status make_curve(void *context, mpcf_error *err)
{
    static const char *const names[5] = {"provider.curve", "user.curve", "dealer.curve",
                                         "trusted.curve", "-"};
    const mpcf_status status = curve_folder_create(context, err);

    if (status == MPCF_OK) {
        remove_from(context, names);
    }
    return status;
}

static mpcf_status make_certificates(void *context, mpcf_error *err)
{
    static const char *const names[5] = {"provider.pem", "user.pem", "dealer.pem", "authority.pem",
                                         "authority.key"};
    const mpcf_status status = certificate_folder_create(context, 365, err);

    remove_from(context, names);
    return status;
}

/* Begun without the list: what could not be added left none, or the one before. */
static mpcf_status take_back(void *context, mpcf_error *err)
{
    static const char *const names[5] = {"revoked", "-", "-", "-", "-"};
    const uint8_t keys[2][SPOKEN_BYTES] = {{1}, {2}};
    char path[512];
    unsigned count = 0;
    mpcf_status status = trusted_add(&trusted_revoked, context, ROLE_PROVIDER, keys[0], err);

    if (status == MPCF_OK) {
        status = trusted_add(&trusted_revoked, context, ROLE_PROVIDER, keys[1], err);
    }
    if (status == MPCF_OK) {
        (void) snprintf(path, sizeof path, "%s/revoked", (const char *) context);
        status = trusted_check(&trusted_revoked, path, &count, err);
        assert_true(status != MPCF_OK || count == 2);
    }
    remove_from(context, names);
    return status;
}

static mpcf_status tell_party(void *context, mpcf_error *err)
{
    mpcf_party *party = NULL;
    const mpcf_status status = link_party_create(ROLE_USER, context, &party, err);

    assert_true((status == MPCF_OK) == (party != NULL));
    link_party_destroy(party);
    return status;
}

/* Secret memory is no malloc()'s: its allocations, and all others of ours, are made to fail by count. */
static void assert_says_so(const char *what, mpcf_status (*run)(void *context, mpcf_error *err),
                           void *context)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_status status = MPCF_E_NOMEM;
    size_t count = 0;

    while (status != MPCF_OK && count < 100) {
        count++;
        mpcf_error_reset(err);
        mpcf_test_fail_alloc(count);
        status = run(context, err);
        mpcf_test_fail_alloc(0);
        if (status != MPCF_OK) {
            assert_status_was(MPCF_E_NOMEM, status, err);
            assert_message_contains(err, "memory");
        }
    }
    print_message("%s: %zu allocations of ours\n", what, count - 1);
    assert_true(count > 1 && count < 100);
    mpcf_error_destroy(err);
}

static void keys_say_memory_is_short(void **state)
{
    static const char *const names[3] = {"provider.key", "user.key", "dealer.key"};
    char *folder = file_join(test_folder(), "keys"), *file = file_join(test_folder(), "user.key");
    char *tls = file_join(test_folder(), "tls");
    const struct role_keys *keys = test_role_keys(0, ROLE_USER);
    static char text[ROLE_KEYS_TEXT];
    uint8_t key[LINK_KEY_BYTES];

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        paths[i] = file_join(folder, names[i]);
    }
    (void) role_keys_print(keys, text);
    memcpy(key, keys->links[ROLE_DEALER].mine, sizeof key);
    assert_int_equal(key_file_create(file, keys, NULL), MPCF_OK);
    assert_says_so("keys", parse_keys, text);
    assert_says_so("a file of keys", read_keys, file);
    assert_says_so("a folder of keys", make_folder, folder);
    assert_says_so("a folder of pinned keys", make_pinned, tls);
    assert_says_so("a folder of CURVE keys", make_curve, tls);
    assert_says_so("a folder of certificates", make_certificates, tls);
    assert_says_so("keys that were taken back", take_back, tls);
    union {
        const struct role_keys *constant;
        void *context;
    } own = {.constant = keys};
    assert_says_so("what a transport is told", tell_party, own.context);
    mpcf_free(tls);
    assert_survives("a fingerprint", show_fingerprint, key);
    assert_survives("a folder of keys", make_folder, folder);
    for (size_t i = 0; i < 3; i++) {
        mpcf_free(paths[i]);
    }
    mpcf_free(folder);
    mpcf_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_say_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
