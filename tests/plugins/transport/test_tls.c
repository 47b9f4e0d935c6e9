/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tls takes, and what it refuses and says: on this side of a connection, and on the other.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/certificate_folder.h"
#include "channel/link_party.h"
#include "channel/private_file.h"
#include "support/captured_log.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "support/transports.h"
#include "tls_config.h"

#define SECOND INT64_C(1000000000)

/* --- folders: two authorities, two sets of pinned keys --- */

static char *folders[5];
enum { C1, C2, BOTH, P1, P2 };
static const char *const roles[3] = {"provider", "user", "dealer"};

/* FROM/NAME as TO/AS, in the place of what is there. */
static void copy(const char *from, const char *name, const char *to, const char *as)
{
    char *path = file_join(from, name), *target = file_join(to, as), *text = NULL;
    size_t length = 0;
    assert_int_equal(private_file_read(path, 65536, &text, &length, NULL), MPCF_OK);
    (void) unlink(target);
    assert_int_equal(private_file_create(target, text, length, NULL), MPCF_OK);
    mpcf_secret_free(text);
    mpcf_free(path);
    mpcf_free(target);
}

static char *new_folder(const char *name)
{
    char *folder = file_join(test_folder(), name);
    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

/* The user of C2, who trusts both authorities. */
static void make_both(void)
{
    char *texts[2] = {NULL, NULL};
    size_t lengths[2];
    folders[BOTH] = new_folder("both");
    copy(folders[C2], "user.pem", folders[BOTH], "user.pem");
    for (unsigned i = 0; i < 2; i++) {
        char *path = file_join(folders[i == 0 ? C1 : C2], "authority.pem");
        assert_int_equal(private_file_read(path, 65536, &texts[i], &lengths[i], NULL), MPCF_OK);
        mpcf_free(path);
    }
    char *joined = mpcf_format("%s%s", texts[0], texts[1]);
    char *path = file_join(folders[BOTH], "authority.pem");
    assert_int_equal(private_file_create(path, joined, strlen(joined), NULL), MPCF_OK);
    mpcf_free(path);
    mpcf_free(joined);
    mpcf_secret_free(texts[0]);
    mpcf_secret_free(texts[1]);
}

static int make_folders(void **state)
{
    static const char *const names[5] = {"c1", "c2", NULL, "p1", "p2"};
    (void) state;
    for (unsigned i = 0; i < 5; i++) {
        if (names[i] != NULL) {
            folders[i] = file_join(test_folder(), names[i]);
            assert_int_equal(i < P1 ? certificate_folder_create(folders[i], 365, NULL)
                                    : pinned_folder_create(folders[i], NULL),
                             MPCF_OK);
        }
    }
    make_both();
    return 0;
}

static int drop_folders(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 5; i++) {
        mpcf_free(folders[i]);
    }
    return 0;
}

/* --- two ends --- */

struct end {
    enum tls_proof proof;
    const char *folder; /* of keys: NULL */
    unsigned set;       /* of the roles' keys */
    enum role role;
};

struct open_end {
    const mpcf_transport *t;
    struct tls_config config;
    mpcf_party *party;
    mpcf_status status;
    mpcf_error *err;
    void *conn;
};

static void begin(struct open_end *o, const struct end *end)
{
    const struct test_transport tls = test_transport_load("tls");
    memset(o, 0, sizeof(*o));
    o->t = tls.transport;
    memcpy(&o->config, tls.config, sizeof(o->config));
    o->config.proof = (int32_t) end->proof;
    o->config.folder = end->folder == NULL ? "" : end->folder;
    o->err = mpcf_error_create();
    const struct role_keys *keys =
        end->proof == TLS_BY_KEYS ? test_role_keys(end->set, end->role) : NULL;
    assert_ok(link_party_create(end->role, keys, &o->party, o->err), o->err);
}

static void finish(struct open_end *o)
{
    if (o->conn != NULL) {
        o->t->close(o->conn);
    }
    link_party_destroy(o->party);
    mpcf_error_destroy(o->err);
}

struct meeting {
    struct open_end a, b; /* who listens, who calls */
    void *listener;
    char address[64];
    enum role called;
    int64_t patience;
};

static void listen_as(struct meeting *m, const struct end *end)
{
    memset(m, 0, sizeof(*m));
    m->patience = 5 * SECOND;
    begin(&m->a, end);
    assert_ok(m->a.t->listen_as(&m->a.config, m->a.party, "127.0.0.1:0", &m->listener, m->a.err),
              m->a.err);
    assert_ok(m->a.t->bound(m->listener, m->address, sizeof(m->address), m->a.err), m->a.err);
}

static void *call(void *context)
{
    struct meeting *m = context;
    m->b.status = m->b.t->connect_as(&m->b.config, m->b.party, (int32_t) m->called, m->address,
                                     clock_deadline(m->patience), &m->b.conn, m->b.err);
    return NULL;
}

static void accept_one(struct meeting *m)
{
    mpcf_error_reset(m->a.err);
    m->a.status = m->a.t->accept(m->listener, clock_deadline(m->patience), &m->a.conn, m->a.err);
}

static void meet(struct meeting *m, const struct end *callee, const struct end *caller,
                 enum role called)
{
    pthread_t thread;
    listen_as(m, callee);
    begin(&m->b, caller);
    m->called = called;
    assert_int_equal(pthread_create(&thread, NULL, call, m), 0);
    accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void part(struct meeting *m)
{
    if (m->b.t != NULL) {
        finish(&m->b);
    }
    if (m->a.conn != NULL) {
        m->a.t->close(m->a.conn);
        m->a.conn = NULL;
    }
    m->a.t->unlisten(m->listener);
    finish(&m->a);
}

/* --- what is taken --- */

static void talk(struct meeting *m)
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
    const struct end ends[3][2] = {
        {{TLS_BY_KEYS, NULL, 0, ROLE_DEALER}, {TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER}},
        {{TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_DEALER},
         {TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_PROVIDER}},
        {{TLS_BY_PINNED, folders[P1], 0, ROLE_DEALER},
         {TLS_BY_PINNED, folders[P1], 0, ROLE_PROVIDER}}};
    static const char *const names[3] = {"provider, key of this link",
                                         "provider, certificate with key ", "provider, key "};
    for (unsigned i = 0; i < 3; i++) {
        struct meeting m;
        uint8_t bindings[2][MPCF_BINDING_BYTES] = {{0}, {1}};
        int32_t who[2] = {-1, -1};
        char name[200];
        meet(&m, &ends[i][0], &ends[i][1], ROLE_DEALER);
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
        part(&m);
    }
}

/* --- what is refused by two of ours --- */

struct refusal {
    struct end callee, caller;
    enum role called;
    const char *there, *here; /* what the callee says, and the caller */
};

static void both_sides_say_why(void **state)
{
    (void) state;
#define KEYS(set, role)                                                                            \
    {                                                                                              \
        TLS_BY_KEYS, NULL, set, role                                                               \
    }
#define CERTIFICATE(at, role)                                                                      \
    {                                                                                              \
        TLS_BY_CERTIFICATE, folders[at], 0, role                                                   \
    }
#define PINNED(at, role)                                                                           \
    {                                                                                              \
        TLS_BY_PINNED, folders[at], 0, role                                                        \
    }
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
        struct meeting m;
        meet(&m, &r->callee, &r->caller, r->called);
        print_message("%zu: there: %s\n   here: %s\n", i, mpcf_error_text(m.a.err),
                      mpcf_error_text(m.b.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
        assert_message_contains(m.a.err, r->there);
        assert_message_contains(m.a.err, "a caller from 127.0.0.1:");
        assert_message_contains(m.b.err, r->here);
        part(&m);
    }
}

/* --- files --- */

static void assert_listens_not(const struct end *end, const char *message)
{
    struct open_end o;
    void *listener = NULL;
    begin(&o, end);
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, message);
    finish(&o);
}

static void files_are_looked_at(void **state)
{
    (void) state;
    char *folder = new_folder("files"), *own = file_join(folder, "dealer.pem");
    char *trusted = file_join(folder, "authority.pem");
    const struct end end = {TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER};
    assert_listens_not(&(struct end){TLS_BY_CERTIFICATE, NULL, 0, ROLE_DEALER},
                       "options: {proof: certificate, folder: FOLDER}");
    assert_listens_not(&end, "`mpcf-host keys new` makes it");
    copy(folders[C1], "dealer.pem", folder, "dealer.pem");
    copy(folders[C2], "authority.pem", folder, "authority.pem");
    assert_listens_not(&end, "is not signed by the authority in");
    copy(folders[C1], "authority.pem", folder, "authority.pem");
    assert_int_equal(chmod(own, 0640), 0);
    assert_listens_not(&end, "others can reach the key in");
    assert_int_equal(chmod(own, 0600), 0);
    assert_int_equal(chmod(trusted, 0666), 0);
    assert_listens_not(&end, "others can write");
    assert_int_equal(chmod(trusted, 0644), 0);
    copy(folders[C1], "user.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has the certificate of the user, not of the dealer");
    copy(folders[C1], "authority.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has no private key that can be read");
    copy(folders[P1], "dealer.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has no certificate that can be read");
    copy(folders[C1], "dealer.pem", folder, "authority.pem");
    copy(folders[C1], "dealer.pem", folder, "dealer.pem");
    assert_listens_not(&end, "has a certificate that is no authority's");
    copy(folders[C1], "user.pem", folder, "trusted");
    assert_listens_not(&(struct end){TLS_BY_PINNED, folder, 0, ROLE_DEALER},
                       "trusted: does not begin with the line 'mpcf-trusted 1'");
    mpcf_free(own);
    mpcf_free(trusted);
    mpcf_free(folder);
}

static void without_keys_the_line_to_write_is_said(void **state)
{
    struct open_end o;
    void *listener = NULL;
    (void) state;
    begin(&o, &(struct end){TLS_BY_CERTIFICATE, NULL, 0, ROLE_DEALER});
    o.config.proof = TLS_BY_KEYS; /* and the party has none */
    assert_status(MPCF_E_CONFIG,
                  o.t->listen_as(&o.config, o.party, "127.0.0.1:0", &listener, o.err), o.err);
    assert_message_contains(o.err, "parties: {dealer: {keys: FOLDER/dealer.key}}");
    assert_status(MPCF_E_CONFIG, o.t->listen(&o.config, "127.0.0.1:0", &listener, o.err), o.err);
    finish(&o);
}

/* A certificate of ROLE that is valid for DAYS, in FOLDER, by C1's authority. */
static void issue(const char *folder, enum role role, unsigned days)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL}, made = {.text = NULL};
    struct authority *a = NULL;
    char *paths[3] = {file_join(folders[C1], "authority.key"),
                      file_join(folders[C1], "authority.pem"),
                      mpcf_format("%s/%s.pem", folder, roles[role])};
    assert_int_equal(private_file_read(paths[0], 65536, &key.text, &key.length, NULL), MPCF_OK);
    assert_int_equal(
        private_file_read(paths[1], 65536, &certificate.text, &certificate.length, NULL), MPCF_OK);
    assert_int_equal(authority_parse(&key, &certificate, &a, NULL), MPCF_OK);
    assert_int_equal(certificate_issue(a, role, days, &made, NULL), MPCF_OK);
    (void) unlink(paths[2]);
    assert_int_equal(private_file_create(paths[2], made.text, made.length, NULL), MPCF_OK);
    authority_destroy(a);
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    mpcf_secret_free(made.text);
    for (unsigned i = 0; i < 3; i++) {
        mpcf_free(paths[i]);
    }
}

static void expiry_is_said_before_and_behind(void **state)
{
    (void) state;
    char *folder = new_folder("ends");
    const struct end end = {TLS_BY_CERTIFICATE, folder, 0, ROLE_DEALER};
    copy(folders[C1], "authority.pem", folder, "authority.pem");
    for (unsigned days = 29; days <= 31; days += 2) {
        struct meeting m;
        issue(folder, ROLE_DEALER, days);
        struct captured_log log;
        captured_log_begin(&log);
        listen_as(&m, &end);
        captured_log_end(&log);
        assert_int_equal(captured_log_count(&log, "expires in 2"), days == 29);
        captured_log_clear(&log);
        m.a.t->unlisten(m.listener);
        finish(&m.a);
    }
    issue(folder, ROLE_DEALER, 0);
    struct timespec second = {.tv_sec = 1, .tv_nsec = 100000000};
    (void) nanosleep(&second, NULL);
    assert_listens_not(&end, "expired on ");
    mpcf_free(folder);
}

/* --- what changes while a listener runs --- */

static void a_changed_file_is_the_next_callers(void **state)
{
    (void) state;
    char *folder = new_folder("changes");
    const struct end callee = {TLS_BY_CERTIFICATE, folder, 0, ROLE_PROVIDER};
    struct meeting m;
    pthread_t thread;
    copy(folders[C1], "provider.pem", folder, "provider.pem");
    copy(folders[C1], "authority.pem", folder, "authority.pem");
    listen_as(&m, &callee);
    m.called = ROLE_PROVIDER;
    for (unsigned round = 0; round < 3; round++) { /* C1; C2; half of each */
        const unsigned own = round == 0 ? C1 : C2;
        if (round > 0) {
            copy(folders[C2], "authority.pem", folder, "authority.pem");
            copy(folders[round == 1 ? C2 : C1], "provider.pem", folder, "provider.pem");
        }
        m.patience = round == 2 ? SECOND / 2 : 5 * SECOND;
        begin(&m.b, &(struct end){TLS_BY_CERTIFICATE, folders[own], 0, ROLE_USER});
        assert_int_equal(pthread_create(&thread, NULL, call, &m), 0);
        accept_one(&m);
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
        finish(&m.b);
    }
    m.b.t = NULL;
    part(&m);
    mpcf_free(folder);
}

/* --- strangers that speak TLS by themselves --- */

struct stranger {
    SSL_CTX *context;
    SSL *ssl;
    int fd, version;
    const char *own, *folder; /* PEM of key and certificate; NULL: none */
    bool has_protocol, is_server;
    int shaken; /* SSL_do_handshake()'s */
    pthread_t thread;
    void (*behind)(struct stranger *s); /* the handshake; NULL: nothing */
};

static int take_any(X509_STORE_CTX *x, void *context)
{
    (void) context;
    X509_STORE_CTX_set_error(x, X509_V_OK);
    return 1;
}

static int connect_to(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t) atoi(strrchr(address, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof(to)), 0);
    return fd;
}

static void prepare(struct stranger *s)
{
    static const unsigned char protocol[] = "\4mpcf";
    s->context = SSL_CTX_new(TLS_method());
    assert_int_equal(SSL_CTX_set_max_proto_version(s->context, s->version), 1);
    SSL_CTX_set_verify(s->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(s->context, take_any, NULL);
    if (s->own != NULL) {
        assert_int_equal(SSL_CTX_use_certificate_file(s->context, s->own, SSL_FILETYPE_PEM), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey_file(s->context, s->own, SSL_FILETYPE_PEM), 1);
    }
    if (s->has_protocol) {
        assert_int_equal(SSL_CTX_set_alpn_protos(s->context, protocol, 5), 0);
    }
    s->ssl = SSL_new(s->context);
    assert_int_equal(SSL_set_fd(s->ssl, s->fd), 1);
}

static void *speak(void *context)
{
    struct stranger *s = context;
    s->shaken = s->is_server ? SSL_accept(s->ssl) : SSL_connect(s->ssl);
    if (s->behind != NULL) {
        s->behind(s);
    }
    return NULL;
}

static void stranger_start(struct stranger *s, const char *address)
{
    s->fd = connect_to(address);
    prepare(s);
    assert_int_equal(pthread_create(&s->thread, NULL, speak, s), 0);
}

static void stranger_end(struct stranger *s)
{
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    SSL_free(s->ssl);
    SSL_CTX_free(s->context);
    (void) close(s->fd);
    ERR_clear_error();
}

static void read_on(struct stranger *s)
{
    char byte;
    (void) SSL_read(s->ssl, &byte, 1); /* the refusal comes behind the handshake */
}

static char *user_file(unsigned folder)
{
    return file_join(folders[folder], "user.pem");
}

static void strangers_are_turned_away(void **state)
{
    (void) state;
    char *expired = new_folder("expired");
    issue(expired, ROLE_USER, 0);
    char *old = file_join(expired, "user.pem"), *good = user_file(C1), *other = user_file(C2);
    char *own_role = file_join(folders[C1], "provider.pem");
    const struct {
        const char *own;
        int version;
        bool has_protocol;
        const char *message;
    } cases[] = {
        {good, TLS1_2_VERSION, true, "it speaks an earlier version of TLS than 1.3: refused"},
        {good, TLS1_3_VERSION, false, "it speaks TLS, but not mpcf"},
        {NULL, TLS1_3_VERSION, true, "it shows no certificate"},
        {old, TLS1_3_VERSION, true, "its certificate, or one above it, expired on "},
        {other, TLS1_3_VERSION, true, "is not signed by the authority in"},
        {own_role, TLS1_3_VERSION, true, "its certificate is of this side's own role, provider"},
    };
    struct timespec second = {.tv_sec = 1, .tv_nsec = 100000000};
    (void) nanosleep(&second, NULL);
    struct meeting m;
    listen_as(&m, &(struct end){TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stranger s = {.own = cases[i].own,
                             .version = cases[i].version,
                             .has_protocol = cases[i].has_protocol,
                             .behind = read_on};
        stranger_start(&s, m.address);
        accept_one(&m);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, cases[i].message);
        stranger_end(&s);
    }
    part(&m);
    mpcf_free(old);
    mpcf_free(good);
    mpcf_free(other);
    mpcf_free(own_role);
    mpcf_free(expired);
}

static void who_speaks_no_tls_is_named(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {{"GET / HTTP/1.1\r\n\r\n", "it speaks HTTP, no TLS"},
                 {"MPCFhello-of-a-plain-connection-and-more", "it speaks no TLS"},
                 {"", "it hung up in the TLS handshake"}};
    (void) state;
    struct meeting m;
    listen_as(&m, &(struct end){TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = connect_to(m.address);
        assert_int_equal(send(fd, cases[i].text, strlen(cases[i].text), 0), strlen(cases[i].text));
        (void) shutdown(fd, SHUT_WR);
        accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, cases[i].message);
        (void) close(fd);
    }
    part(&m);
}

/* --- who stops --- */

/* Sixteen that say nothing hold nobody up, and are hung up on. */
static void who_stops_in_the_handshake_is_left(void **state)
{
    (void) state;
    struct meeting m;
    pthread_t thread;
    int silent[16];
    char byte;
    listen_as(&m, &(struct end){TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER});
    for (unsigned i = 0; i < 16; i++) {
        silent[i] = connect_to(m.address);
    }
    begin(&m.b, &(struct end){TLS_BY_KEYS, NULL, 0, ROLE_USER});
    m.called = ROLE_PROVIDER;
    m.patience = 15 * SECOND;
    assert_int_equal(pthread_create(&thread, NULL, call, &m), 0);
    accept_one(&m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err); /* the oldest makes place */
    assert_message_contains(m.a.err, "it had not shaken hands yet when others came");
    accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m.b.status, m.b.err);
    void *good = m.a.conn;
    for (unsigned i = 1; i < 16; i++) {
        accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "it stopped in the TLS handshake, for 10 s");
    }
    for (unsigned i = 0; i < 16; i++) {
        assert_true(recv(silent[i], &byte, 1, 0) <= 0);
        (void) close(silent[i]);
    }
    m.a.conn = good;
    part(&m);
}

static void a_callee_that_stops_is_left(void **state)
{
    (void) state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &at, &length), 0);
    struct meeting m = {.patience = SECOND / 2, .called = ROLE_PROVIDER};
    begin(&m.b, &(struct end){TLS_BY_KEYS, NULL, 0, ROLE_USER});
    (void) snprintf(m.address, sizeof(m.address), "127.0.0.1:%u", ntohs(at.sin_port));
    (void) call(&m);
    assert_status_was(MPCF_E_TIMEOUT, m.b.status, m.b.err);
    assert_message_contains(m.b.err, "stopped in the TLS handshake");
    finish(&m.b);
    (void) close(fd);
}

/* --- a callee that is another --- */

static void an_earlier_version_is_not_called(void **state)
{
    (void) state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    pthread_t thread;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &at, &length), 0);
    struct meeting m = {.patience = 5 * SECOND, .called = ROLE_PROVIDER};
    begin(&m.b, &(struct end){TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_USER});
    (void) snprintf(m.address, sizeof(m.address), "127.0.0.1:%u", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, call, &m), 0);
    char *own = file_join(folders[C1], "provider.pem");
    struct stranger s = {.own = own, .version = TLS1_2_VERSION, .is_server = true};
    s.fd = accept(fd, NULL, NULL);
    prepare(&s);
    assert_int_equal(pthread_create(&s.thread, NULL, speak, &s), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    stranger_end(&s);
    assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
    assert_message_contains(m.b.err, "it does not speak TLS 1.3");
    finish(&m.b);
    (void) close(fd);
    mpcf_free(own);
}

/* --- behind the handshake --- */

static void read_ready(struct stranger *s)
{
    char byte = 0;
    assert_int_equal(SSL_read(s->ssl, &byte, 1), 1);
    assert_int_equal(byte, 'R');
}

static void cut(struct stranger *s)
{
    read_ready(s);
    assert_int_equal(SSL_write(s->ssl, "half", 4), 4);
    (void) shutdown(s->fd, SHUT_WR);
}

static void end_and_go_on(struct stranger *s)
{
    read_ready(s);
    (void) SSL_shutdown(s->ssl);
    assert_int_equal(send(s->fd, "more", 4, 0), 4);
}

static void end(struct stranger *s)
{
    read_ready(s);
    (void) SSL_shutdown(s->ssl);
}

static void change(struct stranger *s)
{
    static const uint8_t record[40] = {0x17, 3, 3, 0, 35};
    read_ready(s);
    assert_int_equal(send(s->fd, record, sizeof(record), 0), sizeof(record));
}

static void what_ends_is_told_from_what_is_cut(void **state)
{
    static const struct {
        void (*behind)(struct stranger *s);
        mpcf_status status;
        const char *message;
    } cases[] = {
        {cut, MPCF_E_CLOSED, "the connection was cut: the peer did not say that it ends"},
        {end, MPCF_E_CLOSED, "the peer closed the connection"},
        {end_and_go_on, MPCF_E_PROTOCOL, "bytes came behind the end that the peer had said"},
        {change, MPCF_E_PROTOCOL, "a record was changed on the way"},
    };
    (void) state;
    char *own = user_file(C1), got[8];
    struct meeting m;
    listen_as(&m, &(struct end){TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stranger s = {
            .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = cases[i].behind};
        stranger_start(&s, m.address);
        accept_one(&m);
        assert_was_ok(m.a.status, m.a.err);
        assert_int_equal(pthread_join(s.thread, NULL), 0);
        s.behind = NULL;
        assert_status(cases[i].status,
                      m.a.t->recv(m.a.conn, got, 8, clock_deadline(SECOND), m.a.err), m.a.err);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_message_contains(m.a.err, cases[i].message);
        assert_true(m.a.t->recv(m.a.conn, got, 8, clock_deadline(SECOND / 10), NULL) != MPCF_OK);
        m.a.t->close(m.a.conn);
        m.a.conn = NULL;
        SSL_free(s.ssl);
        SSL_CTX_free(s.context);
        (void) close(s.fd);
    }
    part(&m);
    mpcf_free(own);
}

/* No ticket, no second key from the first session. */
static int tickets;
static int note_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void) ssl;
    (void) session;
    tickets++;
    return 0;
}

static void no_ticket_is_given(void **state)
{
    (void) state;
    char *own = user_file(C1);
    struct meeting m;
    listen_as(&m, &(struct end){TLS_BY_CERTIFICATE, folders[C1], 0, ROLE_PROVIDER});
    struct stranger s = {
        .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = read_ready};
    s.fd = connect_to(m.address);
    prepare(&s);
    SSL_CTX_set_session_cache_mode(s.context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(s.context, note_ticket);
    assert_int_equal(pthread_create(&s.thread, NULL, speak, &s), 0);
    accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    stranger_end(&s);
    assert_int_equal(tickets, 0);
    part(&m);
    mpcf_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_proved),
        cmocka_unit_test(both_sides_say_why),
        cmocka_unit_test(files_are_looked_at),
        cmocka_unit_test(without_keys_the_line_to_write_is_said),
        cmocka_unit_test(expiry_is_said_before_and_behind),
        cmocka_unit_test(a_changed_file_is_the_next_callers),
        cmocka_unit_test(strangers_are_turned_away),
        cmocka_unit_test(who_speaks_no_tls_is_named),
        cmocka_unit_test(who_stops_in_the_handshake_is_left),
        cmocka_unit_test(a_callee_that_stops_is_left),
        cmocka_unit_test(an_earlier_version_is_not_called),
        cmocka_unit_test(what_ends_is_told_from_what_is_cut),
        cmocka_unit_test(no_ticket_is_given),
    };
    return cmocka_run_group_tests(tests, make_folders, drop_folders);
}
