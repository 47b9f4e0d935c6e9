/* SPDX-License-Identifier: Apache-2.0 */
/* The fingerprints of a file of keys, as digits and as words. */
#include "show_key.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/curve_key.h"
#include "channel/key_file.h"
#include "channel/private_file.h"
#include "channel/trusted.h"
#include "standard_output.h"

#define FILE_LIMIT ((size_t) 65536)

/* --- keys of a role's links --- */

static mpcf_status show_key(enum role from, enum role to, const uint8_t key[LINK_KEY_BYTES],
                            mpcf_error *err)
{
    char name[32], fingerprint[KEY_FINGERPRINT_SIZE];

    MPCF_TRY(role_keys_fingerprint(key, fingerprint, err));
    (void) snprintf(name, sizeof name, "%s>%s", role_name(from), role_name(to));
    (void) fprintf(standard_output(), "  %-16s %s\n", name, fingerprint);
    return MPCF_OK;
}

static mpcf_status show_keys(const struct role_keys *keys, mpcf_error *err)
{
    for (int r = 0; r < 3; r++) {
        const enum role peer = (enum role) r;

        if (keys->has[peer]) {
            MPCF_TRY(show_key(keys->role, peer, keys->links[peer].mine, err));
            MPCF_TRY(show_key(peer, keys->role, keys->links[peer].theirs, err));
        }
    }
    (void) fprintf(
        standard_output(), "%s\n",
        "Two roles understand each other where both of their files show these lines for them.");
    return MPCF_OK;
}

static mpcf_status show_role_keys(const char *path, const struct pem *file, mpcf_error *err)
{
    struct role_keys *keys = NULL;

    MPCF_TRY(role_keys_parse(file->text, file->length, path, &keys, err));
    (void) fprintf(standard_output(), "%s: the keys of the %s\n", path, role_name(keys->role));
    mpcf_status status = show_keys(keys, err);
    role_keys_destroy(keys);
    return status;
}

/* --- keys and certificates of tls --- */

static const char *kind_of(const struct certificate_facts *f)
{
    if (!f->has_certificate) {
        return "a key, to be pinned";
    }
    return f->is_authority ? "the certificate of an authority" : "the certificate of";
}

static mpcf_status show_pem(const char *path, const struct pem *file, mpcf_error *err)
{
    struct certificate_facts f;
    char words[SPOKEN_SIZE];
    FILE *out = standard_output();

    MPCF_TRY(certificate_look(file, path, &f, err));
    spoken_print(f.fingerprint, words);
    (void) fprintf(out, "%s: %s", path, kind_of(&f));
    if (f.has_certificate && !f.is_authority) {
        (void) fprintf(out, " %s%s", f.role < 0 ? "" : "the ",
                       f.role < 0 ? "no role" : role_name((enum role) f.role));
    }
    (void) fprintf(out, "\n  ");
    for (size_t i = 0; i < SPOKEN_BYTES; i++) {
        (void) fprintf(out, "%02x", f.fingerprint[i]);
    }
    (void) fprintf(out, "\n  %s\n", words);
    if (f.has_certificate) {
        (void) fprintf(out, "  %s on %s\n", f.days_left < 0 ? "expired" : "expires", f.end);
    }
    return MPCF_OK;
}

/* --- CURVE keys --- */

static mpcf_status show_curve(const char *path, const struct pem *file, mpcf_error *err)
{
    uint8_t key[CURVE_KEY_BYTES], fingerprint[SPOKEN_BYTES];
    char digits[KEY_HEX_DIGITS + 1] = "", words[SPOKEN_SIZE];
    enum role role = ROLE_PROVIDER;

    MPCF_TRY(curve_key_parse(file, path, &role, key, err));
    MPCF_TRY(curve_key_fingerprint(key, fingerprint, err));
    key_hex_print(key, digits);
    spoken_print(fingerprint, words);
    (void) fprintf(standard_output(), "%s: the CURVE key of the %s; its public half:\n  %s\n  %s\n",
                   path, role_name(role), digits, words);
    return MPCF_OK;
}

/* --- lists of keys --- */

static void show_listed(int role, const uint8_t *key, size_t bytes,
                        const uint8_t fingerprint[SPOKEN_BYTES])
{
    FILE *out = standard_output();
    char words[SPOKEN_SIZE];

    spoken_print(fingerprint, words);
    (void) fprintf(out, "  %-8s ", role < 0 ? "nobody" : role_name((enum role) role));
    for (size_t i = 0; i < bytes; i++) {
        (void) fprintf(out, "%02x", key[i]);
    }
    (void) fprintf(out, "  %s\n", words);
}

static void show_fingerprint(void *context, int role, const uint8_t *key)
{
    (void) context;
    show_listed(role, key, SPOKEN_BYTES, key);
}

/* CONTEXT, an mpcf_status *: the first failure. */
static void show_curve_key(void *context, int role, const uint8_t *key)
{
    uint8_t fingerprint[SPOKEN_BYTES];
    mpcf_status *status = context;

    if (*status == MPCF_OK) {
        *status = curve_key_fingerprint(key, fingerprint, NULL);
    }
    if (*status == MPCF_OK) {
        show_listed(role, key, CURVE_KEY_BYTES, fingerprint);
    }
}

static mpcf_status show_list(const char *path, const struct trusted_kind *kind, mpcf_error *err)
{
    mpcf_status shown = MPCF_OK;

    (void) fprintf(standard_output(), "%s: keys that %s\n", path,
                   kind->has_roles ? "may be a role" : "were taken back");
    MPCF_TRY(trusted_walk(kind, path, kind == &trusted_curve ? show_curve_key : show_fingerprint,
                          &shown, err));
    return shown == MPCF_OK ? MPCF_OK : mpcf_fail(err, shown, "%s: no fingerprint is made", path);
}

/* --- any of them --- */

/* An authority's certificate and lists of keys alone may be read by others. */
static mpcf_status read_file(const char *path, struct pem *file, mpcf_error *err)
{
    MPCF_TRY(public_file_read(path, FILE_LIMIT, &file->text, &file->length, err));
    if (strstr(file->text, "PRIVATE KEY-----") == NULL &&
        (strstr(file->text, "-----BEGIN ") != NULL || trusted_kind_of(file->text) != NULL)) {
        return MPCF_OK;
    }
    mpcf_secret_free(file->text);
    file->text = NULL;
    return private_file_read(path, FILE_LIMIT, &file->text, &file->length, err);
}

static mpcf_status show_file(const char *path, const struct pem *file, mpcf_error *err)
{
    const struct trusted_kind *kind = trusted_kind_of(file->text);

    if (strstr(file->text, "-----BEGIN ") != NULL) {
        return show_pem(path, file, err);
    }
    if (kind != NULL) {
        return show_list(path, kind, err);
    }
    return curve_key_is(file) ? show_curve(path, file, err) : show_role_keys(path, file, err);
}

mpcf_status show_key_file(const char *path, mpcf_error *err)
{
    struct pem file = {.text = NULL};

    MPCF_TRY(read_file(path, &file, err));
    mpcf_status status = show_file(path, &file, err);
    mpcf_secret_free(file.text);
    return status;
}
