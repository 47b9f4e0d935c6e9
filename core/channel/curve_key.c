/* SPDX-License-Identifier: Apache-2.0 */
/* How a CURVE key is drawn, written and read. */
#include "channel/curve_key.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/memory.h"

#define FIRST_LINE "mpcf-curve 1"
#define TEXT_SIZE  512

static mpcf_status fail(mpcf_error *err, const char *what)
{
    ERR_clear_error();
    return mpcf_fail(err, MPCF_E_INTERNAL, "libcrypto makes no %s", what);
}

static bool get_public(const EVP_PKEY *key, uint8_t out[CURVE_KEY_BYTES])
{
    size_t length = CURVE_KEY_BYTES;

    return key != NULL && EVP_PKEY_get_raw_public_key(key, out, &length) == 1 &&
           length == CURVE_KEY_BYTES;
}

/* --- making --- */

static size_t print(enum role role, const uint8_t *public_key, const uint8_t *secret, char *text)
{
    char digits[KEY_HEX_DIGITS + 1] = "";

    key_hex_print(public_key, digits);
    int length = snprintf(text, TEXT_SIZE,
                          "# CURVE key of the %s. Who reads this file can pose as the %s to the "
                          "others.\n# Its public key: %s\n" FIRST_LINE "\nrole %s\nsecret ",
                          role_name(role), role_name(role), digits, role_name(role));
    key_hex_print(secret, text + length);
    memcpy(text + length + KEY_HEX_DIGITS, "\n", 2);
    return (size_t) length + KEY_HEX_DIGITS + 1;
}

mpcf_status curve_key_draw(enum role role, struct pem *out, uint8_t *public_key, mpcf_error *err)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    uint8_t *secret = mpcf_secret_alloc(CURVE_KEY_BYTES, 1);
    char *text = mpcf_secret_alloc(TEXT_SIZE, 1);
    size_t length = CURVE_KEY_BYTES;
    mpcf_status status = MPCF_OK;

    if (secret == NULL || text == NULL) {
        status = mpcf_fail_memory(err, TEXT_SIZE, "a key");
    } else if (!get_public(key, public_key) ||
               EVP_PKEY_get_raw_private_key(key, secret, &length) != 1) {
        status = fail(err, "X25519 key");
    } else {
        *out = (struct pem){.text = text, .length = print(role, public_key, secret, text)};
    }
    EVP_PKEY_free(key);
    mpcf_secret_free(secret);
    if (status != MPCF_OK) {
        mpcf_secret_free(text);
    }
    return status;
}

/* --- reading --- */

/* The next line of *REST that says something, of *LENGTH bytes; NULL: none. */
static const char *next_line(const char **rest, const char *end, size_t *length)
{
    while (*rest < end) {
        const char *line = *rest, *stop = memchr(line, '\n', (size_t) (end - line));
        *length = (size_t) ((stop == NULL ? end : stop) - line);
        *rest = stop == NULL ? end : stop + 1;
        if (*length > 0 && line[0] != '#') {
            return line;
        }
    }
    return NULL;
}

static bool is_line(const char *line, size_t length, const char *wanted)
{
    return line != NULL && length == strlen(wanted) && memcmp(line, wanted, length) == 0;
}

bool curve_key_is(const struct pem *file)
{
    const char *rest = file->text;
    size_t length = 0;
    const char *line = next_line(&rest, file->text + file->length, &length);

    return is_line(line, length, FIRST_LINE);
}

static bool take_role(const char *line, size_t length, enum role *role)
{
    char wanted[32];

    for (unsigned r = 0; r < 3; r++) {
        (void) snprintf(wanted, sizeof(wanted), "role %s", role_name((enum role) r));
        if (is_line(line, length, wanted)) {
            *role = (enum role) r;
            return true;
        }
    }
    return false;
}

static mpcf_status make_public(const char *digits, const char *name,
                               uint8_t public_key[CURVE_KEY_BYTES], mpcf_error *err)
{
    uint8_t *secret = mpcf_secret_alloc(CURVE_KEY_BYTES, 1);
    mpcf_status status = MPCF_OK;

    if (secret == NULL) {
        return mpcf_fail_memory(err, CURVE_KEY_BYTES, "a key");
    }
    if (!key_hex_parse(digits, secret)) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "%s: the secret has a digit that is none", name);
    } else {
        EVP_PKEY *key =
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, CURVE_KEY_BYTES);
        status = get_public(key, public_key) ? MPCF_OK : fail(err, "public key");
        EVP_PKEY_free(key);
    }
    mpcf_secret_free(secret);
    return status;
}

mpcf_status curve_key_parse(const struct pem *file, const char *name, enum role *role,
                            uint8_t public_key[CURVE_KEY_BYTES], mpcf_error *err)
{
    static const char head[] = "secret ";
    const char *rest = file->text, *end = file->text + file->length;
    size_t length = 0, more = 0;

    if (!curve_key_is(file)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", name,
                         FIRST_LINE);
    }
    (void) next_line(&rest, end, &length);
    const char *line = next_line(&rest, end, &length);
    if (line == NULL || !take_role(line, length, role)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: expected 'role provider', 'role user' or 'role dealer' behind the "
                         "first line",
                         name);
    }
    line = next_line(&rest, end, &length);
    if (line == NULL || length != sizeof(head) - 1 + KEY_HEX_DIGITS ||
        memcmp(line, head, sizeof(head) - 1) != 0 || next_line(&rest, end, &more) != NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: expected 'secret' and 64 hexadecimal digits at its end", name);
    }
    return make_public(line + sizeof(head) - 1, name, public_key, err);
}

mpcf_status curve_key_fingerprint(const uint8_t public_key[CURVE_KEY_BYTES],
                                  uint8_t out[SPOKEN_BYTES], mpcf_error *err)
{
    uint8_t digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(public_key, CURVE_KEY_BYTES, digest, NULL, EVP_sha256(), NULL) != 1) {
        return fail(err, "digest");
    }
    memcpy(out, digest, SPOKEN_BYTES);
    return MPCF_OK;
}
