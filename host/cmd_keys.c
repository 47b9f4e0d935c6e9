/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys new, show, trust, revoke: files of keys, and by which fingerprints two of them are compared.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "channel/certificate.h"
#include "channel/certificate_folder.h"
#include "channel/curve_key.h"
#include "channel/key_file.h"
#include "channel/key_folder.h"
#include "channel/private_file.h"
#include "channel/trusted.h"
#include "host.h"
#include "show_key.h"
#include "standard_output.h"

#define YEAR_DAYS 365

/* --- new --- */

static const char by_keys[] =
    "\nEach file must get to its role's machine in private, as a password does (scp, not\n"
    "mail), and be named in the pipeline file there, as in\n\n"
    "  parties:\n"
    "    user: {keys: user.key}\n\n"
    "Who reads a file can pose as its role. Remove what is left here once all have\n"
    "theirs; `mpcf-host keys show FILE` prints fingerprints, to compare.";
static const char by_certificate[] =
    "authority.pem: for all three; no secret\n"
    "authority.key: for nobody; who has it can make a certificate of any role\n\n"
    "A role's machine needs its own ROLE.pem, which must get there in private, as a password\n"
    "does (scp, not mail), and authority.pem, in one folder, and in the pipeline file\n\n"
    "  transport: {name: tls, options: {proof: certificate, folder: FOLDER}}\n\n"
    "Keep authority.key where no role runs. Remove ROLE.pem here once its role has it;\n"
    "`mpcf-host keys new --proof certificate` here makes another before it expires.";
static const char by_pinned[] =
    "trusted: for all three, the fingerprints of their keys; no secret\n\n"
    "A role's machine needs its own ROLE.pem, which must get there in private, as a password\n"
    "does (scp, not mail), and trusted, in one folder, and in the pipeline file\n\n"
    "  transport: {name: tls, options: {proof: pinned, folder: FOLDER}}\n\n"
    "`mpcf-host keys trust FOLDER ROLE FINGERPRINT` lets another key in. Remove ROLE.pem here\n"
    "once its role has it.";
static const char by_curve[] =
    "trusted.curve: for all three, their public keys; no secret\n\n"
    "A role's machine needs its own ROLE.curve, which must get there in private, as a password\n"
    "does (scp, not mail), and trusted.curve, in one folder, and in the pipeline file\n\n"
    "  transport: {name: zmq-curve, options: {proof: curve, folder: FOLDER}}\n\n"
    "`mpcf-host keys trust FOLDER ROLE KEY` lets another key in. Remove ROLE.curve here once\n"
    "its role has it.";

static void tell_what_to_do(const char *folder, const char *suffix, const char *text)
{
    const size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";

    for (int r = 0; r < 3; r++) {
        const char *name = role_name((enum role) r);

        (void) fprintf(standard_output(), "%s%s%s%s: for the %s, and nobody else\n", folder, slash,
                       name, suffix, name);
    }
    (void) fprintf(standard_output(), "%s\n", text);
}

struct proof {
    const char *name, *suffix, *text;
};
static const struct proof proofs[] = {
    {"keys", ".key", by_keys},
    {"certificate", ".pem", by_certificate},
    {"pinned", ".pem", by_pinned},
    {"curve", ".curve", by_curve},
};
enum { KEYS, CERTIFICATE, PINNED, CURVE, PROOF_COUNT };

/* NULL: keys. PROOF_COUNT: none is called NAME. */
static unsigned find_proof(const char *name)
{
    unsigned i = 0;

    while (name != NULL && i < PROOF_COUNT && strcmp(proofs[i].name, name) != 0) {
        i++;
    }
    return i;
}

static mpcf_status make(const char *folder, unsigned proof, unsigned days, mpcf_error *err)
{
    switch (proof) {
    case CERTIFICATE:
        return certificate_folder_create(folder, days, err);
    case PINNED:
        return pinned_folder_create(folder, err);
    case CURVE:
        return curve_folder_create(folder, err);
    default:
        return key_folder_create(folder, err);
    }
}

int cmd_keys_new(const struct args *args)
{
    const char *folder = args->operands[0];
    const unsigned proof = find_proof(args_value(args, "--proof"));
    int64_t days = YEAR_DAYS;

    if (proof == PROOF_COUNT) {
        return host_usage("keys new", "--proof is keys, certificate, pinned or curve, not '%s'",
                          args_value(args, "--proof"));
    }
    if (!args_number(args, "--days", 1, AUTHORITY_DAYS, &days)) {
        return EXIT_USAGE;
    }
    if (proof != CERTIFICATE && args_has(args, "--days")) {
        return host_usage("keys new",
                          "--days goes with --proof certificate: other keys do not end");
    }
    mpcf_error *err = mpcf_error_create();
    int result = EXIT_DONE;
    if (make(folder, proof, (unsigned) days, err) == MPCF_OK) {
        tell_what_to_do(folder, proofs[proof].suffix, proofs[proof].text);
    } else {
        result = host_refused(err);
    }
    mpcf_error_destroy(err);
    return result;
}

/* --- show --- */

int cmd_keys_show(const struct args *args)
{
    mpcf_error *err = mpcf_error_create();
    const mpcf_status status = show_key_file(args->operands[0], err);
    const int result = status == MPCF_OK ? EXIT_DONE : host_refused(err);

    mpcf_error_destroy(err);
    return result;
}

/* --- trust, revoke --- */

#define NO_KEY                                                                                     \
    "a fingerprint is eight words of five letters, or 32 hexadecimal digits, and a CURVE key 64 "  \
    "of them, as `mpcf-host keys show` prints them"

/* The words from operand FIRST on, with a blank between: a fingerprint; or the digits of a CURVE key. NULL: neither. */
static const struct trusted_kind *read_key(const struct args *args, size_t first,
                                           uint8_t key[CURVE_KEY_BYTES])
{
    const char *word = args->operands[first];
    struct text_buffer text = {0};

    if (args->operand_count == first + 1 && strlen(word) == KEY_HEX_DIGITS &&
        key_hex_parse(word, key)) {
        return &trusted_curve;
    }
    for (size_t i = first; i < args->operand_count; i++) {
        text_printf(&text, "%s%s", i == first ? "" : " ", args->operands[i]);
    }
    bool read = !text.failed && spoken_parse(text_string(&text), text.length, key);
    text_clear(&text);
    return read ? &trusted_pinned : NULL;
}

static mpcf_status trust(const struct trusted_kind *kind, const char *folder, enum role role,
                         const uint8_t key[CURVE_KEY_BYTES], mpcf_error *err)
{
    uint8_t fingerprint[SPOKEN_BYTES];
    char words[SPOKEN_SIZE];

    MPCF_TRY(trusted_add(kind, folder, role, key, err));
    (void) fprintf(standard_output(), "%s/%s: who has this key may be the %s\n", folder, kind->name,
                   role_name(role));
    if (kind == &trusted_curve) {
        MPCF_TRY(curve_key_fingerprint(key, fingerprint, err));
        spoken_print(fingerprint, words);
        (void) fprintf(standard_output(), "  %s\n", words);
    }
    return MPCF_OK;
}

int cmd_keys_trust(const struct args *args)
{
    uint8_t key[CURVE_KEY_BYTES];
    enum role role;

    if (!role_parse(args->operands[1], &role)) {
        return host_usage("keys trust", "there is no role '%s'; provider, user, dealer",
                          args->operands[1]);
    }
    const struct trusted_kind *kind = read_key(args, 2, key);
    if (kind == NULL) {
        return host_usage("keys trust", NO_KEY);
    }
    mpcf_error *err = mpcf_error_create();
    const mpcf_status status = trust(kind, args->operands[0], role, key, err);
    const int result = status == MPCF_OK ? EXIT_DONE : host_refused(err);
    mpcf_error_destroy(err);
    return result;
}

static mpcf_status revoke(const struct trusted_kind *kind, const char *folder,
                          const uint8_t key[CURVE_KEY_BYTES], mpcf_error *err)
{
    uint8_t fingerprint[SPOKEN_BYTES];

    if (kind == &trusted_curve) {
        MPCF_TRY(curve_key_fingerprint(key, fingerprint, err));
    } else {
        memcpy(fingerprint, key, SPOKEN_BYTES);
    }
    MPCF_TRY(trusted_add(&trusted_revoked, folder, ROLE_PROVIDER, fingerprint, err));
    (void) fprintf(standard_output(),
                   "%s/%s: who has this key is nobody from the next connection on; the other "
                   "roles' folders need this line, too\n",
                   folder, trusted_revoked.name);
    return MPCF_OK;
}

int cmd_keys_revoke(const struct args *args)
{
    uint8_t key[CURVE_KEY_BYTES];
    const struct trusted_kind *kind = read_key(args, 1, key);

    if (kind == NULL) {
        return host_usage("keys revoke", NO_KEY);
    }
    mpcf_error *err = mpcf_error_create();
    const mpcf_status status = revoke(kind, args->operands[0], key, err);
    const int result = status == MPCF_OK ? EXIT_DONE : host_refused(err);
    mpcf_error_destroy(err);
    return result;
}
