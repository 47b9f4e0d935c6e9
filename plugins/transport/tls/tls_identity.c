/* SPDX-License-Identifier: Apache-2.0 */
/* How a certificate, a pinned key or a shared key becomes a role, or why it does not. */
#include "tls_identity.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "tls_time.h"

/* TLS_AES_256_GCM_SHA384, the first of the library's ciphers: a pre-shared key goes with a hash, and
 * libssl chooses the cipher without looking for a key whose hash it has. */
static const uint8_t psk_cipher[2] = {0x13, 0x02};

/* --- certificates --- */

bool tls_identity_fingerprint(const X509 *certificate, uint8_t out[TLS_FINGERPRINT_BYTES])
{
    uint8_t *der = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool made =
        length > 0 && EVP_Digest(der, (size_t) length, digest, &size, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    if (made) {
        memcpy(out, digest, TLS_FINGERPRINT_BYTES);
    }
    return made;
}

static int role_of_name(const GENERAL_NAME *name)
{
    if (name->type != GEN_URI) {
        return -1;
    }
    const ASN1_IA5STRING *uri = name->d.uniformResourceIdentifier;
    return tls_role_of_uri(ASN1_STRING_get0_data(uri), (size_t) ASN1_STRING_length(uri));
}

int tls_identity_role(const X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int found = -1;
    unsigned count = 0;

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const int role = role_of_name(sk_GENERAL_NAME_value(names, i));
        count += role >= 0;
        found = role >= 0 ? role : found;
    }
    GENERAL_NAMES_free(names);
    return count == 1 ? found : -1;
}

static void describe(struct tls_link *l, const X509 *certificate, const char *what)
{
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES] = {0};
    char hex[2 * TLS_FINGERPRINT_BYTES + 1];

    (void) tls_identity_fingerprint(certificate, fingerprint);
    for (size_t i = 0; i < TLS_FINGERPRINT_BYTES; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", fingerprint[i]);
    }
    (void) snprintf(l->identity, sizeof(l->identity), "%s, %s %s", tls_role_name(l->role), what,
                    hex);
}

/* The words of what X509_verify_cert() found. */
static void hold_chain(struct tls_link *l, X509_STORE_CTX *x)
{
    const int error = X509_STORE_CTX_get_error(x);
    const X509 *at = X509_STORE_CTX_get_current_cert(x);
    char when[TLS_TIME_SIZE];

    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        tls_time_print(X509_get0_notAfter(at), when);
        (void) snprintf(l->held, sizeof(l->held), "its certificate, or one above it, expired on %s",
                        when);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        tls_time_print(X509_get0_notBefore(at), when);
        (void) snprintf(l->held, sizeof(l->held),
                        "its certificate is not valid before %s: are both clocks right?", when);
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        (void) snprintf(l->held, sizeof(l->held),
                        "its certificate is not signed by the authority in '%.200s'",
                        l->credentials->trusted.path);
        X509_STORE_CTX_set_error(x, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT); /* one alert for all */
        break;
    default:
        (void) snprintf(l->held, sizeof(l->held), "its certificate: %s",
                        X509_verify_cert_error_string(error));
        break;
    }
}

/* Whether ROLE may be at the other end; else L holds that. */
static bool is_role_taken(struct tls_link *l, int role, const char *what)
{
    const int own = (int) l->credentials->self->role;

    if (role < 0) {
        (void) snprintf(l->held, sizeof(l->held), "%s names no role, or several", what);
    } else if (l->expected >= 0 && role != l->expected) {
        (void) snprintf(l->held, sizeof(l->held), "%s is the %s's, and the %s was called", what,
                        tls_role_name(role), tls_role_name(l->expected));
    } else if (role == own) {
        (void) snprintf(l->held, sizeof(l->held), "%s is of this side's own role, %s", what,
                        tls_role_name(role));
    } else {
        l->role = role;
    }
    return l->role >= 0;
}

/* Whether a key of the chain, or LEAF's where there is none, was taken back; L holds that. */
static bool is_revoked(struct tls_link *l, X509_STORE_CTX *x, const X509 *leaf)
{
    const struct revoked_keys *revoked = &l->credentials->taken_back;
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(x);
    const int count = chain == NULL ? 1 : sk_X509_num(chain);
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES];
    bool found = false;

    for (int i = 0; i < count && !found; i++) {
        const X509 *at = chain == NULL ? leaf : sk_X509_value(chain, i);
        found =
            !tls_identity_fingerprint(at, fingerprint) || revoked_keys_have(revoked, fingerprint);
    }
    if (found) {
        (void) snprintf(l->held, sizeof(l->held), "its key was taken back: it stands in '%.200s'",
                        l->credentials->revoked.path);
        X509_STORE_CTX_set_error(x, X509_V_ERR_CERT_REVOKED);
    }
    return found;
}

static int judge_pinned(struct tls_link *l, X509_STORE_CTX *x, const X509 *leaf)
{
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES];
    char hex[2 * TLS_FINGERPRINT_BYTES + 1] = "";

    if (!tls_identity_fingerprint(leaf, fingerprint)) {
        return 0;
    }
    if (is_revoked(l, x, leaf)) {
        return 0;
    }
    const int role = tls_pins_find(&l->credentials->pins, fingerprint);
    if (role < 0) {
        for (size_t i = 0; i < TLS_FINGERPRINT_BYTES; i++) {
            (void) snprintf(hex + 2 * i, 3, "%02x", fingerprint[i]);
        }
        (void) snprintf(l->held, sizeof(l->held), "its key %s is none of those in '%.180s'", hex,
                        l->credentials->trusted.path);
        X509_STORE_CTX_set_error(x, X509_V_ERR_CERT_REJECTED);
        return 0;
    }
    if (!is_role_taken(l, role, "its key")) {
        X509_STORE_CTX_set_error(x, X509_V_ERR_INVALID_PURPOSE);
        return 0;
    }
    describe(l, leaf, "key");
    X509_STORE_CTX_set_error(x, X509_V_OK);
    return 1;
}

static int judge_certificate(struct tls_link *l, X509_STORE_CTX *x, const X509 *leaf)
{
    if (X509_verify_cert(x) != 1) {
        hold_chain(l, x);
        return 0;
    }
    if (is_revoked(l, x, leaf)) {
        return 0;
    }
    if (!is_role_taken(l, tls_identity_role(leaf), "its certificate")) {
        X509_STORE_CTX_set_error(x, X509_V_ERR_INVALID_PURPOSE);
        return 0;
    }
    describe(l, leaf, "certificate with key");
    return 1;
}

static int judge(X509_STORE_CTX *x, void *context)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(x, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_link *l = SSL_get_app_data(ssl);
    const X509 *leaf = X509_STORE_CTX_get0_cert(x);

    (void) context;
    if (l->credentials == NULL || leaf == NULL) { /* it is over: nothing is proved twice */
        X509_STORE_CTX_set_error(x, X509_V_ERR_CERT_REJECTED);
        return 0;
    }
    switch (l->credentials->proof) {
    case TLS_BY_CERTIFICATE:
        return judge_certificate(l, x, leaf);
    case TLS_BY_PINNED:
        return judge_pinned(l, x, leaf);
    case TLS_BY_KEYS:
        break;
    }
    (void) snprintf(l->held, sizeof(l->held),
                    "it shows a certificate, and this side knows it by the key of their link "
                    "(proof: keys)");
    X509_STORE_CTX_set_error(x, X509_V_ERR_CERT_REJECTED);
    return 0;
}

/* --- pre-shared keys --- */

static SSL_SESSION *session_of(SSL *ssl, const uint8_t secret[MPCF_SECRET_BYTES])
{
    SSL_SESSION *session = SSL_SESSION_new();
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, psk_cipher);

    if (session == NULL || cipher == NULL ||
        SSL_SESSION_set1_master_key(session, secret, MPCF_SECRET_BYTES) != 1 ||
        SSL_SESSION_set_cipher(session, cipher) != 1 ||
        SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) != 1) {
        SSL_SESSION_free(session);
        return NULL;
    }
    return session;
}

static int offer_key(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,
                     SSL_SESSION **session)
{
    struct tls_link *l = SSL_get_app_data(ssl);

    *session = NULL;
    *length = 0;
    if (digest != NULL && !EVP_MD_is_a(digest, "SHA384")) {
        return 1;
    }
    const mpcf_party *self = l->credentials->self;
    *length = tls_identity_print((int) self->role, l->expected, l->identity);
    *identity = (const unsigned char *) l->identity;
    *session = session_of(ssl, self->calling[l->expected]);
    return *session != NULL;
}

static int find_key(SSL *ssl, const unsigned char *identity, size_t length, SSL_SESSION **session)
{
    struct tls_link *l = SSL_get_app_data(ssl);
    const mpcf_party *self = l->credentials->self;
    int caller = -1, callee = -1;

    *session = NULL;
    if (!tls_identity_parse(identity, length, &caller, &callee)) {
        return 1;
    }
    if (callee != (int) self->role || !self->has_secret[caller]) {
        (void) snprintf(l->held, sizeof(l->held),
                        "it has a key by which the %s calls the %s, and "
                        "this is the %s",
                        tls_role_name(caller), tls_role_name(callee),
                        tls_role_name((int) self->role));
        return 1;
    }
    l->expected = caller; /* the key that is tried; whether it has it the handshake shows */
    *session = session_of(ssl, self->accepting[caller]);
    return *session != NULL;
}

static mpcf_status take_key(struct tls_link *l, mpcf_error *err)
{
    if (SSL_session_reused(l->ssl) != 1 || l->expected < 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "it did not prove that it has the key of this link");
    }
    l->role = l->expected;
    (void) snprintf(l->identity, sizeof(l->identity), "%s, key of this link",
                    tls_role_name(l->role));
    return MPCF_OK;
}

/* --- both --- */

void tls_identity_arm(const struct tls_credentials *c, SSL_CTX *context, bool is_listener)
{
    SSL_CTX_set_cert_verify_callback(context, judge, NULL);
    if (c->proof != TLS_BY_KEYS || !is_listener) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    if (c->proof == TLS_BY_KEYS && is_listener) {
        SSL_CTX_set_psk_find_session_callback(context, find_key);
    } else if (c->proof == TLS_BY_KEYS) {
        SSL_CTX_set_psk_use_session_callback(context, offer_key);
    }
}

mpcf_status tls_identity_take(struct tls_link *l, mpcf_error *err)
{
    const unsigned char *protocol = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(l->ssl, &protocol, &length);
    if (length != 4 || memcmp(protocol, "mpcf", 4) != 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "it speaks TLS, but not mpcf");
    }
    if (SSL_version(l->ssl) != TLS1_3_VERSION) {
        return mpcf_fail(err, MPCF_E_AUTH, "it speaks another version of TLS than 1.3: refused");
    }
    if (l->credentials->proof == TLS_BY_KEYS) {
        return take_key(l, err);
    }
    return l->role >= 0 && SSL_get0_peer_certificate(l->ssl) != NULL
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_AUTH, "it did not prove a role");
}
