/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys this side has, and which it takes from whom. */
#include "curve_credentials.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define TRUSTED_NAME "trusted.curve"

/* --- holding --- */

struct curve_credentials *curve_credentials_hold(struct curve_credentials *c)
{
    c->holders++;
    return c;
}

void curve_credentials_drop(struct curve_credentials *c)
{
    if (c != NULL && --c->holders == 0) {
        sodium_free(c);
    }
}

bool curve_credentials_changed(const struct curve_credentials *c)
{
    return c->proof == CURVE_BY_FILES &&
           (proof_file_changed(&c->own) || proof_file_changed(&c->trusted) ||
            proof_file_changed(&c->revoked));
}

mpcf_status curve_credentials_renew(const struct curve_config *config, struct curve_credentials **c,
                                    mpcf_error *err)
{
    struct curve_credentials *fresh = NULL;

    if (!curve_credentials_changed(*c)) {
        return MPCF_OK;
    }
    MPCF_TRY(curve_credentials_load(config, (*c)->self, &fresh, err));
    curve_credentials_drop(*c);
    *c = fresh;
    return MPCF_OK;
}

/* --- loading --- */

static mpcf_status need_folder(const char *folder, mpcf_error *err)
{
    if (folder != NULL && folder[0] != '\0') {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "zmq-curve: proof: curve needs a folder with the keys: `mpcf-host keys new "
                     "--proof curve FOLDER` makes one; write under transport `options: {proof: "
                     "curve, folder: FOLDER}`");
}

mpcf_status curve_credentials_check(const struct curve_config *config, mpcf_error *err)
{
    return config->proof == CURVE_BY_KEYS ? MPCF_OK : need_folder(config->folder, err);
}

static mpcf_status take_own(struct curve_credentials *c, mpcf_error *err)
{
    const int self = (int) c->self->role;
    int role = -1;

    if (curve_pair_parse(c->own.text, c->own.length, c->own.path, &role, &c->pair, err) !=
        MPCF_OK) {
        return mpcf_fail(err, MPCF_E_CONFIG, "zmq-curve");
    }
    if (role != self) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' has the key of the %s, not of the %s",
                         c->own.path, curve_role_name(role), curve_role_name(self));
    }
    return MPCF_OK;
}

/* What others would refuse is said here, where it can be set right. */
static mpcf_status take_trusted(struct curve_credentials *c, mpcf_error *err)
{
    const int self = (int) c->self->role;

    if (curve_pins_parse(c->trusted.text, c->trusted.length, c->trusted.path, &c->pins, err) !=
        MPCF_OK) {
        return mpcf_fail(err, MPCF_E_CONFIG, "zmq-curve");
    }
    const int named = curve_pins_find(&c->pins, c->pair.public_key);
    if (named >= 0 && named != self) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' says that the key in '%s' is the %s's",
                         c->trusted.path, c->own.path, curve_role_name(named));
    }
    return MPCF_OK;
}

static void digest_key(const uint8_t key[CURVE_KEY], uint8_t out[KEY_FINGERPRINT_BYTES])
{
    uint8_t digest[crypto_hash_sha256_BYTES];

    (void) crypto_hash_sha256(digest, key, CURVE_KEY);
    memcpy(out, digest, KEY_FINGERPRINT_BYTES);
}

bool curve_credentials_took_back(const struct curve_credentials *c, const uint8_t key[CURVE_KEY])
{
    uint8_t fingerprint[KEY_FINGERPRINT_BYTES];

    digest_key(key, fingerprint);
    return revoked_keys_have(&c->taken_back, fingerprint);
}

/* What all others would refuse is said here. */
static mpcf_status take_revoked(struct curve_credentials *c, const char *folder, mpcf_error *err)
{
    if (revoked_keys_read(folder, &c->revoked, &c->taken_back, err) != MPCF_OK) {
        return mpcf_fail(err, MPCF_E_CONFIG, "zmq-curve");
    }
    if (!curve_credentials_took_back(c, c->pair.public_key)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "the key in '%s' was taken back, it stands in '%s': make another with "
                     "`mpcf-host keys new --proof curve FOLDER`",
                     c->own.path, c->revoked.path);
}

static mpcf_status use_folder(struct curve_credentials *c, const char *folder, mpcf_error *err)
{
    char name[32];

    MPCF_TRY(need_folder(folder, err));
    (void) snprintf(name, sizeof(name), "%s.curve", curve_role_name((int) c->self->role));
    MPCF_TRY(proof_file_read(folder, name, "curve", true, &c->own, err));
    MPCF_TRY(proof_file_read(folder, TRUSTED_NAME, "curve", false, &c->trusted, err));
    MPCF_TRY(take_own(c, err));
    MPCF_TRY(take_trusted(c, err));
    return take_revoked(c, folder, err);
}

static mpcf_status need_secret(const mpcf_party *self, mpcf_error *err)
{
    const char *role = curve_role_name((int) self->role);

    for (size_t r = 0; r < MPCF_ROLE_COUNT; r++) {
        if (self->has_secret[r]) {
            return MPCF_OK;
        }
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "zmq-curve: the %s has no keys: make them with `mpcf-host keys new FOLDER` "
                     "and write `parties: {%s: {keys: FOLDER/%s.key}}`, or under transport "
                     "`options: {proof: curve, folder: FOLDER}`",
                     role, role, role);
}

mpcf_status curve_credentials_load(const struct curve_config *config, const mpcf_party *self,
                                   struct curve_credentials **out, mpcf_error *err)
{
    struct curve_credentials *c = sodium_malloc(sizeof(*c));

    if (c == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for keys");
    }
    memset(c, 0, sizeof(*c));
    c->holders = 1;
    c->proof = (enum curve_proof) config->proof;
    c->self = self;
    mpcf_status status =
        c->proof == CURVE_BY_KEYS ? need_secret(self, err) : use_folder(c, config->folder, err);
    proof_file_clear(&c->own);
    proof_file_clear(&c->trusted);
    if (status != MPCF_OK) {
        curve_credentials_drop(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

/* --- keys of a link's secret: both ends make both pairs of it --- */

static void derive(const uint8_t secret[MPCF_SECRET_BYTES], bool of_caller, struct curve_pair *out)
{
    static const char *const labels[2] = {"mpcf zmq-curve callee", "mpcf zmq-curve caller"};
    const char *label = labels[of_caller];
    uint8_t seed[crypto_box_SEEDBYTES];

    (void) crypto_generichash(seed, sizeof(seed), (const uint8_t *) label, strlen(label), secret,
                              MPCF_SECRET_BYTES);
    (void) crypto_box_seed_keypair(out->public_key, out->secret, seed);
    sodium_memzero(seed, sizeof(seed));
}

static void derive_public(const uint8_t secret[MPCF_SECRET_BYTES], bool of_caller,
                          uint8_t key[CURVE_KEY])
{
    struct curve_pair pair;

    derive(secret, of_caller, &pair);
    memcpy(key, pair.public_key, CURVE_KEY);
    sodium_memzero(&pair, sizeof(pair));
}

/* --- calling --- */

/* The keys of PEER that were not taken back: how many, and the last of them. *BACK: whether others were. */
static size_t find_kept(const struct curve_credentials *c, int peer, const uint8_t **key,
                        bool *back)
{
    size_t count = 0;

    *back = false;
    for (size_t i = 0; i < c->pins.count; i++) {
        const struct curve_pin *pin = &c->pins.pins[i];
        if (pin->role == peer && curve_credentials_took_back(c, pin->key)) {
            *back = true;
        } else if (pin->role == peer) {
            *key = pin->key;
            count++;
        }
    }
    return count;
}

mpcf_status curve_credentials_call(const struct curve_credentials *c, int peer,
                                   struct curve_pair *own, uint8_t key[CURVE_KEY], mpcf_error *err)
{
    const uint8_t *found = NULL;

    if (c->proof == CURVE_BY_KEYS) {
        if (!c->self->has_secret[peer]) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "zmq-curve: the %s has no keys for its link to the %s",
                             curve_role_name((int) c->self->role), curve_role_name(peer));
        }
        derive(c->self->calling[peer], true, own);
        derive_public(c->self->calling[peer], false, key);
        return MPCF_OK;
    }
    bool back = false;
    const size_t count = find_kept(c, peer, &found, &back);
    if (count == 0 && back) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the key of the %s in '%s' was taken back: it stands in '%s'",
                         curve_role_name(peer), c->trusted.path, c->revoked.path);
    }
    if (count != 1) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' has %s key of the %s: who calls must know the one that it has",
                         c->trusted.path, count == 0 ? "no" : "more than one",
                         curve_role_name(peer));
    }
    *own = c->pair;
    memcpy(key, found, CURVE_KEY);
    return MPCF_OK;
}

/* --- being called --- */

bool curve_credentials_called(const struct curve_credentials *c, unsigned number,
                              struct curve_pair *own, int *caller)
{
    *caller = -1;
    if (c->proof == CURVE_BY_FILES) {
        *own = c->pair;
        return number == 0;
    }
    for (int r = 0; r < MPCF_ROLE_COUNT; r++) {
        if (c->self->has_secret[r] && number-- == 0) {
            *caller = r;
            derive(c->self->accepting[r], false, own);
            return true;
        }
    }
    return false;
}

int curve_credentials_role(const struct curve_credentials *c, int caller,
                           const uint8_t key[CURVE_KEY])
{
    uint8_t expected[CURVE_KEY];

    if (c->proof == CURVE_BY_FILES) {
        return curve_pins_find(&c->pins, key);
    }
    derive_public(c->self->accepting[caller], true, expected);
    return sodium_memcmp(expected, key, CURVE_KEY) == 0 ? caller : -1;
}

void curve_fingerprint(const uint8_t key[CURVE_KEY], char text[CURVE_FINGERPRINT])
{
    uint8_t fingerprint[KEY_FINGERPRINT_BYTES];

    digest_key(key, fingerprint);
    (void) sodium_bin2hex(text, CURVE_FINGERPRINT, fingerprint, sizeof(fingerprint));
}
