/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One caller, from its first byte to its handshake. Until it has proved itself it costs what is in
 * struct greeting and a channel, and is shown a hello.
 */
#ifndef MPCF_ROLES_GREETING_H
#define MPCF_ROLES_GREETING_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/channel.h"
#include "channel/handshake.h"
#include "channel/hello.h"
#include "channel/role_keys.h"

/* Who is called. */
struct callee {
    enum role role;
    const struct role_keys *keys; /* NULL: none */
    bool is_busy;                 /* callers are told so, and to come again */
};

enum greeting_stage { GREETING_HELLO = 0, GREETING_PROOF, GREETING_HANDSHAKE, GREETING_DONE };

struct greeting {
    struct channel *channel;
    int64_t began;
    enum greeting_stage stage; /* what it hears next */
    enum role from; /* as its hello says; its keys have shown it from GREETING_HANDSHAKE on */
    bool is_proved; /* by keys, or by the transport */
    bool is_told_busy;
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES];
    uint8_t proof[HELLO_MAC_BYTES];
    uint8_t *handshake; /* HANDSHAKE_BYTES, from GREETING_HANDSHAKE on */
};

/* A caller that has said its handshake; nothing in it has been compared. */
struct caller {
    struct channel *channel;
    bool is_proved;
    struct handshake handshake;
};

/* Takes over CONN, also where it fails. */
mpcf_status greeting_begin(struct greeting *g, const mpcf_transport *transport, void *conn,
                           mpcf_error *err);
/* Takes what has come, answers, and never waits for the caller. Fails where the greeting is over, saying
 * why; where the callee is busy and the caller was told so, with MPCF_E_CLOSED and is_told_busy. */
mpcf_status greeting_step(struct greeting *g, const struct callee *callee, mpcf_error *err);
/* Of one that is GREETING_DONE, which is over by that: *OUT owns the channel. */
mpcf_status greeting_take(struct greeting *g, struct caller *out, mpcf_error *err);
/* Hangs up. */
void greeting_end(struct greeting *g);

#endif
