/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a message gets to the peer and is counted, both ways at once, and how the first failure ends
 * a channel for good, told with all that a person needs.
 */
#include "channel/channel.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define IDENTITY_SIZE 256
#define ADDRESS_SIZE  256
#define PAUSE_NS      INT64_C(5000000) /* between looks for the peer's end */

struct channel {
    pthread_mutex_t lock; /* held for as long as a thread uses what follows */
    struct framing framing;
    mpcf_status broken; /* what ended it; no message goes after that */
    bool has_ended;     /* this side has said so */
    int64_t timeout_ns;
    const char *timeout_key;
    struct channel_meter meter;
    char role[32], address[ADDRESS_SIZE];
    char identity[IDENTITY_SIZE];
    int peer_role; /* proved; -1: none */
    bool is_bound;
    uint8_t binding[MPCF_BINDING_BYTES];
};

static mpcf_status ask_who(struct channel *c, const mpcf_transport *t, mpcf_error *err)
{
    void *conn = c->framing.wire.conn;
    int32_t role = -1;

    if ((t->caps & MPCF_TRANSPORT_AUTHENTICATED) != 0 && t->peer_identity != NULL) {
        MPCF_TRY(t->peer_identity(conn, c->identity, sizeof(c->identity), err));
    }
    if (t->peer_role != NULL) {
        MPCF_TRY(t->peer_role(conn, &role, err));
        if (role < 0 || role >= MPCF_ROLE_COUNT) {
            return mpcf_fail(err, MPCF_E_INVALID,
                             "transport '%s': a peer's role is none of "
                             "MPCF_ROLE_*",
                             t->name);
        }
    }
    c->peer_role = role;
    c->is_bound = t->binding != NULL;
    return c->is_bound ? t->binding(conn, c->binding, err) : MPCF_OK;
}

static mpcf_status prepare(struct channel *c, mpcf_error *err)
{
    const mpcf_transport *t = c->framing.wire.transport;

    c->framing.room_limit = FRAMING_FIRST_LIMIT;
    c->framing.room = mpcf_secret_alloc(FRAMING_FIRST_LIMIT + CHANNEL_FRAME_BYTES, 1);
    if (c->framing.room == NULL) {
        return mpcf_fail_memory(err, FRAMING_FIRST_LIMIT, "a channel");
    }
    return ask_who(c, t, err);
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
    (void) pthread_mutex_init(&c->lock, NULL); /* which cannot fail without attributes */
    c->framing = (struct framing){.wire = {transport, conn}, .spoke_at = clock_now_ns()};
    c->timeout_ns = timeout_ns;
    channel_set_peer(c, "peer", NULL);
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
    c->framing.wire.transport->close(c->framing.wire.conn);
    mpcf_secret_free(c->framing.room);
    (void) pthread_mutex_destroy(&c->lock);
    mpcf_free(c);
}

void channel_set_peer(struct channel *c, const char *role, const char *address)
{
    if (role != NULL) {
        (void) snprintf(c->role, sizeof(c->role), "%s", role);
    }
    if (address != NULL) {
        (void) snprintf(c->address, sizeof(c->address), "%s", address);
    }
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

const uint8_t *channel_binding(const struct channel *c)
{
    return c->is_bound ? c->binding : NULL;
}

int channel_peer_role(const struct channel *c)
{
    return c->peer_role;
}

const char *channel_identity(const struct channel *c)
{
    return c->identity;
}

size_t channel_head(const struct channel *c, uint8_t head[CHANNEL_FRAME_BYTES])
{
    memcpy(head, c->framing.head, c->framing.head_done);
    return c->framing.head_done;
}

/* --- what is told --- */

/* ": 5 of 10 bytes sent, 0 of 8 received" */
static void describe_moved(const struct framing_job *job, char *text, size_t size)
{
    int n = 0;

    text[0] = '\0';
    if (job->out != NULL) {
        n = snprintf(text, size, "; %zu of %zu bytes were sent", job->sent, job->out_length);
    }
    if (job->in != NULL && n >= 0 && (size_t) n < size) {
        (void) snprintf(text + n, size - (size_t) n, "%s %zu of %zu%s received", n == 0 ? ";" : ",",
                        job->received, job->in_length, n == 0 ? " bytes were" : "");
    }
}

/* The words for STATUS in place of the transport's, which knows neither setting nor message. */
static mpcf_status reword(const struct channel *c, mpcf_status status,
                          const struct framing_job *job, mpcf_error *err)
{
    char moved[160];

    if (status == MPCF_E_TIMEOUT) {
        const char *key = c->timeout_key;
        describe_moved(job, moved, sizeof(moved));
        mpcf_error_reset(err);
        return mpcf_fail(err, status, "no sign of life for %g s%s%s%s%s",
                         (double) c->timeout_ns * 1e-9, key == NULL ? "" : " (",
                         key == NULL ? "" : key, key == NULL ? "" : ")", moved);
    }
    return status;
}

static mpcf_status tell(const struct channel *c, mpcf_status status, const struct framing_job *job,
                        mpcf_error *err)
{
    const char *reason = framing_reason(&c->framing);

    if (status == MPCF_E_CLOSED && reason != NULL) {
        mpcf_error_reset(err);
        return mpcf_fail(err, status, "the %s ended the run, saying: %s", c->role, reason);
    }
    const char *doing = job->out == NULL  ? "receiving from"
                        : job->in == NULL ? "sending to"
                                          : "exchanging with";
    (void) reword(c, status, job, err);
    return mpcf_fail_while(err, status, "%s the %s%s%s", doing, c->role,
                           c->address[0] == '\0' ? "" : " at ", c->address);
}

/* --- messages --- */

static mpcf_status check_usable(const struct channel *c, mpcf_error *err)
{
    if (c->broken != MPCF_OK) {
        return mpcf_fail(err, c->broken, "the connection to the %s has failed before", c->role);
    }
    return MPCF_OK;
}

/* Counts the messages, or keeps what ended the channel. */
static mpcf_status finish(struct channel *c, mpcf_status status, const struct framing_job *job,
                          mpcf_error *err)
{
    if (status != MPCF_OK) {
        c->broken = c->framing.is_dropped ? MPCF_OK : status;
        return tell(c, status, job, err);
    }
    if (job->out != NULL) {
        c->meter.sent_bytes += CHANNEL_FRAME_BYTES + job->out_length;
        c->meter.sent_messages++;
    }
    if (job->in != NULL) {
        c->meter.received_bytes += CHANNEL_FRAME_BYTES + job->in_length;
        c->meter.received_messages++;
    }
    return MPCF_OK;
}

struct sender {
    struct channel *channel;
    struct framing_job job;
    mpcf_error *err;
    mpcf_status status;
};

static void *send_beside(void *context)
{
    struct sender *s = context;

    s->status = framing_run(&s->channel->framing, &s->job, s->channel->timeout_ns, s->err);
    return NULL;
}

/* Over a transport that cannot do both at once: a thread sends while this one receives. */
static mpcf_status run_by_thread(struct channel *c, struct framing_job *job, mpcf_error *err)
{
    struct sender sender = {.channel = c, .job = *job, .err = mpcf_error_create()};
    struct framing_job in = *job;
    pthread_t thread;

    sender.job.in = NULL;
    in.out = NULL;
    in.is_beside = true;
    mpcf_status status = MPCF_OK;
    if (sender.err == NULL || pthread_create(&thread, NULL, send_beside, &sender) != 0) {
        status = mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread that sends");
    } else {
        status = framing_run(&c->framing, &in, c->timeout_ns, err);
        (void) pthread_join(thread, NULL);
        job->sent = sender.job.sent;
        job->received = in.received;
    }
    if (status == MPCF_OK && sender.status != MPCF_OK) {
        status = mpcf_fail(err, sender.status, "%s", mpcf_error_text(sender.err));
    }
    mpcf_error_destroy(sender.err);
    return status;
}

static mpcf_status run(struct channel *c, struct framing_job *job, mpcf_error *err)
{
    bool needs_thread = job->out != NULL && job->in != NULL && !wire_is_duplex(&c->framing.wire);

    job->out_sequence = c->meter.sent_messages;
    job->in_sequence = c->meter.received_messages;
    (void) pthread_mutex_lock(&c->lock);
    mpcf_status status = check_usable(c, err);
    if (status == MPCF_OK) {
        c->framing.is_dropped = false;
        status = needs_thread ? run_by_thread(c, job, err)
                              : framing_run(&c->framing, job, c->timeout_ns, err);
        status = finish(c, status, job, err);
    }
    (void) pthread_mutex_unlock(&c->lock);
    return status;
}

mpcf_status channel_send(struct channel *c, const void *data, size_t length, mpcf_error *err)
{
    return channel_exchange(c, data, length, NULL, 0, err);
}

mpcf_status channel_recv(struct channel *c, void *data, size_t length, mpcf_error *err)
{
    return channel_exchange(c, NULL, 0, data, length, err);
}

mpcf_status channel_exchange(struct channel *c, const void *out, size_t out_length, void *in,
                             size_t in_length, mpcf_error *err)
{
    struct framing_job job = {.out = out_length == 0 ? NULL : out,
                              .out_length = out_length,
                              .in = in_length == 0 ? NULL : in,
                              .in_length = in_length};

    if (out_length == 0 && in_length == 0) {
        return check_usable(c, err);
    }
    return run(c, &job, err);
}

mpcf_status channel_poll(struct channel *c, void *data, size_t length, bool *came, mpcf_error *err)
{
    struct framing_job job = {
        .in = data, .in_length = length, .in_sequence = c->meter.received_messages};

    *came = false;
    (void) pthread_mutex_lock(&c->lock);
    mpcf_status status = check_usable(c, err);
    if (status == MPCF_OK) {
        c->framing.is_dropped = false;
        status = framing_poll(&c->framing, &job, came, err);
        if (status != MPCF_OK || *came) {
            status = finish(c, status, &job, err);
        }
    }
    (void) pthread_mutex_unlock(&c->lock);
    return status;
}

/* --- beside them --- */

mpcf_status channel_say_drop(struct channel *c, mpcf_error *err)
{
    const char *key = c->timeout_key;

    (void) pthread_mutex_lock(&c->lock);
    mpcf_status status = check_usable(c, err);
    if (status == MPCF_OK && !framing_say_drop(&c->framing, clock_deadline(c->timeout_ns))) {
        c->broken = MPCF_E_CLOSED;
        status =
            mpcf_fail(err, MPCF_E_CLOSED,
                      "the %s hears nothing any more: it ended, or took nothing for %g s%s%s%s",
                      c->role, (double) c->timeout_ns * 1e-9, key == NULL ? "" : " (",
                      key == NULL ? "" : key, key == NULL ? "" : ")");
    }
    (void) pthread_mutex_unlock(&c->lock);
    return status;
}

bool channel_take_drop(struct channel *c)
{
    (void) pthread_mutex_lock(&c->lock);
    bool is_dropped = c->framing.is_dropped;
    c->framing.is_dropped = false;
    (void) pthread_mutex_unlock(&c->lock);
    return is_dropped;
}

mpcf_status channel_failure(const struct channel *c)
{
    return c->broken;
}

void channel_say_end(struct channel *c, const char *reason, int64_t deadline)
{
    char text[FRAMING_REASON + 1];
    size_t length = strlen(reason);

    (void) snprintf(text, sizeof(text), "%s", reason);
    for (size_t i = 0; text[i] != '\0'; i++) {
        text[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
    }
    if (length > FRAMING_REASON) {
        memcpy(text + FRAMING_REASON - 3, "...", 3);
    }
    (void) pthread_mutex_lock(&c->lock);
    c->has_ended = framing_say_farewell(&c->framing, text, deadline);
    c->broken = c->broken == MPCF_OK ? MPCF_E_CLOSED : c->broken;
    (void) pthread_mutex_unlock(&c->lock);
}

void channel_wait_end(struct channel *c, int64_t deadline)
{
    (void) pthread_mutex_lock(&c->lock);
    while (c->has_ended && !framing_hear_end(&c->framing) && clock_now_ns() < deadline) {
        clock_pause(PAUSE_NS);
    }
    (void) pthread_mutex_unlock(&c->lock);
}

void channel_beat(struct channel *c, int64_t silence_ns)
{
    if (pthread_mutex_trylock(&c->lock) != 0) {
        return; /* what the other thread does there shows life, or waits for the peer's */
    }
    if (c->broken == MPCF_OK) {
        framing_beat(&c->framing, silence_ns);
    }
    (void) pthread_mutex_unlock(&c->lock);
}
