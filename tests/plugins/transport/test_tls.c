/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tls takes, and what it refuses and says: on both sides of a connection between two of ours.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/captured_log.h"
#include "support/support.h"
#include "support/tls_ends.h"

#define SECOND INT64_C(1000000000)

/* --- what is taken --- */

static void talk(struct tls_meeting *m)
{
    const int64_t soon = clock_deadline(5 * SECOND);
    char got[6] = "";
    assert_ok(m->a.t->send(m->a.conn, "hello", 6, soon, m->a.err), m->a.err);
    assert_ok(m->b.t->recv(m->b.conn, got, 6, soon, m->b.err), m->b.err);
    assert_string_equal(got, "hello");
}

static void both_ends_are_proved(void **state)
{
    (void) state;
    const struct tls_end ends[3][2] = {
        {{TLS_BY_KEYS, NULL, 0, ROLE_DEALER}, {TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER}},
        {{TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_DEALER},
         {TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER}},
        {{TLS_BY_PINNED, tls_folders[P1], 0, ROLE_DEALER},
         {TLS_BY_PINNED, tls_folders[P1], 0, ROLE_PROVIDER}}};
    static const char *const names[3] = {"provider, key of this link",
                                         "provider, certificate with key ", "provider, key "};
    for (unsigned i = 0; i < 3; i++) {
        struct tls_meeting m;
        uint8_t bindings[2][MPCF_BINDING_BYTES] = {{0}, {1}};
        int32_t who[2] = {-1, -1};
        char name[200];
        tls_meet(&m, &ends[i][0], &ends[i][1], ROLE_DEALER);
        assert_was_ok(m.a.status, m.a.err);
        assert_was_ok(m.b.status, m.b.err);
        talk(&m);
        assert_int_equal(m.a.t->peer_role(m.a.conn, &who[0], NULL), MPCF_OK);
        assert_int_equal(m.a.t->peer_role(m.b.conn, &who[1], NULL), MPCF_OK);
        assert_int_equal(who[0], MPCF_ROLE_PROVIDER);
        assert_int_equal(who[1], MPCF_ROLE_DEALER);
        assert_int_equal(m.a.t->binding(m.a.conn, bindings[0], NULL), MPCF_OK);
        assert_int_equal(m.a.t->binding(m.b.conn, bindings[1], NULL), MPCF_OK);
        assert_memory_equal(bindings[0], bindings[1], MPCF_BINDING_BYTES);
        assert_int_equal(m.a.t->peer_identity(m.a.conn, name, sizeof(name), NULL), MPCF_OK);
        assert_memory_equal(name, names[i], strlen(names[i]));
        assert_int_equal(m.a.t->peer_identity(m.a.conn, name, 5, NULL), MPCF_E_INVALID);
        tls_part(&m);
    }
}

/* --- bytes --- */

/* One way of a conversation: byte I of all is I * 7 + I / 251. */
struct way {
    void *from, *to;
    size_t sent, length, received; /* LENGTH: behind the message that goes now */
};

static uint8_t byte_at(size_t i)
{
    return (uint8_t) (i * 7 + i / 251);
}

/* What goes now of W, and takes as much as LIMIT bytes; *MOVED: something went. */
static void go_on(const mpcf_transport *t, struct way *w, struct test_random *r, bool takes,
                  bool *moved)
{
    static uint8_t out[70000], in[70000];
    size_t sent = w->length - w->sent, none = 0;
    for (size_t i = 0; i < sent; i++) {
        out[i] = byte_at(w->sent + i);
    }
    mpcf_status status = t->advance(w->from, out, &sent, NULL, &none, 0, NULL);
    assert_true(status == MPCF_OK || (status == MPCF_E_TIMEOUT && sent == 0));
    memset(out, 0xee, sizeof(out)); /* it may be used again */
    w->sent += sent;
    size_t received = takes ? 1 + test_random_u64(r) % 60000 : 0, no_more = 0;
    status = t->advance(w->to, NULL, &no_more, in, &received, 0, NULL);
    assert_true(status == MPCF_OK || (status == MPCF_E_TIMEOUT && received == 0));
    for (size_t i = 0; i < received; i++) {
        assert_int_equal(in[i], byte_at(w->received + i));
    }
    w->received += received;
    *moved = sent + received > 0;
}

/* Messages of all sizes through small buffers to one that seldom reads: each is said to have gone
 * when it has, so that it arrives though the sender does nothing more. */
static void what_is_said_to_have_gone_arrives(void **state)
{
    (void) state;
    struct tls_meeting m;
    struct test_random r = {.state = 11};
    tls_listen(&m, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_DEALER});
    tls_begin(&m.b, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_USER});
    m.b.config.socket.send_buffer = m.b.config.socket.receive_buffer = 8192;
    m.called = ROLE_DEALER;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, tls_call, &m), 0);
    tls_accept_one(&m);
    assert_int_equal(pthread_join(thread, NULL), 0);
    struct way w = {.from = m.b.conn, .to = m.a.conn};
    for (unsigned message = 0; message < 400; message++) {
        const unsigned kind = message % 4;
        w.length +=
            kind == 0 ? 1 + message % 3 : 1 + test_random_u64(&r) % (kind == 3 ? 65000 : 900);
        while (w.sent < w.length) {
            bool moved = false;
            go_on(m.a.t, &w, &r, test_random_u64(&r) % 3 == 0, &moved);
        }
        const int64_t limit = clock_deadline(10 * SECOND);
        while (message % 5 == 0 && w.received < w.length) { /* the sender rests */
            size_t none = 0, got = 1;
            uint8_t byte = 0;
            mpcf_status status = m.a.t->advance(w.to, NULL, &none, &byte, &got, limit, m.a.err);
            assert_was_ok(status, m.a.err);
            assert_int_equal(byte, byte_at(w.received));
            w.received += got;
        }
    }
    tls_part(&m);
}

/* --- what is refused by two of ours --- */

struct refusal {
    struct tls_end callee, caller;
    enum role called;
    const char *there, *here; /* what the callee says, and the caller */
};

#define KEYS(set, role)                                                                            \
    {                                                                                              \
        TLS_BY_KEYS, NULL, set, role                                                               \
    }
#define CERTIFICATE(at, role)                                                                      \
    {                                                                                              \
        TLS_BY_CERTIFICATE, tls_folders[at], 0, role                                               \
    }
#define PINNED(at, role)                                                                           \
    {                                                                                              \
        TLS_BY_PINNED, tls_folders[at], 0, role                                                    \
    }

static void both_sides_say_why(void **state)
{
    (void) state;
    const struct refusal refusals[] = {
        /* another authority: the caller sees it first; then, where it knows both, the callee */
        {CERTIFICATE(C1, ROLE_PROVIDER), CERTIFICATE(C2, ROLE_USER), ROLE_PROVIDER,
         "the peer refuses: it does not know the authority", "is not signed by the authority in"},
        {CERTIFICATE(C1, ROLE_PROVIDER), CERTIFICATE(BOTH, ROLE_USER), ROLE_PROVIDER,
         "is not signed by the authority in",
         "it does not know the authority that signed this side's certificate"},
        /* another role */
        {CERTIFICATE(C1, ROLE_PROVIDER), CERTIFICATE(C1, ROLE_USER), ROLE_DEALER,
         "this side's key is not of the role that it takes there",
         "its certificate is the provider's, and the dealer was called"},
        {CERTIFICATE(C1, ROLE_DEALER), CERTIFICATE(C1, ROLE_DEALER), ROLE_DEALER,
         "this side's key is not of the role that it takes there",
         "its certificate is of this side's own role, dealer"},
        {PINNED(P1, ROLE_PROVIDER), PINNED(P1, ROLE_USER), ROLE_DEALER,
         "this side's key is not of the role that it takes there",
         "its key is the provider's, and the dealer was called"},
        {KEYS(0, ROLE_PROVIDER), KEYS(0, ROLE_USER), ROLE_DEALER,
         "it has a key by which the user calls the dealer, and this is the provider",
         "the two have no proof in common"},
        /* an unknown key */
        {PINNED(P1, ROLE_PROVIDER), PINNED(P2, ROLE_USER), ROLE_PROVIDER,
         "it does not know this side's key", "is none of those in"},
        {KEYS(0, ROLE_PROVIDER), KEYS(1, ROLE_USER), ROLE_PROVIDER,
         "its key of this link is another than this side's",
         "its key of this link is another than this side's"},
        /* another proof */
        {KEYS(0, ROLE_PROVIDER), CERTIFICATE(C1, ROLE_USER), ROLE_PROVIDER,
         "the two have no proof in common", "the two have no proof in common"},
        {CERTIFICATE(C1, ROLE_PROVIDER), KEYS(0, ROLE_USER), ROLE_PROVIDER,
         "the peer refuses: it does not know this side's key or certificate",
         "it shows a certificate, and this side knows it by the key of their link"},
        {PINNED(P1, ROLE_PROVIDER), CERTIFICATE(C1, ROLE_USER), ROLE_PROVIDER,
         "the peer refuses: ", "is not signed by the authority in"},
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        struct tls_meeting m;
        tls_meet(&m, &r->callee, &r->caller, r->called);
        print_message("%zu: there: %s\n   here: %s\n", i, mpcf_error_text(m.a.err),
                      mpcf_error_text(m.b.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
        assert_message_contains(m.a.err, r->there);
        assert_message_contains(m.a.err, "a caller from 127.0.0.1:");
        assert_message_contains(m.b.err, r->here);
        tls_part(&m);
    }
}

/* --- files --- */

static void assert_listens_not(const struct tls_end *end, const char *message)
{
    struct tls_open_end o;
    void *listener = NULL;
    tls_begin(&o, end);
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, message);
    tls_finish(&o);
}

static void files_are_looked_at(void **state)
{
    (void) state;
    char *folder = tls_new_folder("files"), *own = file_join(folder, "dealer.pem");
    char *trusted = file_join(folder, "authority.pem");
    const struct tls_end end = {TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER};
    assert_listens_not(&(struct tls_end){TLS_BY_CERTIFICATE, NULL, 0, ROLE_DEALER},
                       "options: {proof: certificate, folder: FOLDER}");
    assert_listens_not(&end, "`mpcf-host keys new --proof certificate FOLDER` makes it");
    tls_copy(tls_folders[C1], "dealer.pem", folder, "dealer.pem");
    tls_copy(tls_folders[C2], "authority.pem", folder, "authority.pem");
    assert_listens_not(&end, "is not signed by the authority in");
    tls_copy(tls_folders[C1], "authority.pem", folder, "authority.pem");
    assert_int_equal(chmod(own, 0640), 0);
    assert_listens_not(&end, "others can reach the key in");
    assert_int_equal(chmod(own, 0600), 0);
    assert_int_equal(chmod(trusted, 0666), 0);
    assert_listens_not(&end, "others can write");
    assert_int_equal(chmod(trusted, 0644), 0);
    tls_copy(tls_folders[C1], "user.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has the certificate of the user, not of the dealer");
    tls_copy(tls_folders[C1], "authority.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has no private key that can be read");
    tls_copy(tls_folders[P1], "dealer.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has no certificate that can be read");
    tls_copy(tls_folders[C1], "dealer.pem", folder, "authority.pem");
    tls_copy(tls_folders[C1], "dealer.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has a certificate that is no authority's");
    tls_copy(tls_folders[C1], "user.pem", folder, "trusted");
    assert_listens_not(&(struct tls_end){TLS_BY_PINNED, folder, 0, ROLE_DEALER},
                       "trusted: does not begin with the line 'mpcf-trusted 1'");
    mpcf_free(own);
    mpcf_free(trusted);
    mpcf_free(folder);
}

static void without_keys_the_line_to_write_is_said(void **state)
{
    struct tls_open_end o;
    void *listener = NULL;
    (void) state;
    tls_begin(&o, &(struct tls_end){TLS_BY_CERTIFICATE, NULL, 0, ROLE_DEALER});
    o.config.proof = TLS_BY_KEYS; /* and the party has none */
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, "parties: {dealer: {keys: FOLDER/dealer.key}}");
    assert_status(MPCF_E_CONFIG, o.t->listen(&o.config, "127.0.0.1:0", &listener, o.err), o.err);
    tls_finish(&o);
}

static void expiry_is_said_before_and_behind(void **state)
{
    (void) state;
    char *folder = tls_new_folder("ends");
    const struct tls_end end = {TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER};
    tls_copy(tls_folders[C1], "authority.pem", folder, "authority.pem");
    for (unsigned days = 29; days <= 31; days += 2) {
        struct tls_meeting m;
        tls_issue(folder, ROLE_DEALER, days);
        struct captured_log log;
        captured_log_begin(&log);
        tls_listen(&m, &end);
        captured_log_end(&log);
        assert_int_equal(captured_log_count(&log, "expires in 2"), days == 29);
        captured_log_clear(&log);
        m.a.t->unlisten(m.listener);
        tls_finish(&m.a);
    }
    tls_issue(folder, ROLE_DEALER, 0);
    struct timespec second = {.tv_sec = 1, .tv_nsec = 100000000};
    (void) nanosleep(&second, NULL);
    assert_listens_not(&end, "expired on ");
    assert_listens_not(&end, "remove it, then `mpcf-host keys new --proof certificate FOLDER`");
    mpcf_free(folder);
}

/* --- what changes while a listener runs --- */

static void a_changed_file_is_the_next_callers(void **state)
{
    (void) state;
    char *folder = tls_new_folder("changes");
    const struct tls_end callee = {TLS_BY_CERTIFICATE, folder, 0, ROLE_PROVIDER};
    struct tls_meeting m;
    pthread_t thread;
    tls_copy(tls_folders[C1], "provider.pem", folder, "provider.pem");
    tls_copy(tls_folders[C1], "authority.pem", folder, "authority.pem");
    tls_listen(&m, &callee);
    m.called = ROLE_PROVIDER;
    for (unsigned round = 0; round < 3; round++) { /* C1; C2; half of each */
        const unsigned own = round == 0 ? C1 : C2;
        if (round > 0) {
            tls_copy(tls_folders[C2], "authority.pem", folder, "authority.pem");
            tls_copy(tls_folders[round == 1 ? C2 : C1], "provider.pem", folder, "provider.pem");
        }
        m.patience = round == 2 ? SECOND / 2 : 5 * SECOND;
        tls_begin(&m.b, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[own], 0, ROLE_USER});
        assert_int_equal(pthread_create(&thread, NULL, tls_call, &m), 0);
        tls_accept_one(&m);
        assert_int_equal(pthread_join(thread, NULL), 0);
        if (round < 2) {
            assert_was_ok(m.a.status, m.a.err);
            assert_was_ok(m.b.status, m.b.err);
            m.a.t->close(m.a.conn);
            m.a.conn = NULL;
        } else {
            assert_status_was(MPCF_E_CONFIG, m.a.status, m.a.err);
            assert_message_contains(m.a.err,
                                    "the files of keys have changed, and nobody is let in");
        }
        tls_finish(&m.b);
    }
    m.b.t = NULL;
    tls_part(&m);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_proved),
        cmocka_unit_test(what_is_said_to_have_gone_arrives),
        cmocka_unit_test(both_sides_say_why),
        cmocka_unit_test(files_are_looked_at),
        cmocka_unit_test(without_keys_the_line_to_write_is_said),
        cmocka_unit_test(expiry_is_said_before_and_behind),
        cmocka_unit_test(a_changed_file_is_the_next_callers),
    };
    return cmocka_run_group_tests(tests, tls_make_folders, tls_drop_folders);
}
