/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zmq: ZeroMQ over TCP, which sends beside the host.
 * Neither authenticated nor encrypted (CURVE is to come); see README.md.
 */
#include <stdbool.h>

#include <mpcf/transport.h>

#include "contact.h"
#include "pair.h"

static const mpcf_option zmq_options[] = {
    {.key = "send_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "0",
     .offset = offsetof(struct zmq_config, send_buffer),
     .help = "socket's send buffer; 0: the system's choice"},
    {.key = "receive_buffer",
     .type = MPCF_OPT_BYTES,
     .default_text = "0",
     .offset = offsetof(struct zmq_config, receive_buffer),
     .help = "socket's receive buffer; 0: the system's choice"},
    {.key = "queue",
     .type = MPCF_OPT_INT,
     .default_text = "64",
     .offset = offsetof(struct zmq_config, queue),
     .help = "messages, of 16 KiB, that leave beside the host before it waits",
     .min = 1,
     .max = 1000},
    {.key = "first_port",
     .type = MPCF_OPT_INT,
     .default_text = "0",
     .offset = offsetof(struct zmq_config, first_port),
     .help = "a listener's connections take the first free port from this one on; 0: any port",
     .min = 0,
     .max = 65535},
    {.key = NULL},
};

static mpcf_status transport_check_address(const void *config, const char *address, bool is_listen,
                                           mpcf_error *err)
{
    return contact_check(config, address, is_listen, err);
}

static mpcf_status transport_listen(const void *config, const char *address, void **listener,
                                    mpcf_error *err)
{
    struct contact *c = NULL;
    MPCF_TRY(contact_open(config, address, &c, err));
    *listener = c;
    return MPCF_OK;
}

static mpcf_status transport_bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    return contact_address(listener, address, size, err);
}

static mpcf_status transport_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    struct pair *p = NULL;
    MPCF_TRY(contact_accept(listener, deadline, &p, err));
    *conn = p;
    return MPCF_OK;
}

static void transport_unlisten(void *listener)
{
    contact_close(listener);
}

static mpcf_status transport_connect(const void *config, const char *address, int64_t deadline,
                                     void **conn, mpcf_error *err)
{
    struct pair *p = NULL;
    MPCF_TRY(contact_call(config, address, deadline, &p, err));
    *conn = p;
    return MPCF_OK;
}

static void transport_close(void *conn)
{
    pair_close(conn);
}

static mpcf_status transport_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                                  mpcf_error *err)
{
    return pair_send(conn, buffer, length, deadline, err);
}

static mpcf_status transport_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                                  mpcf_error *err)
{
    return pair_recv(conn, buffer, length, deadline, err);
}

static mpcf_status transport_advance(void *conn, const void *out, size_t *out_length, void *in,
                                     size_t *in_length, int64_t deadline, mpcf_error *err)
{
    return pair_advance(conn, out, out_length, in, in_length, deadline, err);
}

static const mpcf_transport zmq = {
    .struct_size = sizeof(mpcf_transport),
    .name = "zmq",
    .summary = "ZeroMQ over TCP, neither authenticated nor encrypted",
    .options = zmq_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct zmq_config),
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
    return mpcf_register_transport(registry, &zmq, err);
}

MPCF_PLUGIN(.name = "zmq", .version = "1.0", .license = "Apache-2.0",
            .summary = "ZeroMQ between hosts", .start = start);
