/* SPDX-License-Identifier: Apache-2.0 */
/* Two threads exchange messages, short ones and long ones. */
#include "inference/measure_messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

enum { SHORT = 64, LONG = 8 << 20, EXCHANGES = 8, REPEATS = 5 };

struct end {
    int socket;
    uint8_t *out, *in;
    size_t length;
    double seconds; /* of an exchange, the least; below 0: it failed */
};

/* Both directions at once, as a round has it. */
static bool exchange(const struct end *e)
{
    size_t sent = 0, received = 0;

    while (sent < e->length || received < e->length) {
        struct pollfd p = {.fd = e->socket};

        p.events = (short) ((sent < e->length ? POLLOUT : 0) | (received < e->length ? POLLIN : 0));
        if (poll(&p, 1, 10000) <= 0 || (p.revents & (POLLERR | POLLNVAL)) != 0) {
            return false;
        }
        if ((p.revents & POLLOUT) != 0) {
            const ssize_t n =
                send(e->socket, e->out + sent, e->length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += n > 0 ? (size_t) n : 0;
        }
        if ((p.revents & POLLIN) != 0) {
            const ssize_t n = recv(e->socket, e->in + received, e->length - received, MSG_DONTWAIT);
            if (n == 0) {
                return false;
            }
            received += n > 0 ? (size_t) n : 0;
        }
    }
    return true;
}

static void *act(void *context)
{
    struct end *e = context;
    double least = -1;

    for (size_t i = 0; i < REPEATS; i++) {
        const int64_t start = clock_thread_ns();
        bool is_good = true;

        for (size_t k = 0; k < EXCHANGES && is_good; k++) {
            is_good = exchange(e);
        }
        if (!is_good) {
            e->seconds = -1;
            (void) shutdown(e->socket, SHUT_RDWR);
            return NULL;
        }
        const double seconds = 1e-9 * (double) (clock_thread_ns() - start) / EXCHANGES;
        least = least < 0 || seconds < least ? seconds : least;
    }
    e->seconds = least;
    return NULL;
}

/* The mean of both ends. */
static mpcf_status exchange_seconds(struct end ends[2], size_t length, double *seconds,
                                    mpcf_error *err)
{
    pthread_t other;

    ends[0].length = ends[1].length = length;
    if (pthread_create(&other, NULL, act, &ends[1]) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot start a thread");
    }
    (void) act(&ends[0]);
    (void) pthread_join(other, NULL);
    if (ends[0].seconds < 0 || ends[1].seconds < 0) {
        return mpcf_fail(err, MPCF_E_IO, "messages over loopback were cut");
    }
    *seconds = (ends[0].seconds + ends[1].seconds) / 2;
    return MPCF_OK;
}

/* Two ends of a connection to this machine itself. */
static bool connect_ends(int sockets[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_good;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockets[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockets[1] = -1;
    is_good = listener >= 0 && sockets[0] >= 0 &&
              bind(listener, (const struct sockaddr *) &address, size) == 0 &&
              listen(listener, 1) == 0 &&
              getsockname(listener, (struct sockaddr *) &address, &size) == 0 &&
              connect(sockets[0], (const struct sockaddr *) &address, size) == 0;
    if (is_good) {
        sockets[1] = accept(listener, NULL, NULL);
    }
    for (size_t i = 0; i < 2 && sockets[1] >= 0; i++) {
        (void) setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (listener >= 0) {
        (void) close(listener);
    }
    return sockets[1] >= 0;
}

static mpcf_status measure(struct end ends[2], struct message_times *out, mpcf_error *err)
{
    double both[2];

    MPCF_TRY(exchange_seconds(ends, SHORT, &both[0], err));
    MPCF_TRY(exchange_seconds(ends, LONG, &both[1], err));
    out->exchange_seconds = both[0];
    out->byte_seconds = both[1] > both[0] ? (both[1] - both[0]) / (2.0 * (LONG - SHORT)) : 0;
    return MPCF_OK;
}

mpcf_status measure_messages(struct message_times *out, mpcf_error *err)
{
    uint8_t *data = mpcf_alloc_array(3, LONG);
    int sockets[2] = {-1, -1};
    mpcf_status status = data != NULL ? MPCF_OK : mpcf_fail_memory(err, LONG, "messages");

    if (status == MPCF_OK && !connect_ends(sockets)) {
        status =
            mpcf_fail(err, MPCF_E_IO, "cannot connect to this machine itself: %s", strerror(errno));
    }
    if (status == MPCF_OK) {
        struct end ends[2] = {{.socket = sockets[0], .out = data, .in = data + LONG},
                              {.socket = sockets[1], .out = data, .in = data + (size_t) 2 * LONG}};

        status = measure(ends, out, err);
    }
    for (size_t i = 0; i < 2; i++) {
        if (sockets[i] >= 0) {
            (void) close(sockets[i]);
        }
    }
    mpcf_free(data);
    return status;
}
