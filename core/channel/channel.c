/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a message gets to the peer and is counted: with a frame where the transport needs one, both
 * ways at once, and ended for good by the first failure.
 */
#include "channel/channel.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/framing.h"

#define IDENTITY_SIZE 256

struct channel {
    struct framing framing;
    bool framed; /* the transport keeps no boundaries */
    int64_t timeout_ns;
    mpcf_status broken; /* what ended it; no message goes after that */
    struct channel_meter meter;
    uint8_t head[CHANNEL_FRAME_BYTES]; /* of a message that channel_poll() receives */
    size_t head_done, body_done;
    char peer[320];
    const char *timeout_key;
    char identity[IDENTITY_SIZE];
};

static mpcf_status prepare(struct channel *c, mpcf_error *err)
{
    const mpcf_transport *t = c->framing.transport;
    if (c->framed) {
        c->framing.room = mpcf_secret_alloc(FRAMING_COPY_LIMIT + CHANNEL_FRAME_BYTES, 1);
        if (c->framing.room == NULL) {
            return mpcf_fail_memory(err, FRAMING_COPY_LIMIT, "a channel");
        }
    }
    if ((t->caps & MPCF_TRANSPORT_AUTHENTICATED) == 0 || t->peer_identity == NULL) {
        return MPCF_OK;
    }
    return t->peer_identity(c->framing.conn, c->identity, sizeof(c->identity), err);
}

mpcf_status channel_create(const mpcf_transport *transport, void *conn, int64_t timeout_ns,
                           struct channel **out, mpcf_error *err)
{
    assert(timeout_ns > 0);
    struct channel *c = mpcf_alloc_array(1, sizeof(*c));
    if (c == NULL) {
        transport->close(conn);
        return mpcf_fail_memory(err, sizeof(*c), "a channel");
    }
    c->framing = (struct framing){.transport = transport, .conn = conn};
    c->timeout_ns = timeout_ns;
    c->framed = (transport->caps & MPCF_TRANSPORT_MESSAGES) == 0;
    channel_set_peer(c, NULL, NULL);
    mpcf_status status = prepare(c, err);
    if (status != MPCF_OK) {
        channel_close(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

void channel_close(struct channel *c)
{
    if (c == NULL) {
        return;
    }
    c->framing.transport->close(c->framing.conn);
    mpcf_secret_free(c->framing.room);
    mpcf_free(c);
}

void channel_set_peer(struct channel *c, const char *role, const char *address)
{
    (void) snprintf(c->peer, sizeof(c->peer), "the %s%s%s", role == NULL ? "peer" : role,
                    address == NULL ? "" : " at ", address == NULL ? "" : address);
}

void channel_set_timeout(struct channel *c, int64_t timeout_ns, const char *key)
{
    assert(timeout_ns > 0);
    c->timeout_ns = timeout_ns;
    c->timeout_key = key;
}

struct channel_meter channel_meter(const struct channel *c)
{
    return c->meter;
}

const char *channel_identity(const struct channel *c)
{
    return c->identity;
}

static mpcf_status send_message(struct channel *c, const void *data, size_t length,
                                int64_t deadline, mpcf_error *err)
{
    const struct framing *f = &c->framing;
    return c->framed ? framing_send(f, data, length, c->meter.sent_messages, deadline, err)
                     : f->transport->send(f->conn, data, length, deadline, err);
}

static mpcf_status recv_message(struct channel *c, void *data, size_t length, int64_t deadline,
                                mpcf_error *err)
{
    const struct framing *f = &c->framing;
    return c->framed ? framing_recv(f, data, length, c->meter.received_messages, deadline, err)
                     : f->transport->recv(f->conn, data, length, deadline, err);
}

struct message_pair {
    const void *out;
    size_t out_length;
    void *in;
    size_t in_length;
    int64_t deadline;
};

static mpcf_status exchange_framed(struct channel *c, const struct message_pair *m, mpcf_error *err)
{
    struct framing_message out = {.length = m->out_length, .sequence = c->meter.sent_messages};
    struct framing_message in = {m->in, m->in_length, c->meter.received_messages};
    memcpy(&out.data, &m->out, sizeof(out.data)); /* which is only read */
    return framing_exchange(&c->framing, &out, &in, m->deadline, err);
}

struct sender {
    struct channel *channel;
    const struct message_pair *pair;
    mpcf_error *err;
    mpcf_status status;
};

static void *send_beside(void *context)
{
    struct sender *s = context;
    s->status =
        send_message(s->channel, s->pair->out, s->pair->out_length, s->pair->deadline, s->err);
    return NULL;
}

/* Over a transport that cannot do both at once: a thread sends while this one receives. */
static mpcf_status exchange_by_thread(struct channel *c, const struct message_pair *m,
                                      mpcf_error *err)
{
    struct sender sender = {.channel = c, .pair = m, .err = mpcf_error_create()};
    pthread_t thread;
    mpcf_status status = MPCF_OK;
    if (sender.err == NULL || pthread_create(&thread, NULL, send_beside, &sender) != 0) {
        status = mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread that sends");
    } else {
        status = recv_message(c, m->in, m->in_length, m->deadline, err);
        (void) pthread_join(thread, NULL);
    }
    if (status == MPCF_OK && sender.status != MPCF_OK) {
        status = mpcf_fail(err, sender.status, "%s", mpcf_error_text(sender.err));
    }
    mpcf_error_destroy(sender.err);
    return status;
}

static mpcf_status exchange_message(struct channel *c, const struct message_pair *m,
                                    mpcf_error *err)
{
    const mpcf_transport *t = c->framing.transport;
    if (c->framed && t->advance != NULL) {
        return exchange_framed(c, m, err);
    }
    if (!c->framed && t->exchange != NULL) {
        return t->exchange(c->framing.conn, m->out, m->out_length, m->in, m->in_length, m->deadline,
                           err);
    }
    return exchange_by_thread(c, m, err);
}

static mpcf_status check_usable(const struct channel *c, mpcf_error *err)
{
    if (c->broken != MPCF_OK) {
        return mpcf_fail(err, c->broken, "the connection to %s has failed before", c->peer);
    }
    return MPCF_OK;
}

/* Counts the messages, or keeps what ended the channel and says who the peer was. */
static mpcf_status finish(struct channel *c, mpcf_status status, size_t sent, size_t received,
                          mpcf_error *err)
{
    if (status != MPCF_OK) {
        c->broken = status;
        const char *doing = sent == 0 ? "receiving from" : "sending to";
        return mpcf_fail_while(err, status, "%s %s",
                               sent != 0 && received != 0 ? "exchanging with" : doing, c->peer);
    }
    if (sent != 0) {
        c->meter.sent_bytes += CHANNEL_FRAME_BYTES + sent;
        c->meter.sent_messages++;
    }
    if (received != 0) {
        c->meter.received_bytes += CHANNEL_FRAME_BYTES + received;
        c->meter.received_messages++;
    }
    return MPCF_OK;
}

mpcf_status channel_send(struct channel *c, const void *data, size_t length, mpcf_error *err)
{
    MPCF_TRY(check_usable(c, err));
    if (length == 0) {
        return MPCF_OK;
    }
    mpcf_status status = send_message(c, data, length, clock_deadline(c->timeout_ns), err);
    return finish(c, status, length, 0, err);
}

mpcf_status channel_recv(struct channel *c, void *data, size_t length, mpcf_error *err)
{
    MPCF_TRY(check_usable(c, err));
    if (length == 0) {
        return MPCF_OK;
    }
    mpcf_status status = recv_message(c, data, length, clock_deadline(c->timeout_ns), err);
    return finish(c, status, 0, length, err);
}

/* What has come of LENGTH bytes, the first *DONE of which are at DATA. */
static mpcf_status poll_bytes(struct channel *c, uint8_t *data, size_t length, size_t *done,
                              mpcf_error *err)
{
    const mpcf_transport *t = c->framing.transport;
    while (*done < length) {
        size_t out = 0, in = t->advance != NULL ? length - *done : 1;
        mpcf_status status =
            t->advance != NULL ? t->advance(c->framing.conn, NULL, &out, data + *done, &in, 0, err)
                               : t->recv(c->framing.conn, data + *done, in, 0, err);
        if (status == MPCF_E_TIMEOUT) {
            mpcf_error_reset(err);
            return MPCF_OK;
        }
        MPCF_TRY(status);
        *done += in;
    }
    return MPCF_OK;
}

static mpcf_status poll_framed(struct channel *c, void *data, size_t length, bool *came,
                               mpcf_error *err)
{
    bool had_head = c->head_done == CHANNEL_FRAME_BYTES;
    if (!had_head) {
        MPCF_TRY(poll_bytes(c, c->head, CHANNEL_FRAME_BYTES, &c->head_done, err));
    }
    if (c->head_done < CHANNEL_FRAME_BYTES) {
        return MPCF_OK;
    }
    if (!had_head) {
        MPCF_TRY(framing_check(c->head, length, c->meter.received_messages, err));
    }
    MPCF_TRY(poll_bytes(c, data, length, &c->body_done, err));
    *came = c->body_done == length;
    return MPCF_OK;
}

static mpcf_status poll_message(struct channel *c, void *data, size_t length, bool *came,
                                mpcf_error *err)
{
    const struct framing *f = &c->framing;
    mpcf_status status = f->transport->recv(f->conn, data, length, 0, err);
    *came = status == MPCF_OK;
    if (status == MPCF_E_TIMEOUT) {
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status;
}

mpcf_status channel_poll(struct channel *c, void *data, size_t length, bool *came, mpcf_error *err)
{
    *came = false;
    MPCF_TRY(check_usable(c, err));
    mpcf_status status = c->framed ? poll_framed(c, data, length, came, err)
                                   : poll_message(c, data, length, came, err);
    if (status == MPCF_OK && !*came) {
        return MPCF_OK;
    }
    if (*came) {
        c->head_done = c->body_done = 0;
    }
    return finish(c, status, 0, length, err);
}

size_t channel_head(const struct channel *c, uint8_t head[CHANNEL_FRAME_BYTES])
{
    memcpy(head, c->head, c->head_done);
    return c->head_done;
}

mpcf_status channel_exchange(struct channel *c, const void *out, size_t out_length, void *in,
                             size_t in_length, mpcf_error *err)
{
    if (out_length == 0) {
        return channel_recv(c, in, in_length, err);
    }
    if (in_length == 0) {
        return channel_send(c, out, out_length, err);
    }
    MPCF_TRY(check_usable(c, err));
    struct message_pair pair = {out, out_length, in, in_length, clock_deadline(c->timeout_ns)};
    return finish(c, exchange_message(c, &pair, err), out_length, in_length, err);
}
