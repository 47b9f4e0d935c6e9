/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between the program and the transport that $MPCF_FAULT_TRANSPORT names, as that one
 * registers: each message and each connection of the process is an event. What connection N sends
 * at first goes to the file $MPCF_FAULT_RECORD-N, too.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "mutate.h"
#include "strike.h"
#include "watch.h"

#define LINKS        64
#define RECORD_BYTES 16384

struct link {
    void *conn;
    unsigned number;
    struct watch out, in;
};

static mpcf_transport shown, real;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct link links[LINKS];
static unsigned link_count;

/* --- Connections --- */

static struct link *link_of(void *conn)
{
    struct link *found = NULL;

    (void) pthread_mutex_lock(&lock);
    for (size_t i = 0; i < LINKS && found == NULL; i++) {
        found = links[i].conn == conn ? &links[i] : NULL;
    }
    (void) pthread_mutex_unlock(&lock);
    return found;
}

static void add_link(void *conn, const char *how)
{
    struct link *free_one = link_of(NULL);

    if (free_one == NULL) {
        abort(); /* more connections at once than any role has */
    }
    *free_one = (struct link){.conn = conn, .number = ++link_count};
    strike_event(STRIKE_WIRE, "%s %u", how, free_one->number);
}

static void note_sent(void *context, uint64_t length, uint64_t hash)
{
    const struct link *l = context;

    strike_event(STRIKE_WIRE, "sent %u %llu %016llx", l->number, (unsigned long long) length,
                 (unsigned long long) hash);
}

static void note_received(void *context, uint64_t length, uint64_t hash)
{
    const struct link *l = context;

    strike_event(STRIKE_WIRE, "got %u %llu %016llx", l->number, (unsigned long long) length,
                 (unsigned long long) hash);
}

/* What a connection says first, for those that want to say nearly the same. */
static void record(const struct link *l, const void *data, size_t length)
{
    const char *start = getenv("MPCF_FAULT_RECORD");
    char path[256];

    (void) snprintf(path, sizeof path, "%s-%u", start != NULL ? start : "", l->number);
    const int fd = start != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (fd >= 0) {
        if (lseek(fd, 0, SEEK_END) < RECORD_BYTES) {
            (void) !write(fd, data, length);
        }
        (void) close(fd);
    }
}

static void moved(void *conn, const void *out, size_t out_length, const void *in, size_t in_length)
{
    struct link *l = link_of(conn);

    if (l == NULL) {
        return;
    }
    if (out_length > 0) {
        record(l, out, out_length);
        watch_bytes(&l->out, out, out_length, note_sent, l);
    }
    if (in_length > 0) {
        watch_bytes(&l->in, in, in_length, note_received, l);
    }
}

/* Half of what was to go, and no more ever. */
static void tear(void *conn, const void *out, size_t length, int64_t deadline)
{
    if (length > 0 && strike_is_due(STRIKE_TEAR, STRIKE_WIRE)) {
        if (length > 1) {
            (void) real.send(conn, out, length / 2, deadline, NULL);
        }
        strike_kill();
    }
}

/* --- The transport --- */

static mpcf_status wire_listen(const void *config, const char *address, void **listener,
                               mpcf_error *err)
{
    strike_begin(STRIKE_WIRE);
    return real.listen(config, address, listener, err);
}

static mpcf_status wire_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    MPCF_TRY(real.accept(listener, deadline, conn, err));
    add_link(*conn, "accepted");
    return MPCF_OK;
}

static mpcf_status wire_connect(const void *config, const char *address, int64_t deadline,
                                void **conn, mpcf_error *err)
{
    strike_begin(STRIKE_WIRE);
    MPCF_TRY(real.connect(config, address, deadline, conn, err));
    add_link(*conn, "connected");
    return MPCF_OK;
}

static void wire_close(void *conn)
{
    struct link *l = link_of(conn);

    if (l != NULL) {
        l->conn = NULL;
    }
    real.close(conn);
}

/* What the program takes for sent. */
static mpcf_status send_mutated(void *conn, const void *buffer, size_t length, int64_t deadline)
{
    mutate_send(real.send, conn, buffer, length, deadline);
    moved(conn, buffer, length, NULL, 0);
    return MPCF_OK;
}

static mpcf_status wire_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                             mpcf_error *err)
{
    tear(conn, buffer, length, deadline);
    if (mutate_is_due()) {
        return send_mutated(conn, buffer, length, deadline);
    }
    MPCF_TRY(real.send(conn, buffer, length, deadline, err));
    moved(conn, buffer, length, NULL, 0);
    return MPCF_OK;
}

static mpcf_status wire_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                             mpcf_error *err)
{
    MPCF_TRY(real.recv(conn, buffer, length, deadline, err));
    moved(conn, NULL, 0, buffer, length);
    return MPCF_OK;
}

static mpcf_status wire_exchange(void *conn, const void *out, size_t out_length, void *in,
                                 size_t in_length, int64_t deadline, mpcf_error *err)
{
    tear(conn, out, out_length, deadline);
    if (mutate_is_due()) {
        MPCF_TRY(send_mutated(conn, out, out_length, deadline));
        return wire_recv(conn, in, in_length, deadline, err);
    }
    MPCF_TRY(real.exchange(conn, out, out_length, in, in_length, deadline, err));
    moved(conn, out, out_length, in, in_length);
    return MPCF_OK;
}

static mpcf_status wire_advance(void *conn, const void *out, size_t *out_length, void *in,
                                size_t *in_length, int64_t deadline, mpcf_error *err)
{
    tear(conn, out, *out_length, deadline);
    if (*out_length > 0 && mutate_is_due()) {
        *in_length = 0;
        return send_mutated(conn, out, *out_length, deadline);
    }
    const mpcf_status status = real.advance(conn, out, out_length, in, in_length, deadline, err);

    moved(conn, out, *out_length, in, *in_length);
    return status;
}

static void wrap(const mpcf_transport *transport)
{
    size_t size = transport->struct_size;

    real = (mpcf_transport){.struct_size = 0};
    memcpy(&real, transport, size < sizeof real ? size : sizeof real);
    shown = real;
    shown.listen = wire_listen;
    shown.accept = wire_accept;
    shown.connect = wire_connect;
    shown.close = wire_close;
    shown.send = wire_send;
    shown.recv = wire_recv;
    shown.exchange = real.exchange == NULL ? NULL : wire_exchange;
    shown.advance = real.advance == NULL ? NULL : wire_advance;
}

mpcf_status mpcf_register_transport(mpcf_registry *registry, const mpcf_transport *transport,
                                    mpcf_error *err)
{
    mpcf_status (*next)(mpcf_registry *, const mpcf_transport *, mpcf_error *) = NULL;
    const char *name = getenv("MPCF_FAULT_TRANSPORT");

    *(void **) &next = dlsym(RTLD_NEXT, "mpcf_register_transport");
    if (next == NULL) {
        abort();
    }
    if (name != NULL && strcmp(name, transport->name) == 0) {
        wrap(transport);
        transport = &shown;
    }
    return next(registry, transport, err);
}
