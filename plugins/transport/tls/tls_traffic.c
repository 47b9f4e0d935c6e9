/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How plaintext becomes records that go, and when it counts as gone.
 *
 * What is encrypted must go, and nobody may be asked for it again. So records are made only once those
 * before have left, and few bytes only where the socket has room: it takes so few whole, and where none
 * was taken nothing has moved. Where the last of many stay behind all the same, their last byte is not
 * said to have gone: the host comes back for it, and then they go.
 */
#include "tls_traffic.h"

#include <poll.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "../stream/stream.h"

#define TAIL ((size_t) 512)     /* with a record's head and tag less than the least segment */
#define TURN ((size_t) 1 << 20) /* one direction, before the other has its turn */

struct half {
    size_t length, done;
};

static bool has_room(const struct tls_link *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};

    return poll(&p, 1, 0) > 0;
}

/* What becomes a record next; 0: what is there must go first. */
static size_t next_record(const struct tls_link *l, const struct half *half)
{
    const size_t left = half->length - half->done, size = left < TLS_RECORD ? left : TLS_RECORD;

    if (l->size - l->away_end < TLS_ROOM) {
        return 0;
    }
    return left > TAIL || l->away_end > 0 || has_room(l) ? size : 0;
}

/* What SSL_key_update() refuses while the peer's key changes is asked for again with the next record. */
static void renew_key(struct tls_link *l)
{
    if (l->count >= TLS_KEY_RECORDS && SSL_key_update(l->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1) {
        l->count = 0;
    }
    ERR_clear_error();
}

/* *WAITS: it takes nothing before more has come, of a message of TLS's own that the peer has begun. */
static mpcf_status encrypt(struct tls_link *l, const uint8_t *data, size_t size, struct half *half,
                           bool *waits, mpcf_error *err)
{
    size_t taken = 0;
    short events = 0;

    renew_key(l);
    if (SSL_write_ex(l->ssl, data + half->done, size, &taken) != 1) {
        MPCF_TRY(tls_link_explain(l, 0, "sending", &events, err));
        *waits = events == POLLIN;
        /* Else it never waits: AWAY has room. */
        return *waits ? MPCF_OK : mpcf_fail(err, MPCF_E_INTERNAL, "libssl does not take a record");
    }
    l->count++;
    half->done += taken;
    return MPCF_OK;
}

/* What the socket takes now; a socket that takes nothing any more is no failure here, but L's LOST. */
static mpcf_status push(struct tls_link *l, const uint8_t *data, struct half *half, bool *waits,
                        mpcf_error *err)
{
    const size_t before = half->done;
    bool goes_on = true;

    *waits = false;
    (void) tls_link_flush(l, NULL);
    while (goes_on && l->away_end == 0 && l->lost == 0) {
        size_t size = 1;
        while (size != 0 && half->done < half->length && !*waits) {
            size = next_record(l, half);
            if (size != 0) {
                MPCF_TRY(encrypt(l, data, size, half, waits, err));
            }
        }
        goes_on = l->away_end > 0 && half->done < half->length && half->done - before < TURN;
        (void) tls_link_flush(l, NULL);
    }
    return MPCF_OK;
}

static bool has_more(const struct tls_link *l)
{
    char byte = 0;

    return l->home_begin < l->home_end || recv(l->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

static mpcf_status fail_read(struct tls_link *l, const struct half *half, short *events,
                             mpcf_error *err)
{
    const bool ended = SSL_get_error(l->ssl, 0) == SSL_ERROR_ZERO_RETURN;

    if (ended && has_more(l)) {
        l->stage = TLS_BROKEN;
        return mpcf_fail(err, MPCF_E_PROTOCOL, "bytes came behind the end that the peer had said");
    }
    mpcf_status status = tls_link_explain(l, 0, "receiving", events, err);
    return status == MPCF_E_CLOSED
               ? mpcf_fail_while(err, status, "%zu of %zu bytes", half->done, half->length)
               : status;
}

/* What has come. */
static mpcf_status pull(struct tls_link *l, uint8_t *data, struct half *half, mpcf_error *err)
{
    const size_t before = half->done;

    while (half->done < half->length && half->done - before < TURN) {
        size_t taken = 0;
        short events = 0;
        ERR_clear_error();
        if (SSL_read_ex(l->ssl, data + half->done, half->length - half->done, &taken) != 1) {
            /* The failure of what came behind these bytes is told next time. */
            const int why = SSL_get_error(l->ssl, 0);
            if (half->done > before && why != SSL_ERROR_SSL && why != SSL_ERROR_SYSCALL) {
                ERR_clear_error();
                return MPCF_OK;
            }
            return fail_read(l, half, &events, err);
        }
        half->done += taken;
    }
    return MPCF_OK;
}

static bool is_all(const struct half *half)
{
    return half->done == half->length;
}

/* What has come, also behind a send that failed: it may say why the peer went. */
static mpcf_status pull_behind(struct tls_link *l, const struct half *away, uint8_t *in,
                               struct half *home, mpcf_error *err)
{
    const size_t before = home->done;
    mpcf_status status = pull(l, in, home, err);

    if (l->lost != 0 && away->length > 0 && home->done == before) {
        mpcf_error_reset(err);
        return stream_fail(l->lost, "sending", err);
    }
    return status;
}

/* Moves at least one byte of what is left; *SAID is as much of AWAY as the socket is sure to have. */
static mpcf_status move(struct tls_link *l, const uint8_t *out, struct half *away, uint8_t *in,
                        struct half *home, size_t *said, int64_t deadline, mpcf_error *err)
{
    const size_t before = home->done, said_before = *said;
    bool waits = false;

    for (;;) {
        MPCF_TRY(push(l, out, away, &waits, err));
        if (away->length > 0 && l->lost == 0) {
            l->owes = is_all(away) && l->away_end > 0;
            *said = away->done - (l->owes ? 1 : 0);
        }
        MPCF_TRY(pull_behind(l, away, in, home, err));
        if (*said > said_before || home->done > before || (*said == away->length && is_all(home))) {
            return MPCF_OK;
        }
        const bool must_send = (!is_all(away) && !waits) || l->away_end > 0;
        short events = (short) ((must_send ? POLLOUT : 0) | (waits || !is_all(home) ? POLLIN : 0));
        MPCF_TRY(stream_wait(l->fd, events, deadline, err));
    }
}

/* AWAY's DONE is what was said to have gone, here and on return. */
static mpcf_status advance(struct tls_link *l, const uint8_t *out, struct half *away, uint8_t *in,
                           struct half *home, int64_t deadline, mpcf_error *err)
{
    size_t said = away->done;

    if (l->stage != TLS_OPEN) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the connection has failed before");
    }
    if (l->owes && !is_all(away)) {
        away->done++; /* it is in AWAY already */
    }
    mpcf_status status = move(l, out, away, in, home, &said, deadline, err);
    away->done = said;
    return status;
}

mpcf_status tls_advance(struct tls_link *l, const void *out, size_t *out_length, void *in,
                        size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct half away = {.length = *out_length}, home = {.length = *in_length};
    mpcf_status status = advance(l, out, &away, in, &home, deadline, err);

    *out_length = away.done;
    *in_length = home.done;
    return status;
}

static mpcf_status finish(struct tls_link *l, const uint8_t *out, struct half away, uint8_t *in,
                          struct half home, int64_t deadline, mpcf_error *err)
{
    while (!is_all(&away) || !is_all(&home)) {
        MPCF_TRY(advance(l, out, &away, in, &home, deadline, err));
        if ((!is_all(&away) || !is_all(&home)) && stream_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed with %zu of %zu bytes moved",
                             away.done + home.done, away.length + home.length);
        }
    }
    return MPCF_OK;
}

mpcf_status tls_send(struct tls_link *l, const void *buffer, size_t length, int64_t deadline,
                     mpcf_error *err)
{
    const struct half all = {.length = length}, none = {.length = 0};

    return finish(l, buffer, all, NULL, none, deadline, err);
}

mpcf_status tls_recv(struct tls_link *l, void *buffer, size_t length, int64_t deadline,
                     mpcf_error *err)
{
    const struct half all = {.length = length}, none = {.length = 0};

    return finish(l, NULL, none, buffer, all, deadline, err);
}
