/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zmq: frames of ZeroMQ over TCP. Neither authenticated nor encrypted; see README.md. The plug-in has zmq-curve
 * besides, which is both.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include <mpcf/transport.h>

#include "../stream/host_port_text.h"
#include "../stream/tcp_socket.h"
#include "zmq_curve.h"
#include "zmtp.h"

struct listener {
    int fd;
    struct tcp_config config;
};

static mpcf_status transport_check_address(const void *config, const char *address, bool is_listen,
                                           mpcf_error *err)
{
    unsigned port = 0;

    (void) config;
    return host_port_check(address, is_listen, &port, err);
}

static mpcf_status transport_listen(const void *config, const char *address, void **listener,
                                    mpcf_error *err)
{
    struct listener *l = calloc(1, sizeof(*l));

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

static mpcf_status transport_bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    return tcp_listen_address(((struct listener *) listener)->fd, address, size, err);
}

/* Who is at the other end shows when bytes are wanted: a silent caller keeps nobody waiting. */
static mpcf_status wrap(int fd, void **conn, mpcf_error *err)
{
    struct zmtp *z = calloc(1, sizeof(*z));

    if (z == NULL) {
        (void) close(fd);
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    zmtp_begin(z, fd);
    *conn = z;
    return MPCF_OK;
}

static mpcf_status transport_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    const struct listener *l = listener;
    int fd = -1;

    MPCF_TRY(tcp_accept_socket(&l->config, l->fd, deadline, &fd, err));
    return wrap(fd, conn, err);
}

static void transport_unlisten(void *listener)
{
    struct listener *l = listener;

    if (l != NULL) {
        (void) close(l->fd);
        free(l);
    }
}

static mpcf_status transport_connect(const void *config, const char *address, int64_t deadline,
                                     void **conn, mpcf_error *err)
{
    int fd = -1;

    MPCF_TRY(tcp_connect_socket(config, address, deadline, &fd, err));
    return wrap(fd, conn, err);
}

static void transport_close(void *conn)
{
    struct zmtp *z = conn;

    if (z != NULL) {
        (void) close(z->fd);
        explicit_bzero(z, sizeof(*z));
        free(z);
    }
}

static mpcf_status transport_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                                  mpcf_error *err)
{
    return zmtp_send(conn, buffer, length, deadline, err);
}

static mpcf_status transport_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                                  mpcf_error *err)
{
    return zmtp_recv(conn, buffer, length, deadline, err);
}

static mpcf_status transport_advance(void *conn, const void *out, size_t *out_length, void *in,
                                     size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return zmtp_advance(conn, out, out_length, in, in_length, deadline, err);
}

static const mpcf_transport zmq = {
    .struct_size = sizeof(mpcf_transport),
    .name = "zmq",
    .summary = "ZeroMQ over TCP, neither authenticated nor encrypted",
    .options = tcp_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct tcp_config),
    .listen = transport_listen,
    .bound = transport_bound,
    .accept = transport_accept,
    .unlisten = transport_unlisten,
    .connect = transport_connect,
    .close = transport_close,
    .send = transport_send,
    .recv = transport_recv,
    .advance = transport_advance,
    .check_address = transport_check_address,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    if (sodium_init() < 0) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "libsodium does not begin");
    }
    MPCF_TRY(mpcf_register_transport(registry, &zmq, err));
    return mpcf_register_transport(registry, &zmq_curve, err);
}

MPCF_PLUGIN(.name = "zmq", .version = "1.0", .license = "Apache-2.0",
            .summary = "ZeroMQ between hosts", .start = start);
