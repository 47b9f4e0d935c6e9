/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a certificate of a role, and how it gets its signature. */
#include "channel/certificate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/memory.h"

#define EARLIER_SECONDS (-3600L) /* clocks differ */
#define DAY_SECONDS     86400L

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

static mpcf_status fail(mpcf_error *err, const char *what)
{
    ERR_clear_error();
    return mpcf_fail(err, MPCF_E_INTERNAL, "libcrypto makes no %s", what);
}

/* --- making --- */

static EVP_PKEY *draw_key(void)
{
    return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static bool add_extension(X509 *x, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    bool added = extension != NULL && X509_add_ext(x, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return added;
}

static bool set_serial(X509 *x)
{
    uint8_t bytes[16];
    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        return false;
    }
    bytes[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;

    BN_free(number);
    return set;
}

static bool set_extensions(X509 *x, int role)
{
    char uri[64];

    if (role < 0) {
        return add_extension(x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
               add_extension(x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
               add_extension(x, NID_subject_key_identifier, "hash");
    }
    (void) snprintf(uri, sizeof(uri), "URI:mpcf:role:%s", role_name((enum role) role));
    return add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(x, NID_key_usage, "critical,digitalSignature") &&
           add_extension(x, NID_ext_key_usage, "clientAuth,serverAuth") &&
           add_extension(x, NID_subject_key_identifier, "hash") &&
           add_extension(x, NID_subject_alt_name, uri);
}

/* An authority is looked for by its name: each has another. */
static bool set_name(int role, char *name, size_t size)
{
    uint8_t bytes[4];

    if (role >= 0) {
        (void) snprintf(name, size, "mpcf %s", role_name((enum role) role));
        return true;
    }
    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        return false;
    }
    (void) snprintf(name, size, "mpcf authority %02x%02x%02x%02x", bytes[0], bytes[1], bytes[2],
                    bytes[3]);
    return true;
}

static bool fill(X509 *x, EVP_PKEY *key, int role, unsigned days, const X509 *issuer)
{
    char name[64];

    if (!set_name(role, name, sizeof(name))) {
        return false;
    }
    return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
           X509_gmtime_adj(X509_getm_notBefore(x), EARLIER_SECONDS) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(x), (long) days * DAY_SECONDS) != NULL &&
           X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                      (const unsigned char *) name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x, X509_get_subject_name(issuer == NULL ? x : issuer)) == 1 &&
           X509_set_pubkey(x, key) == 1 && set_extensions(x, role);
}

/* ROLE -1: an authority's; ISSUER NULL: it signs itself. NULL: libcrypto refuses. */
static X509 *make(EVP_PKEY *key, int role, unsigned days, const struct authority *issuer)
{
    X509 *x = X509_new();

    if (x == NULL || !fill(x, key, role, days, issuer == NULL ? NULL : issuer->certificate) ||
        X509_sign(x, issuer == NULL ? key : issuer->key, NULL) == 0) {
        X509_free(x);
        return NULL;
    }
    return x;
}

/* --- as text --- */

/* Of KEY or CERTIFICATE, or both; either may be NULL. */
static mpcf_status print(const EVP_PKEY *key, const X509 *certificate, struct pem *out,
                         mpcf_error *err)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    const char *text = NULL;
    bool made =
        bio != NULL &&
        (key == NULL || PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1) &&
        (certificate == NULL || PEM_write_bio_X509(bio, certificate) == 1);
    long length = made ? BIO_get_mem_data(bio, &text) : 0;

    *out = (struct pem){.length = length > 0 ? (size_t) length : 0};
    out->text = length > 0 ? mpcf_secret_alloc(out->length + 1, 1) : NULL;
    if (out->text != NULL) {
        memcpy(out->text, text, out->length);
    }
    BIO_free(bio);
    if (length > 0 && out->text == NULL) {
        return mpcf_fail_memory(err, out->length, "a key as text");
    }
    return out->text != NULL ? MPCF_OK : fail(err, "PEM");
}

static int no_password(char *text, int size, int is_write, void *context)
{
    (void) text;
    (void) size;
    (void) is_write;
    (void) context;
    return -1;
}

static EVP_PKEY *parse_key(const struct pem *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->text, (int) pem->length);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);

    BIO_free(bio);
    ERR_clear_error();
    return key;
}

static X509 *parse_certificate(const struct pem *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->text, (int) pem->length);
    X509 *x = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, no_password, NULL);

    BIO_free(bio);
    ERR_clear_error();
    return x;
}

/* --- authorities and roles --- */

static mpcf_status take(struct authority *a, EVP_PKEY *key, X509 *certificate,
                        struct authority **out, mpcf_error *err)
{
    if (a == NULL) {
        EVP_PKEY_free(key);
        X509_free(certificate);
        return mpcf_fail_memory(err, sizeof(*a), "an authority");
    }
    a->key = key;
    a->certificate = certificate;
    *out = a;
    return MPCF_OK;
}

mpcf_status authority_create(unsigned days, struct authority **out, mpcf_error *err)
{
    EVP_PKEY *key = draw_key();
    X509 *certificate = key == NULL ? NULL : make(key, -1, days, NULL);

    if (certificate == NULL) {
        EVP_PKEY_free(key);
        return fail(err, "certificate");
    }
    return take(mpcf_alloc_array(1, sizeof(struct authority)), key, certificate, out, err);
}

mpcf_status authority_parse(const struct pem *key, const struct pem *certificate,
                            struct authority **out, mpcf_error *err)
{
    EVP_PKEY *k = parse_key(key);
    X509 *x = parse_certificate(certificate);

    if (k == NULL || x == NULL || X509_check_private_key(x, k) != 1 || X509_check_ca(x) == 0) {
        EVP_PKEY_free(k);
        X509_free(x);
        ERR_clear_error();
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "authority.key and authority.pem are not an "
                         "authority's key and its certificate");
    }
    return take(mpcf_alloc_array(1, sizeof(struct authority)), k, x, out, err);
}

void authority_destroy(struct authority *a)
{
    if (a != NULL) {
        EVP_PKEY_free(a->key);
        X509_free(a->certificate);
        mpcf_free(a);
    }
}

mpcf_status authority_print(const struct authority *a, struct pem *key, struct pem *certificate,
                            mpcf_error *err)
{
    MPCF_TRY(print(a->key, NULL, key, err));
    mpcf_status status = print(NULL, a->certificate, certificate, err);
    if (status != MPCF_OK) {
        mpcf_secret_free(key->text);
        key->text = NULL;
    }
    return status;
}

mpcf_status certificate_issue(const struct authority *a, enum role role, unsigned days,
                              struct pem *out, mpcf_error *err)
{
    EVP_PKEY *key = draw_key();
    X509 *certificate = key == NULL ? NULL : make(key, (int) role, days, a);
    mpcf_status status =
        certificate == NULL ? fail(err, "certificate") : print(key, certificate, out, err);

    EVP_PKEY_free(key);
    X509_free(certificate);
    return status;
}

mpcf_status certificate_draw_key(struct pem *out, mpcf_error *err)
{
    EVP_PKEY *key = draw_key();
    mpcf_status status = key == NULL ? fail(err, "key") : print(key, NULL, out, err);

    EVP_PKEY_free(key);
    return status;
}

/* --- looking --- */

static int role_of(const X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    int found = -1, count = 0;
    char text[32];

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        const ASN1_STRING *uri = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
        for (int r = 0; uri != NULL && r < 3; r++) {
            const int length =
                snprintf(text, sizeof(text), "mpcf:role:%s", role_name((enum role) r));
            /* By its length: a zero inside makes it another name. */
            if (ASN1_STRING_length(uri) == length &&
                memcmp(ASN1_STRING_get0_data(uri), text, (size_t) length) == 0) {
                found = r;
                count++;
            }
        }
    }
    GENERAL_NAMES_free(names);
    return count == 1 ? found : -1;
}

static bool print_fingerprint(const EVP_PKEY *key, uint8_t out[SPOKEN_BYTES])
{
    uint8_t *der = NULL, digest[EVP_MAX_MD_SIZE];
    int length = i2d_PUBKEY(key, &der);
    bool made =
        length > 0 && EVP_Digest(der, (size_t) length, digest, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    if (made) {
        memcpy(out, digest, SPOKEN_BYTES);
    }
    return made;
}

static void look_at_end(const X509 *x, struct certificate_facts *facts)
{
    const ASN1_TIME *end = X509_get0_notAfter(x);
    struct tm parts;
    int days = -1, seconds = 0;

    if (ASN1_TIME_diff(&days, &seconds, NULL, end) != 1) {
        days = -1;
    }
    facts->days_left = days == 0 && seconds < 0 ? -1 : days;
    if (ASN1_TIME_to_tm(end, &parts) != 1 ||
        strftime(facts->end, sizeof(facts->end), "%Y-%m-%d %H:%M UTC", &parts) == 0) {
        (void) snprintf(facts->end, sizeof(facts->end), "an unknown day");
    }
}

static mpcf_status look(const EVP_PKEY *key, X509 *x, const char *name,
                        struct certificate_facts *facts, mpcf_error *err)
{
    EVP_PKEY *shown = x == NULL ? NULL : X509_get0_pubkey(x);

    if (key == NULL && shown == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: neither a key nor a certificate that can be read (PEM, without a "
                         "password)",
                         name);
    }
    facts->has_key = key != NULL;
    facts->has_certificate = x != NULL;
    facts->role = x == NULL ? -1 : role_of(x);
    facts->is_authority = x != NULL && X509_check_ca(x) != 0;
    facts->has_other_key = key != NULL && shown != NULL && EVP_PKEY_eq(key, shown) != 1;
    if (x != NULL) {
        look_at_end(x, facts);
    }
    return print_fingerprint(shown != NULL ? shown : key, facts->fingerprint)
               ? MPCF_OK
               : fail(err, "fingerprint");
}

mpcf_status certificate_look(const struct pem *pem, const char *name,
                             struct certificate_facts *facts, mpcf_error *err)
{
    EVP_PKEY *key = parse_key(pem);
    X509 *x = parse_certificate(pem);

    *facts = (struct certificate_facts){.role = -1};
    mpcf_status status = look(key, x, name, facts, err);
    EVP_PKEY_free(key);
    X509_free(x);
    ERR_clear_error();
    return status;
}

bool certificate_is_signed(const struct pem *pem, const struct pem *authority)
{
    X509 *x = parse_certificate(pem), *issuer = parse_certificate(authority);
    bool is_signed = x != NULL && issuer != NULL && X509_check_ca(issuer) != 0 &&
                     X509_check_issued(issuer, x) == X509_V_OK &&
                     X509_verify(x, X509_get0_pubkey(issuer)) == 1;

    X509_free(x);
    X509_free(issuer);
    ERR_clear_error();
    return is_signed;
}
