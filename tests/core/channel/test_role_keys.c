/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/role_keys.h"

#include <stdio.h>
#include <string.h>

#include "support/role_keys.h"
#include "support/support.h"

#define HEX_A "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define HEX_B "00000000000000000000000000000000000000000000000000000000000000ff"
#define HEX_C "fedcba98765432100000000000000000fedcba98765432100000000000000000"
#define HEX_D "1111111111111111111111111111111111111111111111111111111111111111"
#define HEAD  "# a comment\n\nmpcf-keys 1\nrole user\n"
#define LINES                                                                                      \
    "user>provider " HEX_A "\nprovider>user " HEX_B "\nuser>dealer " HEX_C "\ndealer>user " HEX_D  \
    "\n"

static void three_sets_fit_together(void **state)
{
    (void) state;
    const uint8_t none[LINK_KEY_BYTES] = {0};
    for (unsigned a = 0; a < 3; a++) {
        const struct role_keys *of_a = test_role_keys(0, a);
        assert_int_equal(of_a->role, a);
        assert_false(of_a->has[a]);
        for (unsigned b = 0; b < 3; b++) {
            const struct role_keys *of_b = test_role_keys(0, b);
            if (a == b) {
                continue;
            }
            assert_true(of_a->has[b]);
            assert_memory_equal(of_a->links[b].mine, of_b->links[a].theirs, LINK_KEY_BYTES);
            assert_memory_not_equal(of_a->links[b].mine, of_a->links[b].theirs, LINK_KEY_BYTES);
            assert_memory_not_equal(of_a->links[b].mine, none, LINK_KEY_BYTES);
            assert_memory_not_equal(of_a->links[b].mine, of_a->links[3 - a - b].mine,
                                    LINK_KEY_BYTES);
            assert_memory_not_equal(of_a->links[b].mine, test_role_keys(1, a)->links[b].mine,
                                    LINK_KEY_BYTES);
        }
    }
}

static void what_is_printed_is_parsed(void **state)
{
    (void) state;
    for (unsigned r = 0; r < 3; r++) {
        const struct role_keys *keys = test_role_keys(0, r);
        struct role_keys *got = NULL;
        mpcf_error *err = mpcf_error_create();
        char text[ROLE_KEYS_TEXT];
        size_t length = role_keys_print(keys, text);
        assert_int_equal(length, strlen(text));
        assert_ok(role_keys_parse(text, length, "text", &got, err), err);
        assert_int_equal(got->role, r);
        for (unsigned peer = 0; peer < 3; peer++) {
            assert_int_equal(got->has[peer], peer != r);
            assert_memory_equal(&got->links[peer], &keys->links[peer], sizeof(struct link_keys));
        }
        role_keys_destroy(got);
        mpcf_error_destroy(err);
    }
}

static void a_text_is_taken_as_it_is_described(void **state)
{
    (void) state;
    static const char *const texts[] = {
        HEAD LINES,
        HEAD "# between\r\n" LINES "   \n\n",
        "mpcf-keys 1  \r\nrole user\t\r\ndealer>user " HEX_D "\nuser>dealer " HEX_C
        "\r\nprovider>user " HEX_B "\nuser>provider " HEX_A,
    };
    static const uint8_t a[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct role_keys *got = NULL;
        assert_ok(role_keys_parse(texts[i], strlen(texts[i]), "text", &got, err), err);
        assert_int_equal(got->role, ROLE_USER);
        for (size_t at = 0; at < LINK_KEY_BYTES; at += sizeof(a)) {
            assert_memory_equal(got->links[ROLE_PROVIDER].mine + at, a, sizeof(a));
        }
        assert_int_equal(got->links[ROLE_PROVIDER].theirs[31], 0xff);
        assert_int_equal(got->links[ROLE_DEALER].mine[0], 0xfe);
        assert_int_equal(got->links[ROLE_DEALER].theirs[7], 0x11);
        role_keys_destroy(got);
    }
    mpcf_error_destroy(err);
}

struct refusal {
    const char *text, *message;
};

static void another_text_is_refused_with_its_line(void **state)
{
    (void) state;
    static const struct refusal refusals[] = {
        {"", "f:0: not a file of keys"},
        {"# only\n\n", "f:2: not a file of keys"},
        {"mpcf-keys 2\nrole user\n" LINES, "f:1: not a file of keys: expected 'mpcf-keys 1'"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\n", "f:1: not a file of keys"},
        {"mpcf-keys 1\n", "f:1: expected 'role provider'"},
        {"mpcf-keys 1\nrole users\n" LINES, "f:2: expected 'role provider'"},
        {"mpcf-keys 1\nrole dealer\n" LINES, "f:3: expected a key between the dealer and another"},
        {HEAD, "f:4: ends without the key 'user>provider'"},
        {HEAD "user>provider " HEX_A "\n", "f:5: ends without the key 'provider>user'"},
        {HEAD LINES "user>user " HEX_A, "f:9: expected a key between"},
        {HEAD LINES "provider>dealer " HEX_A, "f:9: expected a key between"},
        {HEAD LINES "user>dealer " HEX_A, "f:9: this key was given before"},
        {HEAD "user>dealer " HEX_A "0", "f:5: a key is 64 hexadecimal digits"},
        {HEAD "user>dealer 0123", "f:5: a key is 64 hexadecimal digits"},
        {HEAD "user>dealer  " HEX_A, "f:5: a key is 64"},
        {HEAD "user> dealer " HEX_A, "f:5: expected a key between"},
        {HEAD "user>dealer", "f:5: expected a key between"},
    };
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct role_keys *got = NULL;
        const char *text = refusals[i].text;
        assert_status(MPCF_E_FORMAT, role_keys_parse(text, strlen(text), "f", &got, err), err);
        assert_message_contains(err, refusals[i].message);
        assert_null(got);
        assert_null(strstr(mpcf_error_text(err), "0123"));
    }
    mpcf_error_destroy(err);
}

/* Every character in a digit's place: the 22 digits are taken and no other. */
static void digits_are_hexadecimal_ones(void **state)
{
    (void) state;
    static const char digits[] = "0123456789abcdefABCDEF";
    char text[] = HEAD LINES;
    char *at = strstr(text, HEX_A) + 5;
    for (int c = 1; c < 256; c++) {
        struct role_keys *got = NULL;
        *at = (char) c;
        bool taken = role_keys_parse(text, strlen(text), "f", &got, NULL) == MPCF_OK;
        assert_int_equal(taken, strchr(digits, c) != NULL);
        if (taken) {
            unsigned digit = 0;
            assert_int_equal(sscanf(at, "%1x", &digit), 1);
            assert_int_equal(got->links[ROLE_PROVIDER].mine[2], 0x40 | digit);
        }
        role_keys_destroy(got);
    }
}

/* SHA-256 of 32 zero bytes, as sha256sum prints it. */
static void a_fingerprint_is_half_a_digest(void **state)
{
    (void) state;
    const uint8_t zeros[LINK_KEY_BYTES] = {0};
    char text[KEY_FINGERPRINT_SIZE];
    assert_int_equal(role_keys_fingerprint(zeros, text, NULL), MPCF_OK);
    assert_string_equal(text, "66687aadf862bd776c8fc18b8e9f8e20");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_sets_fit_together),
        cmocka_unit_test(what_is_printed_is_parsed),
        cmocka_unit_test(a_text_is_taken_as_it_is_described),
        cmocka_unit_test(another_text_is_refused_with_its_line),
        cmocka_unit_test(digits_are_hexadecimal_ones),
        cmocka_unit_test(a_fingerprint_is_half_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
