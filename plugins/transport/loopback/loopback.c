/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loopback: shared memory, or Unix sockets, between processes of one user on one machine, or within
 * one process.
 *
 * It counts as authenticated and encrypted: the system says which user the peer is, another
 * user's is refused, and nothing leaves the machine.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "../stream/stream.h"
#include "loopback_address.h"
#include "ring_link.h"

#define RETRY_NS 10000000

struct loopback_config {
    bool shared_memory;
    uint64_t send_buffer, receive_buffer;
};

static const mpcf_option loopback_options[] = {
    {.key = "shared_memory",
     .type = MPCF_OPT_BOOL,
     .default_text = "true",
     .offset = offsetof(struct loopback_config, shared_memory),
     .help = "bytes go through shared memory, half a MiB a connection; false: through the socket. "
             "Alike at both ends"},
    {.key = "send_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "1MiB",
     .offset = offsetof(struct loopback_config, send_buffer),
     .help = "socket's send buffer, as far as the system allows; 0: the system's choice"},
    {.key = "receive_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "1MiB",
     .offset = offsetof(struct loopback_config, receive_buffer),
     .help = "socket's receive buffer, as far as the system allows; 0: the system's choice"},
    {.key = NULL},
};

struct loopback_listener {
    int fd;
    struct loopback_config config;
    struct sockaddr_un address;
    socklen_t length;
};

struct loopback_connection {
    int fd;
    struct ucred peer;
    struct ring_link link;
};

/* Who is at the other end, as the system knows it. */
static mpcf_status check_peer(int fd, struct ucred *peer, mpcf_error *err)
{
    socklen_t length = sizeof(*peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "asking who the peer is: %s", strerror(errno));
    }
    if (peer->uid != geteuid()) {
        return mpcf_fail(err, MPCF_E_AUTH, "the peer is user %lu, this process is user %lu",
                         (unsigned long) peer->uid, (unsigned long) geteuid());
    }
    return MPCF_OK;
}

/* Takes over FD, also where it fails. */
static mpcf_status wrap(int fd, const struct loopback_config *config, void **conn, mpcf_error *err)
{
    struct ucred peer = {0};
    mpcf_status status = check_peer(fd, &peer, err);
    struct loopback_connection *c = calloc(1, sizeof(*c));

    if (status == MPCF_OK && c == NULL) {
        status = mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    if (status != MPCF_OK) {
        close(fd);
        free(c);
        return status;
    }
    stream_set_buffers(fd, config->send_buffer, config->receive_buffer);
    *c = (struct loopback_connection){.fd = fd, .peer = peer};
    *conn = c;
    return MPCF_OK;
}

/* A path stays behind when its process is killed: nobody answers there any more. */
static void remove_stale(const struct sockaddr_un *address, socklen_t length)
{
    const char *path = loopback_address_path(address);
    int fd = path == NULL ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return;
    }
    struct stat info;
    if (connect(fd, (const struct sockaddr *) address, length) != 0 && errno == ECONNREFUSED &&
        lstat(path, &info) == 0 && S_ISSOCK(info.st_mode)) {
        (void) unlink(path);
    }
    close(fd);
}

static int listen_on(const struct sockaddr_un *address, socklen_t length)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -1;
    }
    remove_stale(address, length);
    (void) fchmod(fd, 0600); /* the mode that the path gets */
    if (bind(fd, (const struct sockaddr *) address, length) == 0 && listen(fd, 64) == 0) {
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static mpcf_status loopback_check_address(const void *config, const char *address, bool is_listen,
                                          mpcf_error *err)
{
    (void) config;
    return loopback_address_check(address, is_listen, err);
}

static mpcf_status loopback_listen(const void *config, const char *address, void **listener,
                                   mpcf_error *err)
{
    MPCF_TRY(loopback_address_check(address, true, err));
    struct loopback_listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    l->config = *(const struct loopback_config *) config;
    mpcf_status status = loopback_address_parse(address, &l->address, &l->length, err);
    if (status == MPCF_OK) {
        l->fd = listen_on(&l->address, l->length);
        if (l->fd < 0) {
            status =
                mpcf_fail(err, MPCF_E_IO, "cannot listen on '%s': %s", address, strerror(errno));
        }
    }
    if (status == MPCF_OK) {
        *listener = l;
    } else {
        free(l);
    }
    return status;
}

static mpcf_status loopback_bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    const struct loopback_listener *l = listener;
    struct sockaddr_un own = {0};
    socklen_t length = sizeof(own);

    if (getsockname(l->fd, (struct sockaddr *) &own, &length) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "naming a socket: %s", strerror(errno));
    }
    return loopback_address_print(&own, length, address, size, err);
}

static mpcf_status loopback_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    const struct loopback_listener *l = listener;
    int fd = -1;

    MPCF_TRY(stream_accept(l->fd, deadline, &fd, err));
    MPCF_TRY(wrap(fd, &l->config, conn, err)); /* which closes it where it fails */
    ring_link_answer(&((struct loopback_connection *) *conn)->link, fd, l->config.shared_memory);
    return MPCF_OK;
}

static void loopback_unlisten(void *listener)
{
    struct loopback_listener *l = listener;

    if (l != NULL) {
        const char *path = loopback_address_path(&l->address);
        if (path != NULL) {
            (void) unlink(path);
        }
        close(l->fd);
        free(l);
    }
}

/* Until somebody listens there. */
static mpcf_status call(int fd, const struct sockaddr_un *peer, socklen_t length,
                        const char *address, int64_t deadline, mpcf_error *err)
{
    while (connect(fd, (const struct sockaddr *) peer, length) != 0) {
        int error = errno;
        if (error != ECONNREFUSED && error != ENOENT && error != EAGAIN && error != EINTR) {
            return mpcf_fail(err, MPCF_E_IO, "cannot connect to '%s': %s", address,
                             strerror(error));
        }
        mpcf_status status = stream_pause(RETRY_NS, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail(err, status, "%s at '%s' (last: %s)",
                             status == MPCF_E_TIMEOUT ? "nobody answers" : "stopped by a signal",
                             address, strerror(error));
        }
    }
    return MPCF_OK;
}

static mpcf_status loopback_connect(const void *config, const char *address, int64_t deadline,
                                    void **conn, mpcf_error *err)
{
    struct sockaddr_un peer;
    socklen_t length = 0;

    MPCF_TRY(loopback_address_check(address, false, err));
    MPCF_TRY(loopback_address_parse(address, &peer, &length, err));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return mpcf_fail(err, MPCF_E_IO, "making a socket: %s", strerror(errno));
    }
    mpcf_status status = call(fd, &peer, length, address, deadline, err);
    if (status != MPCF_OK) {
        close(fd);
        return status;
    }
    MPCF_TRY(wrap(fd, config, conn, err));
    ring_link_call(&((struct loopback_connection *) *conn)->link, fd,
                   ((const struct loopback_config *) config)->shared_memory);
    return MPCF_OK;
}

static void loopback_close(void *conn)
{
    struct loopback_connection *c = conn;

    if (c != NULL) {
        ring_link_end(&c->link);
        close(c->fd);
        free(c);
    }
}

static mpcf_status loopback_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                                 mpcf_error *err)
{
    return ring_link_send(&((struct loopback_connection *) conn)->link, buffer, length, deadline,
                          err);
}

static mpcf_status loopback_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                                 mpcf_error *err)
{
    return ring_link_recv(&((struct loopback_connection *) conn)->link, buffer, length, deadline,
                          err);
}

static mpcf_status loopback_advance(void *conn, const void *out, size_t *out_length, void *in,
                                    size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return ring_link_advance(&((struct loopback_connection *) conn)->link, out, out_length, in,
                             in_length, deadline, err);
}

static mpcf_status loopback_identity(void *conn, char *text, size_t size, mpcf_error *err)
{
    const struct loopback_connection *c = conn;
    int n = snprintf(text, size, "user %lu on this machine", (unsigned long) c->peer.uid);

    if (n < 0 || (size_t) n >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "an identity needs %d bytes, given %zu", n + 1, size);
    }
    return MPCF_OK;
}

static const mpcf_transport loopback = {
    .struct_size = sizeof(mpcf_transport),
    .name = "loopback",
    .summary = "shared memory or Unix sockets between processes of one user on one machine",
    .caps = MPCF_TRANSPORT_LOCAL | MPCF_TRANSPORT_AUTHENTICATED,
    .options = loopback_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct loopback_config),
    .listen = loopback_listen,
    .bound = loopback_bound,
    .accept = loopback_accept,
    .unlisten = loopback_unlisten,
    .connect = loopback_connect,
    .close = loopback_close,
    .send = loopback_send,
    .recv = loopback_recv,
    .peer_identity = loopback_identity,
    .advance = loopback_advance,
    .check_address = loopback_check_address,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_transport(registry, &loopback, err);
}

MPCF_PLUGIN(.name = "loopback", .version = "1.0", .license = "Apache-2.0",
            .summary = "both ends on one machine", .start = start);
