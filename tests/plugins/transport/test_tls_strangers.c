/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tls says of those that are not ours: earlier versions, other proofs, who stops, cuts, or goes on.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/tls_ends.h"
#include "tls_link.h"

#define SECOND INT64_C(1000000000)

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
    to.sin_port = htons((uint16_t) strtoul(strrchr(address, ':') + 1, NULL, 10));
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
    return file_join(tls_folders[folder], "user.pem");
}

static void strangers_are_turned_away(void **state)
{
    (void) state;
    char *expired = tls_new_folder("expired");
    tls_issue(expired, ROLE_USER, 0);
    char *old = file_join(expired, "user.pem"), *good = user_file(C1), *other = user_file(C2);
    char *own_role = file_join(tls_folders[C1], "provider.pem");
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
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stranger s = {.own = cases[i].own,
                             .version = cases[i].version,
                             .has_protocol = cases[i].has_protocol,
                             .behind = read_on};
        stranger_start(&s, m.address);
        tls_accept_one(&m);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, cases[i].message);
        stranger_end(&s);
    }
    tls_part(&m);
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
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = connect_to(m.address);
        assert_int_equal(send(fd, cases[i].text, strlen(cases[i].text), 0), strlen(cases[i].text));
        (void) shutdown(fd, SHUT_WR);
        tls_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, cases[i].message);
        (void) close(fd);
    }
    tls_part(&m);
}

/* --- who stops --- */

/* Sixteen that say nothing hold nobody up, and are hung up on. */
static void who_stops_in_the_handshake_is_left(void **state)
{
    (void) state;
    struct tls_meeting m;
    pthread_t thread;
    int silent[16];
    char byte;
    tls_listen(&m, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_PROVIDER});
    for (unsigned i = 0; i < 16; i++) {
        silent[i] = connect_to(m.address);
    }
    tls_begin(&m.b, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_USER});
    m.called = ROLE_PROVIDER;
    m.patience = 15 * SECOND;
    assert_int_equal(pthread_create(&thread, NULL, tls_call, &m), 0);
    tls_accept_one(&m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err); /* the oldest makes place */
    assert_message_contains(m.a.err, "it had not shaken hands yet when others came");
    tls_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m.b.status, m.b.err);
    void *good = m.a.conn;
    for (unsigned i = 1; i < 16; i++) {
        tls_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "it stopped in the TLS handshake, for 10 s");
    }
    for (unsigned i = 0; i < 16; i++) {
        assert_true(recv(silent[i], &byte, 1, 0) <= 0);
        (void) close(silent[i]);
    }
    m.a.conn = good;
    tls_part(&m);
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
    struct tls_meeting m = {.patience = SECOND / 2, .called = ROLE_PROVIDER};
    tls_begin(&m.b, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_USER});
    (void) snprintf(m.address, sizeof(m.address), "127.0.0.1:%u", ntohs(at.sin_port));
    (void) tls_call(&m);
    assert_status_was(MPCF_E_TIMEOUT, m.b.status, m.b.err);
    assert_message_contains(m.b.err, "stopped in the TLS handshake");
    tls_finish(&m.b);
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
    struct tls_meeting m = {.patience = 5 * SECOND, .called = ROLE_PROVIDER};
    tls_begin(&m.b, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_USER});
    (void) snprintf(m.address, sizeof(m.address), "127.0.0.1:%u", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, tls_call, &m), 0);
    char *own = file_join(tls_folders[C1], "provider.pem");
    struct stranger s = {.own = own, .version = TLS1_2_VERSION, .is_server = true};
    s.fd = accept(fd, NULL, NULL);
    prepare(&s);
    assert_int_equal(pthread_create(&s.thread, NULL, speak, &s), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    stranger_end(&s);
    assert_status_was(MPCF_E_AUTH, m.b.status, m.b.err);
    assert_message_contains(m.b.err, "it does not speak TLS 1.3");
    tls_finish(&m.b);
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
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stranger s = {
            .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = cases[i].behind};
        stranger_start(&s, m.address);
        tls_accept_one(&m);
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
    tls_part(&m);
    mpcf_free(own);
}

/* --- one direction that has ended, and keys of a connection --- */

/* A peer says why it goes, and is gone before it has read what this side sends. */
static void what_came_is_read_behind_a_failed_send(void **state)
{
    (void) state;
    struct tls_meeting m;
    char got[16] = "";
    const int64_t soon = clock_deadline(5 * SECOND);
    tls_meet(&m, &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_DEALER},
             &(struct tls_end){TLS_BY_KEYS, NULL, 0, ROLE_USER}, ROLE_DEALER);
    assert_was_ok(m.a.status, m.a.err);
    assert_was_ok(m.b.status, m.b.err);
    assert_ok(m.a.t->send(m.a.conn, "unread", 7, soon, m.a.err), m.a.err);
    assert_ok(m.b.t->send(m.b.conn, "farewell", 9, soon, m.b.err), m.b.err);
    m.b.t->close(m.b.conn);
    m.b.conn = NULL;
    for (unsigned i = 0; i < 2; i++) {
        assert_status(MPCF_E_CLOSED, m.a.t->send(m.a.conn, "more", 5, soon, m.a.err), m.a.err);
    }
    size_t out = 5, in = 4; /* what there is to read goes before */
    assert_ok(m.a.t->advance(m.a.conn, "more", &out, got, &in, soon, m.a.err), m.a.err);
    assert_int_equal(out, 0);
    assert_int_equal(in, 4);
    assert_ok(m.a.t->recv(m.a.conn, got + 4, 5, soon, m.a.err), m.a.err);
    assert_string_equal(got, "farewell");
    assert_status(MPCF_E_CLOSED, m.a.t->recv(m.a.conn, got, 1, soon, m.a.err), m.a.err);
    assert_message_contains(m.a.err, "the peer closed the connection");
    tls_part(&m);
}

static int key_updates;

static void note_update(int is_sent, int version, int type, const void *data, size_t length,
                        SSL *ssl, void *context)
{
    (void) version;
    (void) ssl;
    (void) context;
    key_updates += is_sent == 0 && type == SSL3_RT_HANDSHAKE && length > 0 &&
                   ((const uint8_t *) data)[0] == SSL3_MT_KEY_UPDATE;
}

static void read_three(struct stranger *s)
{
    char got[3] = "";
    SSL_set_msg_callback(s->ssl, note_update);
    read_ready(s);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(SSL_read(s->ssl, got + i, 1), 1);
    }
    assert_memory_equal(got, "abc", 3);
}

static void a_key_is_not_used_for_too_much(void **state)
{
    (void) state;
    char *own = user_file(C1);
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    struct stranger s = {
        .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = read_three};
    stranger_start(&s, m.address);
    tls_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    struct tls_link *l = m.a.conn;
    l->count = TLS_KEY_RECORDS - 1; /* one is left */
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(m.a.t->send(l, &"abc"[i], 1, clock_deadline(SECOND), m.a.err), m.a.err);
    }
    stranger_end(&s);
    assert_int_equal(key_updates, 1);
    assert_int_equal(l->count, 2);
    tls_part(&m);
    mpcf_free(own);
}

/* --- a message of TLS's own that comes in two --- */

static uint8_t traffic_secret[48]; /* the stranger's, of SHA-384 */

static void note_secret(const SSL *ssl, const char *line)
{
    static const char label[] = "CLIENT_TRAFFIC_SECRET_0 ";
    (void) ssl;
    if (strncmp(line, label, sizeof(label) - 1) == 0) {
        const char *hex = strrchr(line, ' ') + 1;
        assert_int_equal(strlen(hex), 96);
        for (unsigned i = 0; i < 48; i++) {
            const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
            traffic_secret[i] = (uint8_t) strtoul(pair, NULL, 16);
        }
    }
}

/* HKDF-Expand-Label() of TLS 1.3. */
static void expand(const char *label, uint8_t *out, uint8_t length)
{
    uint8_t info[64] = {0, length, (uint8_t) strlen(label)}, block[EVP_MAX_MD_SIZE];
    const size_t end = 3 + strlen(label);
    unsigned size = 0;
    memcpy(info + 3, label, strlen(label));
    info[end + 1] = 1; /* behind no context */
    assert_non_null(HMAC(EVP_sha384(), traffic_secret, 48, info, end + 2, block, &size));
    memcpy(out, block, length);
}

/* The stranger's record NUMBER: LENGTH bytes of a handshake message. */
static void send_part(const struct stranger *s, uint8_t number, const uint8_t *data, uint8_t length)
{
    uint8_t key[32], nonce[12], plain[16], record[64] = {0x17, 3, 3, 0, (uint8_t) (length + 17)};
    int size = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    expand("tls13 key", key, sizeof(key));
    expand("tls13 iv", nonce, sizeof(nonce));
    nonce[11] ^= number;
    memcpy(plain, data, length);
    plain[length] = SSL3_RT_HANDSHAKE;
    assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce), 1);
    assert_int_equal(EVP_EncryptUpdate(c, NULL, &size, record, 5), 1);
    assert_int_equal(EVP_EncryptUpdate(c, record + 5, &size, plain, length + 1), 1);
    assert_int_equal(EVP_EncryptFinal_ex(c, record + 5 + size, &size), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, record + 6 + length), 1);
    EVP_CIPHER_CTX_free(c);
    assert_int_equal(send(s->fd, record, 22u + length, 0), 22 + length);
}

/* It is waited for, and then all goes on. */
static void half_a_key_update_is_waited_for(void **state)
{
    (void) state;
    static const uint8_t update[5] = {SSL3_MT_KEY_UPDATE, 0, 0, 1, SSL_KEY_UPDATE_NOT_REQUESTED};
    char *own = user_file(C1), byte = 0;
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    struct stranger s = {
        .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = read_ready};
    s.fd = connect_to(m.address);
    prepare(&s);
    SSL_CTX_set_keylog_callback(s.context, note_secret);
    assert_int_equal(pthread_create(&s.thread, NULL, speak, &s), 0);
    tls_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    assert_int_equal(pthread_join(s.thread, NULL), 0);
    send_part(&s, 0, update, 4);
    assert_status(MPCF_E_TIMEOUT,
                  m.a.t->recv(m.a.conn, &byte, 1, clock_deadline(SECOND / 10), m.a.err), m.a.err);
    const clock_t before = clock();
    assert_status(MPCF_E_TIMEOUT,
                  m.a.t->send(m.a.conn, "x", 1, clock_deadline(SECOND / 2), m.a.err), m.a.err);
    assert_true(clock() - before < CLOCKS_PER_SEC / 5); /* it rests meanwhile */
    send_part(&s, 1, update + 4, 1);
    assert_ok(m.a.t->send(m.a.conn, "y", 1, clock_deadline(SECOND), m.a.err), m.a.err);
    assert_int_equal(SSL_read(s.ssl, &byte, 1), 1);
    assert_int_equal(byte, 'y');
    SSL_free(s.ssl);
    SSL_CTX_free(s.context);
    (void) close(s.fd);
    tls_part(&m);
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
    struct tls_meeting m;
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    struct stranger s = {
        .own = own, .version = TLS1_3_VERSION, .has_protocol = true, .behind = read_ready};
    s.fd = connect_to(m.address);
    prepare(&s);
    SSL_CTX_set_session_cache_mode(s.context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(s.context, note_ticket);
    assert_int_equal(pthread_create(&s.thread, NULL, speak, &s), 0);
    tls_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    stranger_end(&s);
    assert_int_equal(tickets, 0);
    tls_part(&m);
    mpcf_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_are_turned_away),
        cmocka_unit_test(who_speaks_no_tls_is_named),
        cmocka_unit_test(who_stops_in_the_handshake_is_left),
        cmocka_unit_test(a_callee_that_stops_is_left),
        cmocka_unit_test(an_earlier_version_is_not_called),
        cmocka_unit_test(what_ends_is_told_from_what_is_cut),
        cmocka_unit_test(what_came_is_read_behind_a_failed_send),
        cmocka_unit_test(a_key_is_not_used_for_too_much),
        cmocka_unit_test(half_a_key_update_is_waited_for),
        cmocka_unit_test(no_ticket_is_given),
    };
    return cmocka_run_group_tests(tests, tls_make_folders, tls_drop_folders);
}
