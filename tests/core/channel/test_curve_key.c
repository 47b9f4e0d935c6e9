/* SPDX-License-Identifier: Apache-2.0 */
/* What a CURVE key is as text, and what is none. */
#include "channel/curve_key.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/support.h"

/* RFC 7748, 6.1: Alice's. */
#define SECRET "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
#define PUBLIC "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"

static mpcf_status parse(const char *text, enum role *role, uint8_t key[CURVE_KEY_BYTES],
                         mpcf_error *err)
{
    static char copy[512];
    (void) snprintf(copy, sizeof(copy), "%s", text);
    const struct pem file = {.text = copy, .length = strlen(copy)};
    mpcf_error_reset(err);
    return curve_key_parse(&file, "a.curve", role, key, err);
}

static void the_public_half_is_that_of_the_rfc(void **state)
{
    (void) state;
    uint8_t key[CURVE_KEY_BYTES];
    char digits[KEY_HEX_DIGITS + 1] = "";
    enum role role = ROLE_PROVIDER;
    mpcf_error *err = mpcf_error_create();
    assert_was_ok(parse("# a\n\nmpcf-curve 1\nrole dealer\n#\nsecret " SECRET, &role, key, err),
                  err);
    assert_int_equal(role, ROLE_DEALER);
    key_hex_print(key, digits);
    assert_string_equal(digits, PUBLIC);
    mpcf_error_destroy(err);
}

static void what_is_drawn_is_read(void **state)
{
    (void) state;
    uint8_t drawn[CURVE_KEY_BYTES], key[CURVE_KEY_BYTES], fingerprints[2][SPOKEN_BYTES];
    enum role role = ROLE_PROVIDER;
    struct pem files[2];
    mpcf_error *err = mpcf_error_create();
    for (unsigned i = 0; i < 2; i++) {
        assert_ok(curve_key_draw(ROLE_USER, &files[i], drawn, err), err);
        assert_true(curve_key_is(&files[i]));
        assert_ok(curve_key_parse(&files[i], "drawn", &role, key, err), err);
        assert_int_equal(role, ROLE_USER);
        assert_memory_equal(key, drawn, CURVE_KEY_BYTES);
        assert_ok(curve_key_fingerprint(key, fingerprints[i], err), err);
    }
    assert_memory_not_equal(fingerprints[0], fingerprints[1], SPOKEN_BYTES);
    mpcf_secret_free(files[0].text);
    mpcf_secret_free(files[1].text);
    mpcf_error_destroy(err);
}

static void what_is_none_is_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text, *message;
    } all[] = {
        {"", "a.curve: does not begin with the line 'mpcf-curve 1'"},
        {"mpcf-curve 2\nrole user\nsecret " SECRET, "does not begin with the line"},
        {"mpcf-keys 1\nrole user\n", "does not begin with the line"},
        {"mpcf-curve 1\n", "expected 'role provider'"},
        {"mpcf-curve 1\nrole cook\nsecret " SECRET, "expected 'role provider'"},
        {"mpcf-curve 1\nrole user\n", "expected 'secret' and 64"},
        {"mpcf-curve 1\nrole user\nsecret " SECRET "0", "expected 'secret' and 64"},
        {"mpcf-curve 1\nrole user\npublic " SECRET, "expected 'secret' and 64"},
        {"mpcf-curve 1\nrole user\nsecret " SECRET "\nmore", "expected 'secret' and 64"},
        {"mpcf-curve 1\nrole user\nsecret g7076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51"
         "db92c2a",
         "the secret has a digit that is none"},
    };
    uint8_t key[CURVE_KEY_BYTES];
    enum role role = ROLE_PROVIDER;
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        mpcf_status status = parse(all[i].text, &role, key, err);
        assert_status_was(MPCF_E_FORMAT, status, err);
        assert_message_contains(err, all[i].message);
        assert_null(strstr(mpcf_error_text(err), "7318a57d")); /* no secret in a message */
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_public_half_is_that_of_the_rfc),
        cmocka_unit_test(what_is_drawn_is_read),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
