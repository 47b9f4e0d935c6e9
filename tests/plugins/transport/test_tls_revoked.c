/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that were taken back: who has one is turned away from the next connection on, by who listens and by who
 * calls, and both sides say so.
 */
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/private_file.h"
#include "channel/trusted.h"
#include "support/support.h"
#include "support/tls_ends.h"

/* The key of FROM/NAME stands in FOLDER/revoked. */
static void take_back(const char *from, const char *name, const char *folder)
{
    char *path = file_join(from, name);
    struct pem pem = {.text = NULL};
    struct certificate_facts facts;
    mpcf_error *err = mpcf_error_create();
    assert_ok(private_file_read(path, 65536, &pem.text, &pem.length, err), err);
    assert_ok(certificate_look(&pem, path, &facts, err), err);
    assert_ok(trusted_add(&trusted_revoked, folder, ROLE_PROVIDER, facts.fingerprint, err), err);
    mpcf_secret_free(pem.text);
    mpcf_error_destroy(err);
    mpcf_free(path);
}

static char *copy_of(const char *folder, const char *name, const char *own, const char *trusted)
{
    char *copy = tls_new_folder(name);
    tls_copy(folder, own, copy, own);
    char *from = file_join(folder, trusted), *to = file_join(copy, trusted), *text = NULL;
    size_t length = 0;
    assert_int_equal(file_read(from, 65536, &text, &length, NULL), MPCF_OK);
    assert_int_equal(file_write_whole_private(to, text, length, NULL), MPCF_OK);
    mpcf_free(from);
    mpcf_free(to);
    mpcf_free(text);
    return copy;
}

static void call_and_accept(struct tls_meeting *m, const struct tls_end *caller)
{
    pthread_t thread;
    tls_begin(&m->b, caller);
    assert_int_equal(pthread_create(&thread, NULL, tls_call, m), 0);
    tls_accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void hang_up(struct tls_meeting *m)
{
    if (m->a.conn != NULL) {
        m->a.t->close(m->a.conn);
        m->a.conn = NULL;
    }
    tls_finish(&m->b);
}

static const struct {
    enum tls_proof proof;
    unsigned folder;
    const char *trusted;
} proofs[2] = {{TLS_BY_CERTIFICATE, C1, "authority.pem"}, {TLS_BY_PINNED, P1, "trusted"}};

static void who_listens_takes_a_key_back(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        const char *all = tls_folders[proofs[i].folder];
        char *folder =
            copy_of(all, i == 0 ? "listens-c" : "listens-p", "dealer.pem", proofs[i].trusted);
        char *list = file_join(folder, "revoked");
        const struct tls_end caller = {proofs[i].proof, all, 0, ROLE_USER};
        struct tls_meeting m;
        tls_listen(&m, &(struct tls_end){proofs[i].proof, folder, 0, ROLE_DEALER});
        m.called = ROLE_DEALER;
        call_and_accept(&m, &caller);
        assert_was_ok(m.a.status, m.a.err);
        assert_was_ok(m.b.status, m.b.err);
        hang_up(&m);
        take_back(all, "provider.pem", folder); /* another's: nothing changes */
        call_and_accept(&m, &caller);
        assert_was_ok(m.a.status, m.a.err);
        hang_up(&m);
        take_back(all, "user.pem", folder); /* without a restart */
        call_and_accept(&m, &caller);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "its key was taken back: it stands in '");
        assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
        assert_message_contains(m.b.err, "this side's key was taken back there");
        hang_up(&m);
        assert_int_equal(unlink(list), 0);
        call_and_accept(&m, &caller);
        assert_was_ok(m.a.status, m.a.err);
        assert_was_ok(m.b.status, m.b.err);
        tls_part(&m);
        mpcf_free(list);
        mpcf_free(folder);
    }
}

static void who_calls_takes_a_key_back(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        const char *all = tls_folders[proofs[i].folder];
        char *folder = copy_of(all, i == 0 ? "calls-c" : "calls-p", "user.pem", proofs[i].trusted);
        struct tls_meeting m;
        take_back(all, "dealer.pem", folder);
        tls_meet(&m, &(struct tls_end){proofs[i].proof, all, 0, ROLE_DEALER},
                 &(struct tls_end){proofs[i].proof, folder, 0, ROLE_USER}, ROLE_DEALER);
        assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
        assert_message_contains(m.b.err, "its key was taken back: it stands in '");
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "this side's key was taken back there");
        tls_part(&m);
        mpcf_free(folder);
    }
}

/* An authority that stands above a role's certificate. */
static void an_authority_is_taken_back(void **state)
{
    (void) state;
    char *folder = copy_of(tls_folders[C1], "above", "dealer.pem", "authority.pem");
    struct tls_meeting m;
    take_back(tls_folders[C1], "authority.pem", folder);
    tls_meet(&m, &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER},
             &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_USER}, ROLE_DEALER);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
    assert_message_contains(m.a.err, "its key was taken back");
    tls_part(&m);
    mpcf_free(folder);
}

static void assert_listens_not(const char *folder, const char *message)
{
    struct tls_open_end o;
    void *listener = NULL;
    tls_begin(&o, &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER});
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, message);
    tls_finish(&o);
}

/* Who cannot read whom it should refuse lets nobody in. */
static void a_list_that_is_wrong_lets_nobody_in(void **state)
{
#define KEY "000102030405060708090a0b0c0d0e0f"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "revoked: does not begin with the line 'mpcf-revoked 1'"},
        {KEY "\n", "revoked: does not begin with the line 'mpcf-revoked 1'"},
        {"mpcf-revoked 1\nuser " KEY "\n",
         "revoked:2: a line is a fingerprint of 32 hexadecimal digits, without a role"},
        {"mpcf-revoked 1\n# x\n" KEY "0\n", "revoked:3: a line is a fingerprint"},
        {"mpcf-revoked 1\r\n" KEY "\r\n", "revoked:1: the line ends in CR LF"},
        {"mpcf-revoked 1\n" KEY "\r\n", "revoked:2: the line ends in CR LF"},
    };
#undef KEY
    (void) state;
    char *folder = copy_of(tls_folders[C1], "list", "dealer.pem", "authority.pem");
    char *path = file_join(folder, "revoked");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(file_write_whole_private(path, cases[i].text, strlen(cases[i].text), NULL),
                         MPCF_OK);
        assert_listens_not(folder, cases[i].message);
    }
    assert_int_equal(unlink(path), 0);
    take_back(tls_folders[C1], "dealer.pem", folder);
    assert_listens_not(folder, "dealer.pem' was taken back, it stands in '");
    assert_int_equal(chmod(path, 0666), 0);
    assert_listens_not(folder, "others can write");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_listens_not(folder, "revoked' is not a regular file");
    mpcf_free(path);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_takes_a_key_back),
        cmocka_unit_test(who_calls_takes_a_key_back),
        cmocka_unit_test(an_authority_is_taken_back),
        cmocka_unit_test(a_list_that_is_wrong_lets_nobody_in),
    };
    return cmocka_run_group_tests(tests, tls_make_folders, tls_drop_folders);
}
