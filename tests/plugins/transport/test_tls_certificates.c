/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that other tools than mpcf-host made: what tls takes, and what it says of them.
 */
#include <stdio.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <mpcf/transport.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/private_file.h"
#include "support/support.h"
#include "support/tls_ends.h"

struct signed_key {
    EVP_PKEY *key;
    X509 *certificate;
};

static void extend(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(x, e, -1), 1);
    X509_EXTENSION_free(e);
}

/* ISSUER NULL: it signs itself. ROLE NULL: of an authority. BEGIN: seconds from now. */
static struct signed_key sign(const char *name, const struct signed_key *issuer, const char *role,
                              long begin)
{
    struct signed_key made = {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), X509_new()};
    X509 *x = made.certificate;
    const X509 *above = issuer == NULL ? x : issuer->certificate;
    assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 7), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), begin));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), 90L * 86400));
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                                (const uint8_t *) name, -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(x, X509_get_subject_name(above)), 1);
    assert_int_equal(X509_set_pubkey(x, made.key), 1);
    extend(x, NID_basic_constraints, role == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (role != NULL) {
        extend(x, NID_subject_alt_name, role);
    }
    assert_true(X509_sign(x, issuer == NULL ? made.key : issuer->key, NULL) > 0);
    return made;
}

static void drop(struct signed_key *s)
{
    EVP_PKEY_free(s->key);
    X509_free(s->certificate);
}

/* KEY may be NULL; the certificates follow, ABOVE last. */
static void write_pem(const char *folder, const char *name, EVP_PKEY *key, X509 *certificate,
                      X509 *above)
{
    char *path = file_join(folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(chmod(path, 0600), 0);
    if (key != NULL) {
        assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    }
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    if (above != NULL) {
        assert_int_equal(PEM_write_X509(file, above), 1);
    }
    assert_int_equal(fclose(file), 0);
    mpcf_free(path);
}

/* One between a role's and the authority's stands in the role's file, and is shown. */
static void a_chain_is_shown(void **state)
{
    (void) state;
    char *folder = tls_new_folder("chain");
    struct signed_key root = sign("root", NULL, NULL, -60), mid = sign("mid", &root, NULL, -60);
    struct signed_key ends[2] = {sign("dealer", &mid, "URI:mpcf:role:dealer", -60),
                                 sign("user", &mid, "URI:mpcf:role:user", -60)};
    write_pem(folder, "authority.pem", NULL, root.certificate, NULL);
    write_pem(folder, "dealer.pem", ends[0].key, ends[0].certificate, mid.certificate);
    write_pem(folder, "user.pem", ends[1].key, ends[1].certificate, mid.certificate);
    struct tls_meeting m;
    tls_meet(&m, &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER},
             &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_USER}, ROLE_DEALER);
    assert_was_ok(m.a.status, m.a.err);
    assert_was_ok(m.b.status, m.b.err);
    tls_part(&m);
    drop(&root);
    drop(&mid);
    drop(&ends[0]);
    drop(&ends[1]);
    mpcf_free(folder);
}

static void what_is_not_valid_yet_is_said(void **state)
{
    (void) state;
    char *folder = tls_new_folder("early");
    struct signed_key root = sign("root", NULL, NULL, -60);
    struct signed_key dealer = sign("dealer", &root, "URI:mpcf:role:dealer", 3600);
    void *listener = NULL;
    struct tls_open_end o;
    write_pem(folder, "authority.pem", NULL, root.certificate, NULL);
    write_pem(folder, "dealer.pem", dealer.key, dealer.certificate, NULL);
    tls_begin(&o, &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER});
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, "dealer.pem' is not valid before ");
    tls_finish(&o);
    drop(&root);
    drop(&dealer);
    mpcf_free(folder);
}

/* "mpcf:role:user", a zero and more: what shows a file says of it what the transport does. */
static void a_zero_in_a_name_is_no_end(void **state)
{
    (void) state;
    static const char uri[] = "mpcf:role:user\0.example";
    char *folder = tls_new_folder("zero"), *path = file_join(folder, "user.pem");
    struct signed_key user = sign("user", NULL, NULL, -60);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    assert_int_equal(ASN1_STRING_set(text, uri, sizeof(uri) - 1), 1);
    GENERAL_NAME_set0_value(name, GEN_URI, text);
    assert_int_equal(sk_GENERAL_NAME_push(names, name), 1);
    assert_int_equal(X509_add1_ext_i2d(user.certificate, NID_subject_alt_name, names, 0, 0), 1);
    assert_true(X509_sign(user.certificate, user.key, NULL) > 0);
    write_pem(folder, "user.pem", user.key, user.certificate, NULL);
    struct pem pem = {.text = NULL};
    struct certificate_facts facts;
    assert_int_equal(private_file_read(path, 65536, &pem.text, &pem.length, NULL), MPCF_OK);
    assert_int_equal(certificate_look(&pem, path, &facts, NULL), MPCF_OK);
    assert_int_equal(facts.role, -1);
    mpcf_secret_free(pem.text);
    GENERAL_NAMES_free(names);
    drop(&user);
    mpcf_free(path);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_shown),
        cmocka_unit_test(what_is_not_valid_yet_is_said),
        cmocka_unit_test(a_zero_in_a_name_is_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
