/* SPDX-License-Identifier: Apache-2.0 */
/* How a TCP connection comes about, whatever is spoken over it. */
#include "tcp_socket.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "host_port.h"
#include "stream.h"

#define RETRY_NS   20000000   /* between attempts to connect */
#define ATTEMPT_NS 5000000000 /* one attempt; a lost packet must not cost the deadline */
enum {
    PROBE_SECONDS_MAX = 32767, /* tcp(7) takes no more */
    AGAIN_MS = 5000,           /* the longest until lost data is sent again */
};
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 44 /* Linux 6.15; older ones refuse it, and wait up to 120 s */
#endif

const mpcf_option tcp_options[] = {
    TCP_OPTION_ROWS,
    {.key = NULL},
};

static void set_flag(int fd, int level, int option, int value)
{
    (void) setsockopt(fd, level, option, &value, sizeof(value));
}

static int between(int64_t value, int least, int most)
{
    return value < least ? least : value > most ? most : (int) value;
}

/* Options that make a connection fast and keep it; none is needed to be right. How long a peer may
 * be silent is the caller's to say (deadlines): neither lost probes nor lost data end a connection
 * before that, and data that was lost in a cut goes again soon after it, not after the twice as long
 * each time that TCP waits. */
static void tune(int fd, const struct tcp_config *config)
{
    int idle = between(config->keep_alive_idle / 1000000000, 1, PROBE_SECONDS_MAX);

    set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_flag(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, INT_MAX);
    set_flag(fd, IPPROTO_TCP, TCP_RTO_MAX_MS, AGAIN_MS);
    if (config->keep_alive) {
        set_flag(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        set_flag(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
        set_flag(fd, IPPROTO_TCP, TCP_KEEPINTVL, idle);
    }
}

/* --- listening --- */

/* A listening socket on ADDRESS, or -1 with errno. */
static int listen_on(const struct addrinfo *address, const struct tcp_config *config)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -1;
    }
    set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    stream_set_buffers(fd, config->send_buffer, config->receive_buffer); /* inherited */
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, 64) == 0) {
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

mpcf_status tcp_listen_socket(const struct tcp_config *config, const char *address, int *fd,
                              mpcf_error *err)
{
    struct addrinfo *found = NULL;

    MPCF_TRY(host_port_resolve(address, true, MPCF_NO_DEADLINE, &found, err));
    int made = -1, error = 0;
    for (const struct addrinfo *a = found; a != NULL && made < 0; a = a->ai_next) {
        made = listen_on(a, config);
        error = errno;
    }
    freeaddrinfo(found);
    if (made < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot listen on '%s': %s", address, strerror(error));
    }
    *fd = made;
    return MPCF_OK;
}

mpcf_status tcp_listen_address(int fd, char *text, size_t size, mpcf_error *err)
{
    struct sockaddr_storage own = {0};
    socklen_t length = sizeof(own);

    if (getsockname(fd, (struct sockaddr *) &own, &length) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "naming a socket: %s", strerror(errno));
    }
    return host_port_print((const struct sockaddr *) &own, length, text, size, err);
}

mpcf_status tcp_accept_socket(const struct tcp_config *config, int listener, int64_t deadline,
                              int *fd, mpcf_error *err)
{
    MPCF_TRY(stream_accept(listener, deadline, fd, err));
    tune(*fd, config);
    return MPCF_OK;
}

/* --- calling --- */

/* On loopback a socket that looks for a listener on a system-chosen port can meet itself. */
static bool met_itself(int fd)
{
    struct sockaddr_storage own = {0}, peer = {0};
    socklen_t own_length = sizeof(own), peer_length = sizeof(peer);

    return getsockname(fd, (struct sockaddr *) &own, &own_length) == 0 &&
           getpeername(fd, (struct sockaddr *) &peer, &peer_length) == 0 &&
           own_length == peer_length && memcmp(&own, &peer, own_length) == 0;
}

/* 0, or the errno of this attempt. */
static int finish_connect(int fd, int64_t deadline)
{
    int64_t limit = stream_now_ns() + ATTEMPT_NS;
    mpcf_status status = stream_wait(fd, POLLOUT, limit < deadline ? limit : deadline, NULL);

    if (status != MPCF_OK) {
        return status == MPCF_E_INTERRUPTED ? EINTR : ETIMEDOUT;
    }
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        return errno;
    }
    return error == 0 && met_itself(fd) ? ECONNREFUSED : error;
}

/* One attempt; the socket, or -1 with errno. */
static int connect_to(const struct addrinfo *address, const struct tcp_config *config,
                      int64_t deadline)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -1;
    }
    stream_set_buffers(fd, config->send_buffer, config->receive_buffer);
    int error = 0;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        error = errno;
    }
    if (error == 0 || error == EINPROGRESS || error == EINTR) {
        error = finish_connect(fd, deadline);
    }
    if (error == 0) {
        return fd;
    }
    close(fd);
    errno = error;
    return -1;
}

/* One attempt at each address that ADDRESS has. *FD stays -1 where none answers, for *REASON. */
static mpcf_status call_once(const struct tcp_config *config, const char *address, int64_t deadline,
                             int *fd, const char **reason, mpcf_error *err)
{
    struct addrinfo *found = NULL;
    mpcf_status status = host_port_resolve(address, false, deadline, &found, err);

    if (status == MPCF_E_TIMEOUT) {
        *reason = "the name server does not answer";
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    MPCF_TRY(status);
    for (const struct addrinfo *a = found; a != NULL && *fd < 0; a = a->ai_next) {
        *fd = connect_to(a, config, deadline);
        *reason = strerror(errno);
    }
    freeaddrinfo(found);
    return MPCF_OK;
}

mpcf_status tcp_connect_socket(const struct tcp_config *config, const char *address,
                               int64_t deadline, int *fd, mpcf_error *err)
{
    const char *reason = "no attempt was made";

    for (;;) {
        int made = -1;
        MPCF_TRY(call_once(config, address, deadline, &made, &reason, err));
        if (made >= 0) {
            tune(made, config);
            *fd = made;
            return MPCF_OK;
        }
        mpcf_status status = stream_pause(RETRY_NS, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail(err, status, "%s at '%s' (last: %s)",
                             status == MPCF_E_TIMEOUT ? "nobody answers" : "stopped by a signal",
                             address, reason);
        }
    }
}
