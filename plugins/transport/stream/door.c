/* SPDX-License-Identifier: Apache-2.0 */
/* Whose handshake goes on, who is let in, and who is turned away. */
#include "door.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "host_port.h"
#include "stream.h"

#define SHAKE_NS INT64_C(10000000000) /* for one handshake */

static void take_out(struct door *d, size_t i)
{
    d->count--;
    memmove(&d->callers[i], &d->callers[i + 1], (d->count - i) * sizeof(d->callers[0]));
}

/* What it sent besides is read, so that the system sends it an end, and no reset that would swallow
 * what it was told. */
static void hang_up(struct door *d, size_t i)
{
    void *link = d->callers[i].link;
    const int fd = d->manners->fd(link);
    char unread[4096];

    (void) shutdown(fd, SHUT_WR);
    for (unsigned n = 0; n < 80 && recv(fd, unread, sizeof(unread), MSG_DONTWAIT) > 0; n++) {
    }
    d->manners->close(link);
    take_out(d, i);
}

void door_clear(struct door *d)
{
    while (d->count > 0) {
        hang_up(d, d->count - 1);
    }
}

static mpcf_status turn_away(struct door *d, size_t i, mpcf_status status, mpcf_error *err)
{
    char from[sizeof(d->callers[i].from)];

    memcpy(from, d->callers[i].from, sizeof(from));
    hang_up(d, i);
    return mpcf_fail(err,
                     status == MPCF_E_NOMEM || status == MPCF_E_INTERNAL ? status : MPCF_E_AUTH,
                     "a caller from %s", from);
}

/* --- who calls --- */

static void name_caller(int fd, char *text, size_t size)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof(peer);

    if (getpeername(fd, (struct sockaddr *) &peer, &length) != 0 ||
        host_port_print((const struct sockaddr *) &peer, length, text, size, NULL) != MPCF_OK) {
        (void) snprintf(text, size, "an address that is gone");
    }
}

static mpcf_status let_in(struct door *d, int fd, mpcf_error *err)
{
    struct door_caller c = {.began = stream_now_ns()};

    name_caller(fd, c.from, sizeof(c.from));
    MPCF_TRY(d->manners->let_in(d->listener, fd, &c.link, err));
    d->callers[d->count++] = c;
    return MPCF_OK;
}

/* Those that have called by now, as many as there are places for. */
static mpcf_status let_all_in(struct door *d, mpcf_error *err)
{
    while (d->count < DOOR_CALLERS) {
        int fd = -1;
        mpcf_error *quiet = NULL;
        mpcf_status status = tcp_accept_socket(d->socket, d->fd, 0, &fd, quiet);
        if (status == MPCF_E_TIMEOUT || status == MPCF_E_INTERRUPTED) {
            return MPCF_OK;
        }
        if (status != MPCF_OK) {
            return mpcf_fail(err, status, "accepting a connection: %s", strerror(errno));
        }
        MPCF_TRY(let_in(d, fd, err));
    }
    return MPCF_OK;
}

/* --- who is here --- */

/* Goes on with all; *OUT: one that is done. */
static mpcf_status shake_all(struct door *d, void **out, mpcf_error *err)
{
    for (size_t i = 0; i < d->count; i++) {
        struct door_caller *c = &d->callers[i];
        bool done = false;
        mpcf_status status = d->manners->shake(c->link, &done, &c->events, err);
        if (done) {
            *out = c->link;
            take_out(d, i);
            return MPCF_OK;
        }
        if (status == MPCF_OK && stream_now_ns() - c->began > SHAKE_NS) {
            status = mpcf_fail(err, MPCF_E_AUTH, "it stopped in the %s handshake, for %d s",
                               d->manners->name, (int) (SHAKE_NS / 1000000000));
        }
        if (status != MPCF_OK) {
            return turn_away(d, i, status, err);
        }
    }
    return MPCF_OK;
}

/* Who has come least far, and of those the oldest, which has had its turn: whoever only connects pushes out others
 * that only connected, and nobody who proves itself meanwhile. */
static size_t last_in_line(const struct door *d)
{
    size_t last = 0;
    unsigned least = d->manners->progress(d->callers[0].link);

    for (size_t i = 1; i < d->count; i++) {
        const unsigned progress = d->manners->progress(d->callers[i].link);
        if (progress < least) {
            least = progress;
            last = i;
        }
    }
    return last;
}

static mpcf_status make_place(struct door *d, mpcf_error *err)
{
    struct pollfd door = {.fd = d->fd, .events = POLLIN};

    if (d->count < DOOR_CALLERS || poll(&door, 1, 0) <= 0) {
        return MPCF_OK;
    }
    mpcf_status status =
        mpcf_fail(err, MPCF_E_AUTH, "it had not shaken hands yet when others came");
    return turn_away(d, last_in_line(d), status, err);
}

static mpcf_status wait_for_any(const struct door *d, int64_t deadline, mpcf_error *err)
{
    struct pollfd fds[DOOR_CALLERS + 1];
    nfds_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        fds[count++] = (struct pollfd){.fd = d->manners->fd(d->callers[i].link),
                                       .events = d->callers[i].events};
    }
    fds[count++] = (struct pollfd){.fd = d->fd, .events = POLLIN};
    int ready = poll(fds, count, mpcf_interrupted() ? 0 : stream_slice(deadline));
    if (ready > 0) {
        return MPCF_OK;
    }
    if (ready < 0 && errno != EINTR) {
        return mpcf_fail(err, MPCF_E_IO, "waiting for callers: %s", strerror(errno));
    }
    return stream_waited(deadline, err);
}

mpcf_status door_accept(struct door *d, int64_t deadline, void **link, mpcf_error *err)
{
    void *made = NULL;

    for (;;) {
        MPCF_TRY(let_all_in(d, err));
        MPCF_TRY(shake_all(d, &made, err));
        if (made != NULL) {
            *link = made;
            return MPCF_OK;
        }
        MPCF_TRY(make_place(d, err));
        MPCF_TRY(wait_for_any(d, deadline, err));
    }
}
