/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has begun a handshake with tls while others only connect, or while files of keys change.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <mpcf/transport.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/spoken.h"
#include "channel/trusted.h"
#include "support/support.h"
#include "support/tls_ends.h"

#define SECOND INT64_C(1000000000)

struct beginner {
    SSL_CTX *context;
    SSL *ssl;
    int fd;
    pthread_t thread;
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
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof(to)), 0);
    return fd;
}

/* The user of C1 calls, says its first words, and rests; M has answered. */
static void begin(struct beginner *b, struct tls_meeting *m)
{
    char *own = file_join(tls_folders[C1], "user.pem");
    b->context = SSL_CTX_new(TLS_method());
    SSL_CTX_set_verify(b->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(b->context, take_any, NULL);
    assert_int_equal(SSL_CTX_use_certificate_file(b->context, own, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(b->context, own, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_set_alpn_protos(b->context, (const uint8_t *) "\4mpcf", 5), 0);
    b->ssl = SSL_new(b->context);
    b->fd = connect_to(m->address);
    assert_int_equal(SSL_set_fd(b->ssl, b->fd), 1);
    assert_int_equal(fcntl(b->fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(SSL_connect(b->ssl), -1);
    m->patience = SECOND;
    tls_accept_one(m);
    assert_status_was(MPCF_E_TIMEOUT, m->a.status, m->a.err);
    assert_int_equal(fcntl(b->fd, F_SETFL, 0), 0);
    m->patience = 5 * SECOND;
    mpcf_free(own);
}

static void *speak(void *context)
{
    (void) SSL_connect(((struct beginner *) context)->ssl);
    return NULL;
}

static void go_on(struct beginner *b, struct tls_meeting *m)
{
    assert_int_equal(pthread_create(&b->thread, NULL, speak, b), 0);
    tls_accept_one(m);
    assert_int_equal(pthread_join(b->thread, NULL), 0);
}

static void end(struct beginner *b)
{
    SSL_free(b->ssl);
    SSL_CTX_free(b->context);
    (void) close(b->fd);
    ERR_clear_error();
}

/* Seventeen that only connect: one of them goes, and not the one that proves itself. */
static void who_only_connects_pushes_nobody_out(void **state)
{
    (void) state;
    struct beginner b;
    struct tls_meeting m;
    int others[17];
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_PROVIDER});
    begin(&b, &m);
    for (unsigned i = 0; i < 17; i++) {
        others[i] = connect_to(m.address);
    }
    for (unsigned i = 0; i < 2; i++) { /* 18 callers, 16 places */
        tls_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "it had not shaken hands yet when others came");
    }
    go_on(&b, &m);
    assert_was_ok(m.a.status, m.a.err);
    for (unsigned i = 0; i < 17; i++) {
        (void) close(others[i]);
    }
    end(&b);
    tls_part(&m);
}

/* Let in before a key was taken back, and going on behind that: it has to begin anew. */
static void in_the_middle_of_a_handshake(void **state)
{
    (void) state;
    static const uint8_t key[SPOKEN_BYTES] = {1}; /* whose it is does not matter */
    char *folder = tls_new_folder("middle"), byte;
    struct beginner b;
    struct tls_meeting m;
    tls_copy(tls_folders[C1], "provider.pem", folder, "provider.pem");
    tls_copy(tls_folders[C1], "authority.pem", folder, "authority.pem");
    tls_listen(&m, &(struct tls_end){TLS_BY_CERTIFICATE, folder, 0, ROLE_PROVIDER});
    begin(&b, &m);
    assert_ok(trusted_add(&trusted_revoked, folder, ROLE_PROVIDER, key, m.a.err), m.a.err);
    go_on(&b, &m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
    assert_message_contains(m.a.err, "the files of keys have changed in the TLS handshake");
    assert_true(SSL_read(b.ssl, &byte, 1) <= 0); /* no byte that says it is ready */
    end(&b);
    tls_part(&m);
    mpcf_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_only_connects_pushes_nobody_out),
        cmocka_unit_test(in_the_middle_of_a_handshake),
    };
    return cmocka_run_group_tests(tests, tls_make_folders, tls_drop_folders);
}
