/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp: plain TCP. Neither proves the peer nor hides anything; see README.md.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "../stream/host_port_text.h"
#include "../stream/stream.h"
#include "../stream/tcp_socket.h"

struct tcp_listener {
    int fd;
    struct tcp_config config;
};

struct tcp_connection {
    int fd;
};

static mpcf_status wrap(int fd, void **conn, mpcf_error *err)
{
    struct tcp_connection *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    c->fd = fd;
    *conn = c;
    return MPCF_OK;
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
    struct tcp_listener *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    l->config = *(const struct tcp_config *) config;
    mpcf_status status = tcp_listen_socket(&l->config, address, &l->fd, err);
    if (status != MPCF_OK) {
        free(l);
        return status;
    }
    *listener = l;
    return MPCF_OK;
}

static mpcf_status tcp_bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    return tcp_listen_address(((struct tcp_listener *) listener)->fd, address, size, err);
}

static mpcf_status tcp_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    const struct tcp_listener *l = listener;
    int fd = -1;

    MPCF_TRY(tcp_accept_socket(&l->config, l->fd, deadline, &fd, err));
    return wrap(fd, conn, err);
}

static void tcp_unlisten(void *listener)
{
    struct tcp_listener *l = listener;

    if (l != NULL) {
        close(l->fd);
        free(l);
    }
}

static mpcf_status tcp_connect(const void *config, const char *address, int64_t deadline,
                               void **conn, mpcf_error *err)
{
    int fd = -1;

    MPCF_TRY(tcp_connect_socket(config, address, deadline, &fd, err));
    return wrap(fd, conn, err);
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
    .advance = tcp_advance,
    .check_address = tcp_check_address,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_transport(registry, &tcp, err);
}

MPCF_PLUGIN(.name = "tcp", .version = "1.0", .license = "Apache-2.0",
            .summary = "plain TCP between hosts", .start = start);
