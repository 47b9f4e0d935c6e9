/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp: plain TCP. Neither proves the peer nor hides anything; see README.md.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "../stream/host_port.h"
#include "../stream/stream.h"

#define RETRY_NS   20000000   /* between attempts to connect */
#define ATTEMPT_NS 5000000000 /* one attempt; a lost packet must not cost the deadline */

struct tcp_config {
    uint64_t send_buffer, receive_buffer;
    bool keep_alive;
    int64_t keep_alive_idle;
};

static const mpcf_option tcp_options[] = {
    {.key = "send_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "0",
     .offset = offsetof(struct tcp_config, send_buffer),
     .help = "socket's send buffer; 0: the system grows it as needed"},
    {.key = "receive_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "0",
     .offset = offsetof(struct tcp_config, receive_buffer),
     .help = "socket's receive buffer; 0: the system grows it as needed"},
    {.key = "keep_alive",
     .type = MPCF_OPT_BOOL,
     .default_text = "true",
     .offset = offsetof(struct tcp_config, keep_alive),
     .help = "probe a silent peer, so that a host that vanished is noticed"},
    {.key = "keep_alive_idle",
     .type = MPCF_OPT_DURATION,
     .default_text = "10s",
     .offset = offsetof(struct tcp_config, keep_alive_idle),
     .help = "silence before the first probe; whole seconds"},
    {.key = NULL},
};

struct tcp_listener {
    int fd;
    struct tcp_config config;
};

struct tcp_connection {
    int fd;
};

static void set_flag(int fd, int level, int option, int value)
{
    (void) setsockopt(fd, level, option, &value, sizeof(value));
}

/* Options that make a connection fast and its death visible; none is needed to be right. */
static void tune(int fd, const struct tcp_config *config)
{
    set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (config->keep_alive) {
        int64_t idle = config->keep_alive_idle / 1000000000;
        set_flag(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        set_flag(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle < 1 ? 1 : idle > 32767 ? 32767 : (int) idle);
        set_flag(fd, IPPROTO_TCP, TCP_KEEPINTVL, 2);
        set_flag(fd, IPPROTO_TCP, TCP_KEEPCNT, 5);
    }
}

static mpcf_status wrap(int fd, const struct tcp_config *config, void **conn, mpcf_error *err)
{
    struct tcp_connection *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    tune(fd, config);
    c->fd = fd;
    *conn = c;
    return MPCF_OK;
}

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

static mpcf_status tcp_check_address(const void *config, const char *address, bool is_listen,
                                     mpcf_error *err)
{
    unsigned port;
    (void) config;
    return host_port_check(address, is_listen, &port, err);
}

static mpcf_status tcp_listen(const void *config, const char *address, void **listener,
                              mpcf_error *err)
{
    struct addrinfo *found = NULL;
    MPCF_TRY(host_port_resolve(address, true, &found, err));
    int fd = -1, error = 0;
    for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
        fd = listen_on(a, config);
        error = errno;
    }
    freeaddrinfo(found);
    if (fd < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot listen on '%s': %s", address, strerror(error));
    }
    struct tcp_listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    l->fd = fd;
    l->config = *(const struct tcp_config *) config;
    *listener = l;
    return MPCF_OK;
}

static mpcf_status tcp_bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    const struct tcp_listener *l = listener;
    struct sockaddr_storage own = {0};
    socklen_t length = sizeof(own);
    if (getsockname(l->fd, (struct sockaddr *) &own, &length) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "naming a socket: %s", strerror(errno));
    }
    return host_port_print((const struct sockaddr *) &own, length, address, size, err);
}

static mpcf_status tcp_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    const struct tcp_listener *l = listener;
    int fd = -1;
    MPCF_TRY(stream_accept(l->fd, deadline, &fd, err));
    return wrap(fd, &l->config, conn, err);
}

static void tcp_unlisten(void *listener)
{
    struct tcp_listener *l = listener;
    if (l != NULL) {
        close(l->fd);
        free(l);
    }
}

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
    if (stream_wait(fd, POLLOUT, limit < deadline ? limit : deadline, NULL) != MPCF_OK) {
        return ETIMEDOUT;
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

static mpcf_status tcp_connect(const void *config, const char *address, int64_t deadline,
                               void **conn, mpcf_error *err)
{
    const char *reason = "no attempt was made";
    do {
        struct addrinfo *found = NULL;
        mpcf_status status = host_port_resolve(address, false, &found, err);
        if (status != MPCF_OK && status != MPCF_E_TIMEOUT) {
            return status;
        }
        reason = status == MPCF_OK ? reason : "the name server does not answer";
        for (const struct addrinfo *a = found; a != NULL; a = a->ai_next) {
            int fd = connect_to(a, config, deadline);
            if (fd >= 0) {
                freeaddrinfo(found);
                return wrap(fd, config, conn, err);
            }
            reason = strerror(errno);
        }
        if (found != NULL) {
            freeaddrinfo(found);
        }
        stream_pause(RETRY_NS, deadline);
    } while (stream_now_ns() < deadline);
    return mpcf_fail(err, MPCF_E_TIMEOUT, "nobody answers at '%s' (last: %s)", address, reason);
}

static void tcp_close(void *conn)
{
    struct tcp_connection *c = conn;
    if (c != NULL) {
        close(c->fd);
        free(c);
    }
}

static mpcf_status tcp_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return stream_send(((struct tcp_connection *) conn)->fd, buffer, length, deadline, err);
}

static mpcf_status tcp_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return stream_recv(((struct tcp_connection *) conn)->fd, buffer, length, deadline, err);
}

static mpcf_status tcp_exchange(void *conn, const void *out, size_t out_length, void *in,
                                size_t in_length, int64_t deadline, mpcf_error *err)
{
    return stream_exchange(((struct tcp_connection *) conn)->fd, out, out_length, in, in_length,
                           deadline, err);
}

static mpcf_status tcp_advance(void *conn, const void *out, size_t *out_length, void *in,
                               size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return stream_advance(((struct tcp_connection *) conn)->fd, out, out_length, in, in_length,
                          deadline, err);
}

static const mpcf_transport tcp = {
    .struct_size = sizeof(mpcf_transport),
    .name = "tcp",
    .summary = "plain TCP over IPv4 or IPv6, neither authenticated nor encrypted",
    .options = tcp_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct tcp_config),
    .listen = tcp_listen,
    .bound = tcp_bound,
    .accept = tcp_accept,
    .unlisten = tcp_unlisten,
    .connect = tcp_connect,
    .close = tcp_close,
    .send = tcp_send,
    .recv = tcp_recv,
    .exchange = tcp_exchange,
    .advance = tcp_advance,
    .check_address = tcp_check_address,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_transport(registry, &tcp, err);
}

MPCF_PLUGIN(.name = "tcp", .version = "1.0", .license = "Apache-2.0",
            .summary = "plain TCP between hosts", .start = start);
