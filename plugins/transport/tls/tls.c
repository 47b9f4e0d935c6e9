/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: TCP with TLS 1.3, both ends proved by certificates, pinned keys or the keys of the roles; see
 * README.md.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "../stream/host_port_text.h"
#include "../stream/stream.h"
#include "tls_accept.h"
#include "tls_config.h"
#include "tls_context.h"
#include "tls_link.h"
#include "tls_text.h"
#include "tls_traffic.h"

#define RETRY_NS                                                                                   \
    INT64_C(50000000) /* before a caller that was cut off in the handshake calls again */
#define CUTS_TOLD 5   /* so often it was, before that is noted */

static const char *const proofs[] = {"keys", "certificate", "pinned", NULL};

static const mpcf_option options[] = {
    TCP_OPTION_ROWS,
    {.key = "proof",
     .type = MPCF_OPT_CHOICE,
     .default_text = "keys",
     .offset = offsetof(struct tls_config, proof),
     .choices = proofs,
     .help =
         "keys: by parties.ROLE.keys, as TLS's pre-shared keys; certificate: by certificates of "
         "an authority of your own; pinned: by public keys that the other side knows. "
         "The same for all roles"},
    {.key = "folder",
     .type = MPCF_OPT_PATH,
     .default_text = "",
     .offset = offsetof(struct tls_config, folder),
     .help = "where ROLE.pem and authority.pem, or ROLE.pem and trusted, stand; not for keys"},
    {.key = NULL},
};

static mpcf_status check_address(const void *config, const char *address, bool is_listen,
                                 mpcf_error *err)
{
    unsigned port;

    MPCF_TRY(host_port_check(address, is_listen, &port, err));
    return tls_credentials_check(config, err);
}

static mpcf_status fail_nobody(mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_CONFIG, "tls proves roles, and was not told which it plays");
}

/* --- listening --- */

static mpcf_status begin(struct tls_listener *l, const char *address, mpcf_error *err)
{
    MPCF_TRY(tls_credentials_load(&l->config, l->self, true, &l->credentials, err));
    return tcp_listen_socket(&l->config.socket, address, &l->fd, err);
}

static void unlisten(void *listener)
{
    struct tls_listener *l = listener;

    if (l != NULL) {
        tls_accept_clear(l);
        tls_credentials_drop(l->credentials);
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
    struct tls_listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    l->fd = -1;
    l->config = *(const struct tls_config *) config;
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
    return tcp_listen_address(((struct tls_listener *) listener)->fd, address, size, err);
}

static mpcf_status accept_link(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    struct tls_link *link = NULL;

    MPCF_TRY(tls_accept(listener, deadline, &link, err));
    *conn = link;
    return MPCF_OK;
}

/* --- calling --- */

static mpcf_status shake_until(struct tls_link *l, int64_t deadline, mpcf_error *err)
{
    bool done = false;

    for (;;) {
        short events = 0;
        MPCF_TRY(tls_link_shake(l, &done, &events, err));
        if (done) {
            return MPCF_OK;
        }
        mpcf_status status = stream_wait(l->fd, events, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail(err, status,
                             status == MPCF_E_TIMEOUT
                                 ? "it took the connection, and stopped in the TLS handshake"
                                 : "stopped by a signal");
        }
    }
}

static mpcf_status call_once(struct tls_credentials *c, const struct tls_config *config, int peer,
                             const char *address, int64_t deadline, struct tls_link **out,
                             mpcf_error *err)
{
    struct tls_link *l = NULL;
    int fd = -1;

    MPCF_TRY(tcp_connect_socket(&config->socket, address, deadline, &fd, err));
    MPCF_TRY(tls_link_create(c, fd, true, peer, &l, err));
    mpcf_status status = shake_until(l, deadline, err);
    if (status != MPCF_OK) {
        tls_link_close(l);
        return mpcf_fail_while(err, status, "at '%s'", address);
    }
    *out = l;
    return MPCF_OK;
}

#define HUNG_UP                                                                                    \
    "'%s' took the call and hung up in the TLS handshake (%u times), as one does that listens by " \
    "another transport"

/* Who was cut off without a word calls again: the other side may be ending, or have many callers. */
static mpcf_status call_until(struct tls_credentials **c, const struct tls_config *config, int peer,
                              const char *address, int64_t deadline, struct tls_link **out,
                              mpcf_error *err)
{
    for (unsigned cuts = 0;; cuts++) {
        mpcf_status status = call_once(*c, config, peer, address, deadline, out, err);
        if (status != MPCF_E_CLOSED) {
            return status == MPCF_OK || cuts == 0
                       ? status
                       : mpcf_fail_while(err, status, HUNG_UP, address, cuts);
        }
        if (cuts + 1 == CUTS_TOLD) {
            mpcf_note("tls: " HUNG_UP, address, CUTS_TOLD);
        }
        status = stream_pause(RETRY_NS, deadline, NULL);
        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, HUNG_UP, address, cuts + 1);
        }
        mpcf_error_reset(err);
        MPCF_TRY(tls_credentials_renew(config, false, c, err));
    }
}

static mpcf_status check_secret(const struct tls_config *config, const mpcf_party *self,
                                int32_t peer, mpcf_error *err)
{
    if (config->proof != TLS_BY_KEYS || self->has_secret[peer]) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "tls: the %s has no keys for its link to the %s",
                     tls_role_name((int) self->role), tls_role_name((int) peer));
}

static mpcf_status connect_as(const void *config, const mpcf_party *self, int32_t peer,
                              const char *address, int64_t deadline, void **conn, mpcf_error *err)
{
    struct tls_credentials *c = NULL;
    struct tls_link *l = NULL;

    MPCF_TRY(check_address(config, address, false, err));
    if (self == NULL) {
        return fail_nobody(err);
    }
    MPCF_TRY(tls_credentials_load(config, self, false, &c, err));
    mpcf_status status = check_secret(config, self, peer, err);
    if (status == MPCF_OK) {
        status = call_until(&c, config, (int) peer, address, deadline, &l, err);
    }
    tls_credentials_drop(c);
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

static void close_link(void *conn)
{
    tls_link_close(conn);
}

static mpcf_status send_all(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return tls_send(conn, buffer, length, deadline, err);
}

static mpcf_status recv_all(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    return tls_recv(conn, buffer, length, deadline, err);
}

static mpcf_status advance(void *conn, const void *out, size_t *out_length, void *in,
                           size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return tls_advance(conn, out, out_length, in, in_length, deadline, err);
}

static mpcf_status peer_identity(void *conn, char *text, size_t size, mpcf_error *err)
{
    const struct tls_link *l = conn;

    return stream_say_identity(l->identity, text, size, err);
}

static mpcf_status peer_role(void *conn, int32_t *role, mpcf_error *err)
{
    (void) err;
    *role = ((const struct tls_link *) conn)->role;
    return MPCF_OK;
}

static mpcf_status binding(void *conn, uint8_t *value, mpcf_error *err)
{
    (void) err;
    memcpy(value, ((const struct tls_link *) conn)->binding, MPCF_BINDING_BYTES);
    return MPCF_OK;
}

static bool needs_secrets(const void *config)
{
    return ((const struct tls_config *) config)->proof == TLS_BY_KEYS;
}

/* What loading would refuse; as of a listener, so that what expires soon is noted. */
static mpcf_status check_role(const void *config, int32_t role, mpcf_error *err)
{
    const mpcf_party self = {.struct_size = sizeof(self), .role = role};
    struct tls_credentials *c = NULL;

    if (needs_secrets(config)) {
        return MPCF_OK;
    }
    MPCF_TRY(tls_credentials_load(config, &self, true, &c, err));
    tls_credentials_drop(c);
    return MPCF_OK;
}

static const mpcf_transport tls = {
    .struct_size = sizeof(mpcf_transport),
    .name = "tls",
    .summary = "TCP with TLS 1.3: both ends proved, all of it encrypted",
    .caps = MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct tls_config),
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

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_transport(registry, &tls, err);
}

MPCF_PLUGIN(.name = "tls", .version = "1.0", .license = "Apache-2.0",
            .summary = "TCP with TLS 1.3 between hosts", .start = start);
