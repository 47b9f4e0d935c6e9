/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zmq-curve: frames of ZeroMQ over TCP with CurveZMQ, both ends proved by the keys of the roles or by CURVE keys
 * of their own; see README.md.
 */
#include "zmq_curve.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../stream/door.h"
#include "../stream/host_port_text.h"
#include "../stream/stream.h"
#include "curve_config.h"
#include "curve_credentials.h"
#include "curve_handshake.h"
#include "curve_link.h"
#include "curve_traffic.h"

#define RETRY_NS                                                                                   \
    INT64_C(50000000) /* before a caller that was cut off in the handshake calls again */

static const char *const proofs[] = {"keys", "curve", NULL};

static const mpcf_option options[] = {
    TCP_OPTION_ROWS,
    {.key = "proof",
     .type = MPCF_OPT_CHOICE,
     .default_text = "keys",
     .offset = offsetof(struct curve_config, proof),
     .choices = proofs,
     .help = "keys: by parties.ROLE.keys, of which CURVE keys of each link are made; curve: by a "
             "CURVE key of each role that the other side knows. The same for all roles"},
    {.key = "folder",
     .type = MPCF_OPT_PATH,
     .default_text = "",
     .offset = offsetof(struct curve_config, folder),
     .help = "where ROLE.curve, trusted.curve and, of keys that were taken back, revoked stand; "
             "not for keys"},
    {.key = NULL},
};

static mpcf_status check_address(const void *config, const char *address, bool is_listen,
                                 mpcf_error *err)
{
    unsigned port;

    MPCF_TRY(host_port_check(address, is_listen, &port, err));
    return curve_credentials_check(config, err);
}

static mpcf_status fail_nobody(mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG, "zmq-curve proves roles, and was not told which it plays");
}

/* --- listening --- */

struct listener {
    int fd;
    struct curve_config config;
    const mpcf_party *self;
    struct curve_credentials *credentials;
    struct door door;
};

/* Files that have changed are the next caller's. */
static mpcf_status let_in(void *listener, int fd, void **link, mpcf_error *err)
{
    struct listener *l = listener;
    struct curve_link *made = NULL;
    mpcf_status status = curve_credentials_renew(&l->config, &l->credentials, err);

    if (status != MPCF_OK) {
        (void) close(fd);
        return mpcf_fail_while(err, status, "the files of keys have changed, and nobody is let in");
    }
    MPCF_TRY(curve_link_create(l->credentials, fd, false, -1, &made, err));
    *link = made;
    return MPCF_OK;
}

static mpcf_status shake(void *link, bool *done, short *events, mpcf_error *err)
{
    return curve_link_shake(link, done, events, err);
}

static int fd_of(const void *link)
{
    return ((const struct curve_link *) link)->fd;
}

static void close_link(void *conn)
{
    curve_link_close(conn);
}

static unsigned progress(const void *link)
{
    return (unsigned) ((const struct curve_link *) link)->stage; /* they stand in order */
}

static const struct door_manners manners = {"CURVE", let_in, shake, progress, fd_of, close_link};

static mpcf_status begin(struct listener *l, const char *address, mpcf_error *err)
{
    MPCF_TRY(curve_credentials_load(&l->config, l->self, &l->credentials, err));
    MPCF_TRY(tcp_listen_socket(&l->config.socket, address, &l->fd, err));
    l->door.manners = &manners;
    l->door.listener = l;
    l->door.socket = &l->config.socket;
    l->door.fd = l->fd;
    return MPCF_OK;
}

static void unlisten(void *listener)
{
    struct listener *l = listener;

    if (l != NULL) {
        door_clear(&l->door);
        curve_credentials_drop(l->credentials);
        if (l->fd >= 0) {
            (void) close(l->fd);
        }
        free(l);
    }
}

static mpcf_status listen_as(const void *config, const mpcf_party *self, const char *address,
                             void **listener, mpcf_error *err)
{
    MPCF_TRY(check_address(config, address, true, err));
    if (self == NULL) {
        return fail_nobody(err);
    }
    struct listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    l->fd = -1;
    l->config = *(const struct curve_config *) config;
    l->self = self;
    mpcf_status status = begin(l, address, err);
    if (status != MPCF_OK) {
        unlisten(l);
        return status;
    }
    *listener = l;
    return MPCF_OK;
}

static mpcf_status listen_nobody(const void *config, const char *address, void **listener,
                                 mpcf_error *err)
{
    return listen_as(config, NULL, address, listener, err);
}

static mpcf_status bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    return tcp_listen_address(((struct listener *) listener)->fd, address, size, err);
}

static mpcf_status accept_link(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    return door_accept(&((struct listener *) listener)->door, deadline, conn, err);
}

/* --- calling --- */

static mpcf_status shake_until(struct curve_link *l, int64_t deadline, mpcf_error *err)
{
    bool done = false;

    for (;;) {
        short events = 0;
        MPCF_TRY(curve_link_shake(l, &done, &events, err));
        if (done) {
            return MPCF_OK;
        }
        mpcf_status status = stream_wait(l->fd, events, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail(err, status,
                             status == MPCF_E_TIMEOUT
                                 ? "it took the connection, and stopped in the CURVE handshake"
                                 : "stopped by a signal");
        }
    }
}

static mpcf_status call_once(struct curve_credentials *c, const struct curve_config *config,
                             int peer, const char *address, int64_t deadline,
                             struct curve_link **out, mpcf_error *err)
{
    struct curve_link *l = NULL;
    int fd = -1;

    MPCF_TRY(tcp_connect_socket(&config->socket, address, deadline, &fd, err));
    MPCF_TRY(curve_link_create(c, fd, true, peer, &l, err));
    mpcf_status status = shake_until(l, deadline, err);
    if (status != MPCF_OK) {
        curve_link_close(l);
        return mpcf_fail_while(err, status, "at '%s'", address);
    }
    *out = l;
    return MPCF_OK;
}

/* Who was cut off without a word calls again: the other side may be ending, or have many callers. */
static mpcf_status call_until(struct curve_credentials **c, const struct curve_config *config,
                              int peer, const char *address, int64_t deadline,
                              struct curve_link **out, mpcf_error *err)
{
    for (;;) {
        mpcf_status status = call_once(*c, config, peer, address, deadline, out, err);
        if (status != MPCF_E_CLOSED) {
            return status;
        }
        status = stream_pause(RETRY_NS, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "no handshake came about");
        }
        mpcf_error_reset(err);
        MPCF_TRY(curve_credentials_renew(config, c, err));
    }
}

static mpcf_status check_call(const struct curve_credentials *c, int peer, mpcf_error *err)
{
    struct curve_pair own;
    uint8_t key[CURVE_KEY];
    mpcf_status status = curve_credentials_call(c, peer, &own, key, err);

    explicit_bzero(&own, sizeof(own));
    return status;
}

static mpcf_status connect_as(const void *config, const mpcf_party *self, int32_t peer,
                              const char *address, int64_t deadline, void **conn, mpcf_error *err)
{
    struct curve_credentials *c = NULL;
    struct curve_link *l = NULL;

    MPCF_TRY(check_address(config, address, false, err));
    if (self == NULL) {
        return fail_nobody(err);
    }
    MPCF_TRY(curve_credentials_load(config, self, &c, err));
    mpcf_status status = check_call(c, (int) peer, err); /* before anybody is called */
    if (status == MPCF_OK) {
        status = call_until(&c, config, (int) peer, address, deadline, &l, err);
    }
    curve_credentials_drop(c);
    if (status == MPCF_OK) {
        *conn = l;
    }
    return status;
}

static mpcf_status connect_nobody(const void *config, const char *address, int64_t deadline,
                                  void **conn, mpcf_error *err)
{
    return connect_as(config, NULL, -1, address, deadline, conn, err);
}

/* --- a connection --- */

static mpcf_status send_all(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return curve_send(conn, buffer, length, deadline, err);
}

static mpcf_status recv_all(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return curve_recv(conn, buffer, length, deadline, err);
}

static mpcf_status advance(void *conn, const void *out, size_t *out_length, void *in,
                           size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return curve_advance(conn, out, out_length, in, in_length, deadline, err);
}

static mpcf_status peer_identity(void *conn, char *text, size_t size, mpcf_error *err)
{
    const struct curve_link *l = conn;

    return stream_say_identity(l->identity, text, size, err);
}

static mpcf_status peer_role(void *conn, int32_t *role, mpcf_error *err)
{
    (void) err;
    *role = ((const struct curve_link *) conn)->role;
    return MPCF_OK;
}

static mpcf_status binding(void *conn, uint8_t *value, mpcf_error *err)
{
    (void) err;
    memcpy(value, ((const struct curve_link *) conn)->binding, MPCF_BINDING_BYTES);
    return MPCF_OK;
}

static bool needs_secrets(const void *config)
{
    return ((const struct curve_config *) config)->proof == CURVE_BY_KEYS;
}

/* What loading would refuse. */
static mpcf_status check_role(const void *config, int32_t role, mpcf_error *err)
{
    const mpcf_party self = {.struct_size = sizeof(self), .role = role};
    struct curve_credentials *c = NULL;

    if (needs_secrets(config)) {
        return MPCF_OK;
    }
    MPCF_TRY(curve_credentials_load(config, &self, &c, err));
    curve_credentials_drop(c);
    return MPCF_OK;
}

const mpcf_transport zmq_curve = {
    .struct_size = sizeof(mpcf_transport),
    .name = "zmq-curve",
    .summary = "ZeroMQ over TCP with CURVE: both ends proved, all of it encrypted",
    .caps = MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct curve_config),
    .listen = listen_nobody,
    .bound = bound,
    .accept = accept_link,
    .unlisten = unlisten,
    .connect = connect_nobody,
    .close = close_link,
    .send = send_all,
    .recv = recv_all,
    .advance = advance,
    .peer_identity = peer_identity,
    .check_address = check_address,
    .listen_as = listen_as,
    .connect_as = connect_as,
    .peer_role = peer_role,
    .binding = binding,
    .needs_secrets = needs_secrets,
    .check_role = check_role,
};
