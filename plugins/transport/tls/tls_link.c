/* SPDX-License-Identifier: Apache-2.0 */
/* How bytes get between OpenSSL and a socket, and how a handshake goes on and ends. */
#include "tls_link.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../stream/stream.h"
#include "tls_alert.h"
#include "tls_context.h"
#include "tls_identity.h"

#define LAST_NS INT64_C(500000000) /* for the last bytes, at the end */
static const char ready = 'R';
static const char binding_label[] = "EXPERIMENTAL-mpcf-hello";

/* --- the socket, as OpenSSL sees it --- */

static bool is_busy(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* Fills HOME, once it is empty. */
static void fetch(struct tls_link *l)
{
    ssize_t n = recv(l->fd, l->home, l->size, MSG_DONTWAIT);

    l->home_begin = 0;
    l->home_end = n > 0 ? (size_t) n : 0;
    l->has_ended = l->has_ended || n == 0;
    if (n < 0 && !is_busy(errno)) {
        l->error = errno;
    }
}

static int bio_read(BIO *bio, char *data, int size)
{
    struct tls_link *l = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (l->home_begin == l->home_end && !l->has_ended && l->error == 0) {
        fetch(l);
    }
    const size_t there = l->home_end - l->home_begin;
    const size_t n = there < (size_t) size ? there : (size_t) size;
    if (n == 0) {
        if (l->has_ended || l->error != 0) {
            return l->has_ended ? 0 : -1;
        }
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(data, l->home + l->home_begin, n);
    l->home_begin += n;
    return (int) n;
}

static int bio_write(BIO *bio, const char *data, int size)
{
    struct tls_link *l = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (l->away_begin == l->away_end) {
        l->away_begin = l->away_end = 0;
    }
    const size_t room = l->size - l->away_end;
    const size_t n = room < (size_t) size ? room : (size_t) size;
    if (n == 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(l->away + l->away_end, data, n);
    l->away_end += n;
    return (int) n;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    struct tls_link *l = BIO_get_data(bio);

    (void) number;
    (void) pointer;
    if (command == BIO_CTRL_EOF) {
        return l->has_ended && l->home_begin == l->home_end;
    }
    return command == BIO_CTRL_FLUSH;
}

/* One for the process: how, and of nobody. */
static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void)
{
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "mpcf socket");

    if (made != NULL) {
        (void) BIO_meth_set_read(made, bio_read);
        (void) BIO_meth_set_write(made, bio_write);
        (void) BIO_meth_set_ctrl(made, bio_control);
    }
    method = made;
}

mpcf_status tls_link_flush(struct tls_link *l, mpcf_error *err)
{
    while (l->away_begin < l->away_end && l->lost == 0) {
        ssize_t n = send(l->fd, l->away + l->away_begin, l->away_end - l->away_begin,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return MPCF_OK;
        }
        l->lost = n < 0 ? errno : 0;
        l->away_begin += n < 0 ? 0 : (size_t) n;
    }
    l->away_begin = l->away_end = 0;
    return l->lost == 0 ? MPCF_OK : stream_fail(l->lost, "sending", err);
}

/* --- beginning and ending --- */

static bool grow_one(uint8_t **buffer, size_t size)
{
    uint8_t *grown = realloc(*buffer, size);

    if (grown == NULL) {
        return false;
    }
    *buffer = grown;
    return true;
}

/* Buffers of SIZE, with what is in them. */
static mpcf_status grow(struct tls_link *l, size_t size, mpcf_error *err)
{
    if (!grow_one(&l->away, size) || !grow_one(&l->home, size)) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    l->size = size;
    return MPCF_OK;
}

static mpcf_status prepare(struct tls_link *l, mpcf_error *err)
{
    BIO *bio = NULL;

    MPCF_TRY(grow(l, TLS_ROOM, err));
    (void) pthread_once(&method_once, make_method);
    l->ssl = SSL_new(tls_credentials_context(l->credentials));
    bio = method == NULL ? NULL : BIO_new(method);
    if (l->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        ERR_clear_error();
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    BIO_set_data(bio, l);
    BIO_set_init(bio, 1);
    SSL_set_bio(l->ssl, bio, bio);
    (void) SSL_set_app_data(l->ssl, l);
    if (l->is_caller) {
        SSL_set_connect_state(l->ssl);
    } else {
        SSL_set_accept_state(l->ssl);
    }
    return MPCF_OK;
}

mpcf_status tls_link_create(struct tls_credentials *credentials, int fd, bool is_caller,
                            int expected, struct tls_link **out, mpcf_error *err)
{
    struct tls_link *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        (void) close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    l->fd = fd;
    l->is_caller = is_caller;
    l->expected = expected;
    l->role = -1;
    l->credentials = tls_credentials_hold(credentials);
    mpcf_status status = prepare(l, err);
    if (status != MPCF_OK) {
        tls_link_close(l);
        return status;
    }
    *out = l;
    return MPCF_OK;
}

static void say_end(struct tls_link *l)
{
    const int64_t deadline = stream_now_ns() + LAST_NS;
    bool waits = l->away_begin < l->away_end;

    (void) SSL_shutdown(l->ssl);
    while (tls_link_flush(l, NULL) == MPCF_OK && l->away_begin < l->away_end && waits) {
        waits = stream_wait(l->fd, POLLOUT, deadline, NULL) == MPCF_OK;
    }
}

void tls_link_close(struct tls_link *l)
{
    if (l == NULL) {
        return;
    }
    if (l->stage == TLS_OPEN || l->stage == TLS_READYING) {
        say_end(l);
    }
    ERR_clear_error();
    SSL_free(l->ssl);
    tls_credentials_drop(l->credentials);
    (void) close(l->fd);
    free(l->away);
    free(l->home);
    free(l);
}

/* --- the handshake --- */

mpcf_status tls_link_explain(struct tls_link *l, int result, const char *doing, short *events,
                             mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    switch (SSL_get_error(l->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        *events = POLLIN;
        break;
    case SSL_ERROR_WANT_WRITE:
        *events = POLLOUT;
        break;
    case SSL_ERROR_ZERO_RETURN:
        status = mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
        break;
    default:
        status = l->error != 0 ? stream_fail(l->error, doing, err) : tls_alert_fail(l, err);
        l->stage = TLS_BROKEN;
        break;
    }
    ERR_clear_error();
    return status;
}

/* TLS's part of it is over: who is it, and which connection is this? */
static mpcf_status take_peer(struct tls_link *l, mpcf_error *err)
{
    MPCF_TRY(tls_identity_take(l, err));
    /* It was judged by files that are others by now. Cut off without a word it calls again. */
    if (tls_credentials_changed(l->credentials)) {
        return mpcf_fail(err, MPCF_E_CLOSED,
                         "the files of keys have changed in the TLS handshake: it is begun anew");
    }
    if (SSL_export_keying_material(l->ssl, l->binding, sizeof(l->binding), binding_label,
                                   sizeof(binding_label) - 1, NULL, 0, 0) != 1) {
        ERR_clear_error();
        return mpcf_fail(err, MPCF_E_INTERNAL, "libssl exports no key");
    }
    tls_credentials_drop(l->credentials);
    l->credentials = NULL;
    l->stage = TLS_READYING;
    return MPCF_OK;
}

/* The one byte. */
static mpcf_status make_ready(struct tls_link *l, short *events, mpcf_error *err)
{
    char byte = ready;
    size_t moved = 0;

    ERR_clear_error();
    int result = l->is_caller ? SSL_read_ex(l->ssl, &byte, 1, &moved)
                              : SSL_write_ex(l->ssl, &byte, 1, &moved);
    if (result != 1) {
        return tls_link_explain(l, result, "in the TLS handshake", events, err);
    }
    if (byte != ready) {
        l->stage = TLS_BROKEN;
        return mpcf_fail(err, MPCF_E_PROTOCOL, "it speaks TLS, but not mpcf");
    }
    l->stage = TLS_OPEN;
    return grow(l, TLS_BUFFER, err);
}

static mpcf_status shake(struct tls_link *l, short *events, mpcf_error *err)
{
    if (l->stage == TLS_SHAKING) {
        ERR_clear_error();
        int result = SSL_do_handshake(l->ssl);
        if (result != 1) {
            return tls_link_explain(l, result, "in the TLS handshake", events, err);
        }
        MPCF_TRY(take_peer(l, err));
    }
    return l->stage == TLS_READYING ? make_ready(l, events, err) : MPCF_OK;
}

mpcf_status tls_link_shake(struct tls_link *l, bool *done, short *events, mpcf_error *err)
{
    *events = 0;
    mpcf_status status = shake(l, events, err);
    if (status != MPCF_OK) {
        l->stage = TLS_BROKEN;
        (void) tls_link_flush(l, NULL); /* the alert, for the peer to say why */
        return status;
    }
    MPCF_TRY(tls_link_flush(l, err));
    if (l->away_begin < l->away_end) {
        *events = POLLOUT;
    }
    *done = l->stage == TLS_OPEN && l->away_begin == l->away_end;
    return MPCF_OK;
}
