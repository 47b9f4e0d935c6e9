/* SPDX-License-Identifier: Apache-2.0 */
/* What TLS is allowed to do, and where this role's own proof comes from. */
#include "tls_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "tls_identity.h"
#include "tls_time.h"

#define WARN_DAYS  30
#define CHAIN_SIZE (16 * 1024) /* the most of a peer's certificates */

/* --- holding --- */

struct tls_credentials *tls_credentials_hold(struct tls_credentials *c)
{
    c->holders++;
    return c;
}

void tls_credentials_drop(struct tls_credentials *c)
{
    if (c != NULL && --c->holders == 0) {
        SSL_CTX_free(c->context);
        free(c);
    }
}

SSL_CTX *tls_credentials_context(const struct tls_credentials *c)
{
    return c->context;
}

bool tls_credentials_changed(const struct tls_credentials *c)
{
    return c->proof != TLS_BY_KEYS &&
           (proof_file_changed(&c->own) || proof_file_changed(&c->trusted) ||
            proof_file_changed(&c->revoked));
}

/* --- the rules --- */

static const unsigned char protocol[] = {4, 'm', 'p', 'c', 'f'};

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *in, unsigned in_length, void *context)
{
    unsigned char *chosen = NULL;

    (void) ssl;
    (void) context;
    if (SSL_select_next_proto(&chosen, out_length, protocol, sizeof(protocol), in, in_length) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* TLS 1.3 and nothing earlier; no tickets, no resumption, no early data, no renegotiation. */
static bool set_rules(SSL_CTX *context)
{
    /* Whatever the system's configuration of OpenSSL says. */
    (void) SSL_CTX_clear_options(context, SSL_OP_ALLOW_NO_DHE_KEX | SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void) SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                            SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
    (void) SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void) SSL_CTX_set_mode(context,
                            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    (void) SSL_CTX_set_max_cert_list(context, CHAIN_SIZE);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_recv_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_alpn_protos(context, protocol, sizeof(protocol)) == 0;
}

/* --- files --- */

/* Asks nobody for a password. */
static int no_password(char *text, int size, int is_write, void *context)
{
    (void) text;
    (void) size;
    (void) is_write;
    (void) context;
    return -1;
}

static mpcf_status fail_pem(const struct proof_file *f, const char *what, mpcf_error *err)
{
    ERR_clear_error();
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "'%s' has no %s that can be read (PEM, without a password)", f->path, what);
}

static mpcf_status use_key(SSL_CTX *context, const struct proof_file *f, EVP_PKEY **out,
                           mpcf_error *err)
{
    BIO *text = BIO_new_mem_buf(f->text, (int) f->length);
    EVP_PKEY *key = text == NULL ? NULL : PEM_read_bio_PrivateKey(text, NULL, no_password, NULL);

    BIO_free(text);
    if (key == NULL || SSL_CTX_use_PrivateKey(context, key) != 1) {
        EVP_PKEY_free(key);
        return fail_pem(f, "private key", err);
    }
    *out = key;
    return MPCF_OK;
}

/* *OUT is CONTEXT's. */
static mpcf_status use_chain(SSL_CTX *context, const struct proof_file *f, X509 **out,
                             mpcf_error *err)
{
    BIO *text = BIO_new_mem_buf(f->text, (int) f->length);
    X509 *first = text == NULL ? NULL : PEM_read_bio_X509(text, NULL, no_password, NULL);
    bool used = first != NULL && SSL_CTX_use_certificate(context, first) == 1;

    for (X509 *next = NULL;
         used && (next = PEM_read_bio_X509(text, NULL, no_password, NULL)) != NULL;) {
        used = SSL_CTX_add0_chain_cert(context, next) == 1;
        if (!used) {
            X509_free(next);
        }
    }
    ERR_clear_error(); /* the end of the file */
    BIO_free(text);
    X509_free(first);
    *out = SSL_CTX_get0_certificate(context);
    return used ? MPCF_OK : fail_pem(f, "certificate", err);
}

/* --- expiry --- */

#define NEW_FOLDER    "`mpcf-host keys new --proof certificate FOLDER`"
#define NEW_OWN       "remove it, then " NEW_FOLDER " makes another"
#define NEW_AUTHORITY "make a new folder with " NEW_FOLDER " and give each role its files"

/* WHAT_TO_DO: so that another one stands there. */
static mpcf_status check_time(const struct tls_credentials *c, const X509 *certificate,
                              const char *path, const char *what_to_do, mpcf_error *err)
{
    const ASN1_TIME *begin = X509_get0_notBefore(certificate);
    const ASN1_TIME *end = X509_get0_notAfter(certificate);
    const int days = tls_time_days_left(end);
    char when[TLS_TIME_SIZE];

    if (X509_cmp_current_time(begin) > 0) {
        tls_time_print(begin, when);
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the certificate in '%s' is not valid before %s: is this machine's clock "
                         "right?",
                         path, when);
    }
    tls_time_print(end, when);
    if (days < 0) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the certificate in '%s' expired on %s: %s", path,
                         when, what_to_do);
    }
    if (days < WARN_DAYS && c->tells) {
        mpcf_note("tls: the certificate in '%s' expires in %d day%s, on %s: %s", path, days,
                  days == 1 ? "" : "s", when, what_to_do);
    }
    return MPCF_OK;
}

/* --- by certificate --- */

static mpcf_status trust(const struct tls_credentials *c, mpcf_error *err)
{
    const struct proof_file *f = &c->trusted;
    BIO *text = BIO_new_mem_buf(f->text, (int) f->length);
    X509_STORE *store = SSL_CTX_get_cert_store(c->context);
    mpcf_status status = MPCF_OK;
    unsigned count = 0;

    for (X509 *next = NULL; text != NULL && status == MPCF_OK &&
                            (next = PEM_read_bio_X509(text, NULL, no_password, NULL)) != NULL;) {
        status = X509_check_ca(next) == 0
                     ? mpcf_fail(err, MPCF_E_CONFIG,
                                 "'%s' has a certificate that is no authority's", f->path)
                     : check_time(c, next, f->path, NEW_AUTHORITY, err);
        count += status == MPCF_OK && X509_STORE_add_cert(store, next) == 1;
        X509_free(next);
    }
    ERR_clear_error();
    BIO_free(text);
    MPCF_TRY(status);
    return count > 0 ? MPCF_OK : fail_pem(f, "certificate of an authority", err);
}

/* What others would refuse is said here, where it can be set right. */
static mpcf_status check_own(const struct tls_credentials *c, X509 *own, mpcf_error *err)
{
    const int role = tls_identity_role(own);

    MPCF_TRY(check_time(c, own, c->own.path, NEW_OWN, err));
    if (role != (int) c->self->role) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' has the certificate of %s%s, not of the %s",
                         c->own.path, role < 0 ? "" : "the ", tls_role_name(role),
                         tls_role_name((int) c->self->role));
    }
    if (SSL_CTX_build_cert_chain(c->context, SSL_BUILD_CHAIN_FLAG_NO_ROOT |
                                                 SSL_BUILD_CHAIN_FLAG_UNTRUSTED) != 1) {
        ERR_clear_error();
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the certificate in '%s' is not signed by the authority "
                         "in '%s'",
                         c->own.path, c->trusted.path);
    }
    return MPCF_OK;
}

static mpcf_status use_certificate(struct tls_credentials *c, mpcf_error *err)
{
    EVP_PKEY *key = NULL;
    X509 *own = NULL;

    mpcf_status status = use_chain(c->context, &c->own, &own, err);
    if (status == MPCF_OK) {
        status = use_key(c->context, &c->own, &key, err);
    }
    EVP_PKEY_free(key);
    if (status == MPCF_OK && SSL_CTX_check_private_key(c->context) != 1) {
        ERR_clear_error();
        status = mpcf_fail(err, MPCF_E_CONFIG, "in '%s' the private key is not the certificate's",
                           c->own.path);
    }
    if (status == MPCF_OK) {
        status = trust(c, err);
    }
    return status == MPCF_OK ? check_own(c, own, err) : status;
}

/* --- by a pinned key --- */

/* A certificate that says nothing but KEY. */
static X509 *wrap_key(EVP_PKEY *key)
{
    X509 *x = X509_new();
    bool made = x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
                X509_gmtime_adj(X509_getm_notBefore(x), 0) != NULL &&
                ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20200101000000Z") == 1 &&
                ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") == 1 &&
                X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                           (const unsigned char *) "mpcf", -1, -1, 0) == 1 &&
                X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
                X509_set_pubkey(x, key) == 1;
    const int kind = made ? EVP_PKEY_get_base_id(key) : 0;
    const bool has_own_digest = kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;

    if (!made || X509_sign(x, key, has_own_digest ? NULL : EVP_sha256()) == 0) {
        X509_free(x);
        return NULL;
    }
    return x;
}

static mpcf_status use_pinned(struct tls_credentials *c, mpcf_error *err)
{
    EVP_PKEY *key = NULL;

    if (tls_pins_parse(c->trusted.text, c->trusted.length, c->trusted.path, &c->pins, err) !=
        MPCF_OK) {
        return mpcf_fail(err, MPCF_E_CONFIG, "tls");
    }
    MPCF_TRY(use_key(c->context, &c->own, &key, err));
    X509 *wrapped = wrap_key(key);
    bool used = wrapped != NULL && SSL_CTX_use_certificate(c->context, wrapped) == 1;
    X509_free(wrapped);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return used ? MPCF_OK
                : mpcf_fail(err, MPCF_E_CONFIG, "the key in '%s' is of a kind that cannot sign",
                            c->own.path);
}

/* --- keys that were taken back --- */

/* What all others would refuse is said here. */
static mpcf_status check_kept(const struct tls_credentials *c, const char *proof, mpcf_error *err)
{
    const X509 *own = SSL_CTX_get0_certificate(c->context);
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES];

    if (own == NULL || !tls_identity_fingerprint(own, fingerprint)) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a fingerprint");
    }
    if (!revoked_keys_have(&c->taken_back, fingerprint)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "the key in '%s' was taken back, it stands in '%s': make another with "
                     "`mpcf-host keys new --proof %s FOLDER`",
                     c->own.path, c->revoked.path, proof);
}

/* --- loading --- */

static mpcf_status need_folder(bool is_pinned, const char *folder, mpcf_error *err)
{
    const char *proof = is_pinned ? "pinned" : "certificate";

    if (folder != NULL && folder[0] != '\0') {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "tls: proof: %s needs a folder with the keys: `mpcf-host keys new --proof %s "
                     "FOLDER` makes one; write under transport `options: {proof: %s, folder: "
                     "FOLDER}`",
                     proof, proof, proof);
}

static const char *trusted_name(bool is_pinned)
{
    return is_pinned ? "trusted" : "authority.pem";
}

mpcf_status tls_credentials_check(const struct tls_config *config, mpcf_error *err)
{
    return config->proof == TLS_BY_KEYS
               ? MPCF_OK
               : need_folder(config->proof == TLS_BY_PINNED, config->folder, err);
}

/* A whole folder of `keys new` that went to a role is not refused, but told of. */
static void tell_of_others(const struct tls_credentials *c, const char *folder)
{
    char path[PROOF_PATH_SIZE];

    for (int r = -1; r < MPCF_ROLE_COUNT; r++) {
        const int length =
            r < 0 ? snprintf(path, sizeof(path), "%s/authority.key", folder)
                  : snprintf(path, sizeof(path), "%s/%s.pem", folder, tls_role_name(r));
        if (r != (int) c->self->role && length > 0 && (size_t) length < sizeof(path) &&
            access(path, F_OK) == 0) {
            mpcf_note(
                "tls: '%s' stands where the %s runs, which does not need it: who reads it can be "
                "%s%s; remove it there",
                path, tls_role_name((int) c->self->role), r < 0 ? "every role" : "the ",
                r < 0 ? "" : tls_role_name(r));
        }
    }
}

static mpcf_status use_folder(struct tls_credentials *c, const char *folder, mpcf_error *err)
{
    char name[32];
    const bool is_pinned = c->proof == TLS_BY_PINNED;
    const char *proof = is_pinned ? "pinned" : "certificate";

    MPCF_TRY(need_folder(is_pinned, folder, err));
    (void) snprintf(name, sizeof(name), "%s.pem", tls_role_name((int) c->self->role));
    MPCF_TRY(proof_file_read(folder, name, proof, true, &c->own, err));
    MPCF_TRY(proof_file_read(folder, trusted_name(is_pinned), proof, false, &c->trusted, err));
    if (revoked_keys_read(folder, &c->revoked, &c->taken_back, err) != MPCF_OK) {
        return mpcf_fail(err, MPCF_E_CONFIG, "tls");
    }
    MPCF_TRY(is_pinned ? use_pinned(c, err) : use_certificate(c, err));
    MPCF_TRY(check_kept(c, proof, err));
    if (c->tells) {
        tell_of_others(c, folder);
    }
    return MPCF_OK;
}

static bool has_secret(const mpcf_party *self)
{
    bool found = false;

    for (size_t r = 0; r < MPCF_ROLE_COUNT; r++) {
        found = found || self->has_secret[r];
    }
    return found;
}

static mpcf_status use_secrets(const struct tls_credentials *c, mpcf_error *err)
{
    if (has_secret(c->self)) {
        return SSL_CTX_set_ciphersuites(c->context, TLS_PSK_CIPHER) == 1
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_INTERNAL, "libssl has no " TLS_PSK_CIPHER);
    }
    return mpcf_fail(
        err, MPCF_E_CONFIG,
        "tls: the %s has no keys: make them with `mpcf-host keys new FOLDER` and write "
        "`parties: {%s: {keys: FOLDER/%s.key}}`, or under transport `options: {proof: "
        "certificate, folder: FOLDER}`",
        tls_role_name((int) c->self->role), tls_role_name((int) c->self->role),
        tls_role_name((int) c->self->role));
}

static mpcf_status fill(struct tls_credentials *c, const struct tls_config *config,
                        bool is_listener, mpcf_error *err)
{
    c->context = SSL_CTX_new(TLS_method());
    if (c->context == NULL || !set_rules(c->context)) {
        ERR_clear_error();
        return mpcf_fail(err, MPCF_E_NOMEM, "libssl gives no context");
    }
    mpcf_status status =
        c->proof == TLS_BY_KEYS ? use_secrets(c, err) : use_folder(c, config->folder, err);
    proof_file_clear(&c->own);
    proof_file_clear(&c->trusted);
    if (status == MPCF_OK) {
        tls_identity_arm(c, c->context, is_listener);
    }
    return status;
}

mpcf_status tls_credentials_load(const struct tls_config *config, const mpcf_party *self,
                                 bool is_listener, struct tls_credentials **out, mpcf_error *err)
{
    struct tls_credentials *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for keys");
    }
    c->holders = 1;
    c->proof = (enum tls_proof) config->proof;
    c->self = self;
    c->tells = is_listener;
    mpcf_status status = fill(c, config, is_listener, err);
    if (status != MPCF_OK) {
        tls_credentials_drop(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

mpcf_status tls_credentials_renew(const struct tls_config *config, bool is_listener,
                                  struct tls_credentials **c, mpcf_error *err)
{
    struct tls_credentials *fresh = NULL;

    if (!tls_credentials_changed(*c)) {
        return MPCF_OK;
    }
    MPCF_TRY(tls_credentials_load(config, (*c)->self, is_listener, &fresh, err));
    tls_credentials_drop(*c);
    *c = fresh;
    return MPCF_OK;
}
