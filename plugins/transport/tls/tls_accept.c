/* SPDX-License-Identifier: Apache-2.0 */
/* Whose handshake goes on, who is let in, and who is turned away. */
#include "tls_accept.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../stream/host_port.h"
#include "../stream/stream.h"
#include "tls_context.h"

#define SHAKE_NS INT64_C(10000000000) /* for one handshake */

static void take_out(struct tls_listener *l, size_t i)
{
    l->count--;
    memmove(&l->callers[i], &l->callers[i + 1], (l->count - i) * sizeof(l->callers[0]));
}

/* What it sent besides is read, so that the system sends it an end, and no reset that would swallow
 * what it was told. */
static void hang_up(struct tls_listener *l, size_t i)
{
    struct tls_link *link = l->callers[i].link;

    (void) shutdown(link->fd, SHUT_WR);
    for (unsigned n = 0; n < 16 && recv(link->fd, link->home, link->size, MSG_DONTWAIT) > 0; n++) {
    }
    tls_link_close(link);
    take_out(l, i);
}

void tls_accept_clear(struct tls_listener *l)
{
    while (l->count > 0) {
        hang_up(l, l->count - 1);
    }
}

static mpcf_status turn_away(struct tls_listener *l, size_t i, mpcf_status status, mpcf_error *err)
{
    char from[sizeof(l->callers[i].from)];

    memcpy(from, l->callers[i].from, sizeof(from));
    hang_up(l, i);
    return mpcf_fail(err,
                     status == MPCF_E_NOMEM || status == MPCF_E_INTERNAL ? status : MPCF_E_AUTH,
                     "a caller from %s", from);
}

/* --- who calls --- */

/* Files that have changed are the next caller's. */
static mpcf_status renew(struct tls_listener *l, mpcf_error *err)
{
    struct tls_credentials *fresh = NULL;

    if (!tls_credentials_changed(l->credentials)) {
        return MPCF_OK;
    }
    MPCF_TRY(tls_credentials_load(&l->config, l->self, true, &fresh, err));
    tls_credentials_drop(l->credentials);
    l->credentials = fresh;
    return MPCF_OK;
}

static void name_caller(int fd, char *text, size_t size)
{
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof(peer);

    if (getpeername(fd, (struct sockaddr *) &peer, &length) != 0 ||
        host_port_print((const struct sockaddr *) &peer, length, text, size, NULL) != MPCF_OK) {
        (void) snprintf(text, size, "an address that is gone");
    }
}

static mpcf_status let_in(struct tls_listener *l, int fd, mpcf_error *err)
{
    mpcf_status status = renew(l, err);

    if (status != MPCF_OK) {
        (void) close(fd);
        return mpcf_fail_while(err, status, "the files of keys have changed, and nobody is let in");
    }
    struct tls_caller c = {.began = stream_now_ns()};
    name_caller(fd, c.from, sizeof(c.from));
    MPCF_TRY(tls_link_create(l->credentials, fd, false, -1, &c.link, err));
    l->callers[l->count++] = c;
    return MPCF_OK;
}

/* Those that have called by now, as many as there are places for. */
static mpcf_status let_all_in(struct tls_listener *l, mpcf_error *err)
{
    while (l->count < TLS_CALLERS) {
        int fd = -1;
        mpcf_error *quiet = NULL;
        mpcf_status status = tcp_accept_socket(&l->config.socket, l->fd, 0, &fd, quiet);
        if (status == MPCF_E_TIMEOUT || status == MPCF_E_INTERRUPTED) {
            return MPCF_OK;
        }
        if (status != MPCF_OK) {
            return mpcf_fail(err, status, "accepting a connection: %s", strerror(errno));
        }
        MPCF_TRY(let_in(l, fd, err));
    }
    return MPCF_OK;
}

/* --- who is here --- */

/* Goes on with all; *OUT: one that is done. */
static mpcf_status shake_all(struct tls_listener *l, struct tls_link **out, mpcf_error *err)
{
    for (size_t i = 0; i < l->count; i++) {
        struct tls_caller *c = &l->callers[i];
        bool done = false;
        mpcf_status status = tls_link_shake(c->link, &done, &c->events, err);
        if (done) {
            *out = c->link;
            take_out(l, i);
            return MPCF_OK;
        }
        if (status == MPCF_OK && stream_now_ns() - c->began > SHAKE_NS) {
            status = mpcf_fail(err, MPCF_E_AUTH, "it stopped in the TLS handshake, for %d s",
                               (int) (SHAKE_NS / 1000000000));
        }
        if (status != MPCF_OK) {
            return turn_away(l, i, status, err);
        }
    }
    return MPCF_OK;
}

/* The oldest has had its turn where others wait. */
static mpcf_status make_place(struct tls_listener *l, mpcf_error *err)
{
    struct pollfd door = {.fd = l->fd, .events = POLLIN};

    if (l->count < TLS_CALLERS || poll(&door, 1, 0) <= 0) {
        return MPCF_OK;
    }
    mpcf_status status =
        mpcf_fail(err, MPCF_E_AUTH, "it had not shaken hands yet when others came");
    return turn_away(l, 0, status, err);
}

static mpcf_status wait_for_any(const struct tls_listener *l, int64_t deadline, mpcf_error *err)
{
    struct pollfd fds[TLS_CALLERS + 1];
    nfds_t count = 0;

    for (size_t i = 0; i < l->count; i++) {
        fds[count++] =
            (struct pollfd){.fd = l->callers[i].link->fd, .events = l->callers[i].events};
    }
    fds[count++] = (struct pollfd){.fd = l->fd, .events = POLLIN};
    int ready = poll(fds, count, mpcf_interrupted() ? 0 : stream_slice(deadline));
    if (ready > 0) {
        return MPCF_OK;
    }
    if (ready < 0 && errno != EINTR) {
        return mpcf_fail(err, MPCF_E_IO, "waiting for callers: %s", strerror(errno));
    }
    return stream_waited(deadline, err);
}

mpcf_status tls_accept(struct tls_listener *l, int64_t deadline, struct tls_link **out,
                       mpcf_error *err)
{
    struct tls_link *link = NULL;

    for (;;) {
        MPCF_TRY(let_all_in(l, err));
        MPCF_TRY(shake_all(l, &link, err));
        if (link != NULL) {
            *out = link;
            return MPCF_OK;
        }
        MPCF_TRY(make_place(l, err));
        MPCF_TRY(wait_for_any(l, deadline, err));
    }
}
