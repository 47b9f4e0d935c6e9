/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel: messages of agreed lengths between two roles, over a transport plug-in's
 * connection. Frames them, counts bytes, and ends where the peer shows no life for too long.
 *
 * One thread uses a channel; a heartbeat (heartbeat.h) beats beside it.
 */
#ifndef MPCF_CHANNEL_CHANNEL_H
#define MPCF_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/framing.h"

struct channel;

/* Takes over CONN, also where it fails. TIMEOUT_NS: how long nothing may move, of a message in
 * either direction or a sign of life. */
mpcf_status channel_create(const mpcf_transport *transport, void *conn, int64_t timeout_ns,
                           struct channel **out, mpcf_error *err);
void channel_close(struct channel *c); /* NULL is fine */
/* How messages name the other end: "the dealer at 127.0.0.1:9002"; "the peer" until it is known.
 * NULL leaves what was said before. */
void channel_set_peer(struct channel *c, const char *role, const char *address);
/* KEY: the setting that TIMEOUT_NS comes from, for messages ("stages.infer.timeout"); NULL: none.
 * It lives as long as C. */
void channel_set_timeout(struct channel *c, int64_t timeout_ns, const char *key);

/* LENGTH is what both sides expect; a peer that sends another: MPCF_E_PROTOCOL; that dies, or says
 * that it ends: MPCF_E_CLOSED; that shows no life: MPCF_E_TIMEOUT. A signal while it waits:
 * MPCF_E_INTERRUPTED. 0 bytes: no message. */
mpcf_status channel_send(struct channel *c, const void *data, size_t length, mpcf_error *err);
mpcf_status channel_recv(struct channel *c, void *data, size_t length, mpcf_error *err);
/* Both at once; either length may be 0. */
mpcf_status channel_exchange(struct channel *c, const void *out, size_t out_length, void *in,
                             size_t in_length, mpcf_error *err);
/* Takes what has come of the next message of LENGTH bytes, and never waits. *CAME: all of it; else
 * the next call goes on, with the same DATA and LENGTH. No deadline is looked at. */
mpcf_status channel_poll(struct channel *c, void *data, size_t length, bool *came, mpcf_error *err);
/* Says that the message for which the peer waits does not come. */
mpcf_status channel_say_drop(struct channel *c, mpcf_error *err);
/* Whether the peer said so of the one that this side waited for last, with MPCF_E_CLOSED: then C goes
 * on. True once. */
bool channel_take_drop(struct channel *c);
/* What ended C for good; MPCF_OK: nothing has. */
mpcf_status channel_failure(const struct channel *c);
/* What has come of the head of the next message, or of the one that was refused: who speaks
 * another protocol is told by it. The number of bytes, at most CHANNEL_FRAME_BYTES. */
size_t channel_head(const struct channel *c, uint8_t head[CHANNEL_FRAME_BYTES]);

/* Says why this role ends, by the deadline: the last that goes. Never within a message that has
 * gone in part. */
void channel_say_end(struct channel *c, const char *reason, int64_t deadline);
/* Forgets what comes until the peer has ended, too, by the deadline: what goes before close() is
 * sure to arrive only then. */
void channel_wait_end(struct channel *c, int64_t deadline);
/* A beat of a heartbeat, from its thread: unless the other thread uses the channel now, takes the
 * peer's signs of life, and sends one where nothing has gone for SILENCE_NS. Never waits. */
void channel_beat(struct channel *c, int64_t silence_ns);

struct channel_meter {
    uint64_t sent_bytes, received_bytes; /* framing counted as above */
    uint64_t sent_messages, received_messages;
};
struct channel_meter channel_meter(const struct channel *c);
/* What binds the hello to this connection, MPCF_BINDING_BYTES; NULL: the transport has none. */
const uint8_t *channel_binding(const struct channel *c);
/* The role that the transport has proved the peer to be (enum role), or -1: it proves none. */
int channel_peer_role(const struct channel *c);
/* Proven identity of the peer, or "" */
const char *channel_identity(const struct channel *c);

#endif
