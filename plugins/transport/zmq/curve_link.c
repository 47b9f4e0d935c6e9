/* SPDX-License-Identifier: Apache-2.0 */
/* How bytes get between a socket and frames, and how a connection ends. */
#include "curve_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "../stream/stream.h"

enum { MORE = 1, LONG = 2, COMMAND = 4 }; /* flags of a frame of ZMTP */

#define LAST_NS INT64_C(500000000)   /* for the last bytes, at the end */
#define MOST    ((size_t) 256 << 10) /* of one receive: what is read soon is still in the cache */

static bool is_busy(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* --- the socket --- */

mpcf_status curve_link_flush(struct curve_link *l, mpcf_error *err)
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

bool curve_link_fetch(struct curve_link *l)
{
    if (l->has_ended || l->error != 0) {
        return false;
    }
    if (l->home_begin > 0 && (l->home_begin == l->home_end || l->home_size - l->home_end < MOST)) {
        memmove(l->home, l->home + l->home_begin, l->home_end - l->home_begin);
        l->home_end -= l->home_begin;
        l->home_begin = l->plain_begin = l->plain_end = 0;
    }
    const size_t room = l->home_size - l->home_end;
    if (room == 0) {
        return false;
    }
    ssize_t n = recv(l->fd, l->home + l->home_end, room < MOST ? room : MOST, MSG_DONTWAIT);
    l->has_ended = n == 0;
    if (n < 0 && !is_busy(errno)) {
        l->error = errno;
    }
    l->home_end += n > 0 ? (size_t) n : 0;
    l->home_peak = l->home_end > l->home_peak ? l->home_end : l->home_peak;
    return n > 0;
}

/* --- frames --- */

bool curve_link_put(struct curve_link *l, uint8_t flags, const void *data, size_t length)
{
    uint8_t *body = l->away + CURVE_HEAD, *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;
    const uint64_t size = CURVE_EXTRA + length;

    if (l->sent == UINT64_MAX) {
        return false;
    }
    plain[0] = flags;
    if (length > 0) {
        memcpy(plain + 1, data, length);
    }
    curve_message_close(l->session, l->is_caller, ++l->sent, body, length + 1);
    l->away_begin = 0;
    l->away_end = CURVE_HEAD + (size_t) size;
    if (size < 256) {
        l->away_begin = CURVE_HEAD - 2;
        l->away[l->away_begin] = 0;
        l->away[l->away_begin + 1] = (uint8_t) size;
        return true;
    }
    l->away[0] = LONG;
    for (unsigned i = 0; i < 8; i++) {
        l->away[1 + i] = (uint8_t) (size >> (56 - 8 * i));
    }
    return true;
}

enum curve_came curve_link_take(struct curve_link *l, bool is_command, size_t limit, uint8_t **body,
                                size_t *length)
{
    uint8_t *at = l->home + l->home_begin;
    const size_t here = l->home_end - l->home_begin;
    uint64_t size = 0;

    if (here == 0) {
        return CURVE_FRAME_PART;
    }
    if ((at[0] & ~LONG) != (is_command ? COMMAND : 0)) {
        return CURVE_FRAME_NONE;
    }
    const size_t head = (at[0] & LONG) != 0 ? CURVE_HEAD : 2;
    if (here < head) {
        return CURVE_FRAME_PART;
    }
    for (size_t i = 1; i < head; i++) {
        size = size << 8 | at[i];
    }
    if (size > limit) {
        return CURVE_FRAME_LONG;
    }
    if (here - head < size) {
        return CURVE_FRAME_PART;
    }
    *body = at + head;
    *length = (size_t) size;
    l->home_begin += head + (size_t) size;
    return CURVE_FRAME_WHOLE;
}

/* --- beginning and ending --- */

static void greet(struct curve_link *l)
{
    static const uint8_t head[12] = {0xff, [9] = 0x7f, 3, 0}; /* signature, version 3.0 */

    memset(l->away, 0, 64);
    memcpy(l->away, head, sizeof(head));
    memcpy(l->away + 12, "CURVE", 5);
    l->away[32] = !l->is_caller; /* as-server */
    l->away_end = 64;
}

static mpcf_status prepare(struct curve_link *l, mpcf_error *err)
{
    l->away = malloc(CURVE_FIRST);
    l->home = malloc(CURVE_FIRST);
    l->away_size = l->home_size = CURVE_FIRST;
    if (l->away == NULL || l->home == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    l->shake.is_caller = l->is_caller;
    if (l->is_caller) {
        MPCF_TRY(
            curve_credentials_call(l->credentials, l->expected, &l->shake.own, l->shake.peer, err));
    }
    greet(l);
    (void) curve_link_flush(l, NULL); /* what is left, or wrong, shows at the first call */
    return MPCF_OK;
}

mpcf_status curve_link_create(struct curve_credentials *credentials, int fd, bool is_caller,
                              int expected, struct curve_link **out, mpcf_error *err)
{
    struct curve_link *l = sodium_malloc(sizeof(*l)); /* has keys: on pages of its own */

    if (l == NULL) {
        (void) close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    memset(l, 0, sizeof(*l));
    l->fd = fd;
    l->is_caller = is_caller;
    l->expected = expected;
    l->role = -1;
    l->credentials = curve_credentials_hold(credentials);
    mpcf_status status = prepare(l, err);
    if (status != MPCF_OK) {
        curve_link_close(l);
        return status;
    }
    *out = l;
    return MPCF_OK;
}

/* Behind what has not gone yet. */
static void say_end(struct curve_link *l)
{
    const int64_t deadline = stream_now_ns() + LAST_NS;
    bool waits = l->away_begin < l->away_end;

    while (curve_link_flush(l, NULL) == MPCF_OK && l->away_begin < l->away_end && waits) {
        waits = stream_wait(l->fd, POLLOUT, deadline, NULL) == MPCF_OK;
    }
    if (l->away_begin == l->away_end &&
        curve_link_put(l, CURVE_SAYS_COMMAND, CURVE_END, CURVE_END_SIZE)) {
        (void) curve_link_flush(l, NULL);
    }
}

/* Of which SIZE bytes were used. */
static void wipe(uint8_t *buffer, size_t size)
{
    if (buffer != NULL) {
        sodium_memzero(buffer, size);
        free(buffer);
    }
}

void curve_link_close(struct curve_link *l)
{
    if (l == NULL) {
        return;
    }
    if (l->stage == CURVE_OPEN && l->fault == NULL) { /* behind a fault nothing is an orderly end */
        say_end(l);
    }
    curve_credentials_drop(l->credentials);
    (void) close(l->fd);
    wipe(l->away, l->away_size);
    wipe(l->home, l->home_peak);
    sodium_free(l);
}
