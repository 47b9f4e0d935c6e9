/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to a caller before its handshake is read, and why a greeting ends early.
 */
#include "roles/greeting.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/foreign.h"
#include "channel/link_party.h"
#include "roles/options.h"

#define SEND_NS INT64_C(1000000000) /* an answer that does not fit into the caller's buffers */

mpcf_status greeting_begin(struct greeting *g, const mpcf_transport *transport, void *conn,
                           mpcf_error *err)
{
    *g = (struct greeting){.began = clock_now_ns()};
    MPCF_TRY(channel_create(transport, conn, SEND_NS, &g->channel, err));
    channel_set_peer(g->channel, "caller", NULL);
    g->is_proved = link_proves_roles(transport);
    return MPCF_OK;
}

void greeting_end(struct greeting *g)
{
    channel_close(g->channel);
    mpcf_free(g->handshake);
    *g = (struct greeting){.channel = NULL};
}

static const struct link_keys *keys_for(const struct callee *callee, enum role peer)
{
    return callee->keys != NULL && callee->keys->has[peer] ? &callee->keys->links[peer] : NULL;
}

/* --- the hello --- */

/* The protocol of what has come where a hello should, if it is known to be another. */
static const char *name_foreign(const struct greeting *g)
{
    uint8_t head[CHANNEL_FRAME_BYTES];

    return foreign_protocol(head, channel_head(g->channel, head));
}

static mpcf_status fail_foreign(const struct greeting *g, mpcf_error *err)
{
    const char *name = name_foreign(g);

    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_FORMAT, "it does not speak mpcf%s%s",
                     name == NULL ? "" : " of this version, but ", name == NULL ? "" : name);
}

static mpcf_status fail_hello(const struct greeting *g, mpcf_status status, mpcf_error *err)
{
    if (status == MPCF_E_PROTOCOL) {
        return fail_foreign(g, err);
    }
    return status == MPCF_E_CLOSED
               ? (mpcf_error_reset(err), mpcf_fail(err, status, "it hung up without a word"))
               : status;
}

static mpcf_status check_roles(const struct callee *callee, const struct hello *theirs,
                               mpcf_error *err)
{
    const char *caller = role_name(theirs->from), *own = role_name(callee->role);

    if (theirs->to != callee->role) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "a %s called for the %s, and this is the %s: look at parties.%s.address "
                         "in the file of the %s",
                         caller, role_name(theirs->to), own, role_name(theirs->to), caller);
    }
    if (theirs->from == callee->role || theirs->from == ROLE_DEALER) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "a %s called this %s", caller, own);
    }
    return MPCF_OK;
}

static mpcf_status check_hello(const struct callee *callee, const struct hello *theirs,
                               bool has_key, mpcf_error *err)
{
    const char *own = role_name(callee->role);

    if (theirs->protocol != HANDSHAKE_PROTOCOL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "a caller speaks protocol version %" PRIu32 ", this %s %d",
                         theirs->protocol, own, HANDSHAKE_PROTOCOL);
    }
    MPCF_TRY(check_roles(callee, theirs, err));
    if (theirs->has_key != has_key) {
        return mpcf_fail(err, MPCF_E_AUTH, "a %s %s, and this %s %s: " ROLES_TWO_WAYS,
                         role_name(theirs->from),
                         has_key ? "called without keys" : "called that has keys", own,
                         has_key ? "has some" : "has none");
    }
    return MPCF_OK;
}

/* Whether the hello is of who the transport has proved, and of this connection. */
static mpcf_status check_link(const struct greeting *g, const struct hello *theirs, mpcf_error *err)
{
    const int proved = channel_peer_role(g->channel);

    if (proved >= 0 && proved != (int) theirs->from) {
        return mpcf_fail(err, MPCF_E_AUTH,
                         "a caller says that it is the %s, and proved to be the %s",
                         role_name(theirs->from), role_name((enum role) proved));
    }
    const mpcf_status status = hello_check_binding(theirs, channel_binding(g->channel), err);
    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "a caller says that it is the %s",
                                               role_name(theirs->from));
}

/* Answers, also who is wrong here, so that it can say so; the seal is for who may go on. */
static mpcf_status answer_hello(struct greeting *g, const struct callee *callee, mpcf_error *err)
{
    struct hello theirs, mine;

    MPCF_TRY(hello_decode(g->call, &theirs, err));
    const struct link_keys *keys = keys_for(callee, theirs.from);
    MPCF_TRY(hello_init(&mine, callee->role, theirs.from, keys != NULL, err));
    hello_bind(&mine, channel_binding(g->channel));
    mpcf_status status = check_hello(callee, &theirs, keys != NULL, err);
    if (status == MPCF_OK) {
        status = check_link(g, &theirs, err);
    }
    mine.is_busy = callee->is_busy && status == MPCF_OK;
    hello_encode(&mine, g->answer);
    if (status != MPCF_OK) {
        (void) channel_send(g->channel, g->answer, HELLO_BYTES, NULL);
        return status;
    }
    if (keys != NULL) {
        MPCF_TRY(hello_seal(g->call, g->answer, keys->mine, err));
    }
    g->from = theirs.from;
    channel_set_peer(g->channel, role_name(g->from), NULL);
    MPCF_TRY(channel_send(g->channel, g->answer, HELLO_BYTES, err));
    g->is_told_busy = mine.is_busy;
    g->stage = GREETING_PROOF;
    return g->is_told_busy ? mpcf_fail(err, MPCF_E_CLOSED, "a %s called this %s, which is busy",
                                       role_name(g->from), role_name(callee->role))
                           : MPCF_OK;
}

/* --- the proof --- */

/* Who has not the key hears that, and nothing else; if it still listens. */
static mpcf_status refuse_proof(struct greeting *g, mpcf_error *err)
{
    channel_say_end(g->channel, "the proof is not made with the key of this link", clock_now_ns());
    return mpcf_fail_while(err, MPCF_E_AUTH, "a caller says that it is the %s", role_name(g->from));
}

static mpcf_status take_proof(struct greeting *g, const struct callee *callee, mpcf_error *err)
{
    const struct link_keys *keys = keys_for(callee, g->from);

    if (keys != NULL) {
        mpcf_status status = hello_check_proof(g->call, g->answer, keys->theirs, g->proof, err);
        if (status != MPCF_OK) {
            return status == MPCF_E_AUTH ? refuse_proof(g, err) : status;
        }
        g->is_proved = true;
    }
    g->handshake = mpcf_alloc_array(HANDSHAKE_BYTES, 1);
    if (g->handshake == NULL) {
        return mpcf_fail_memory(err, HANDSHAKE_BYTES, "a caller's handshake");
    }
    g->stage = GREETING_HANDSHAKE;
    return MPCF_OK;
}

/* The caller has seen the answer, and went. */
static mpcf_status fail_proof(const struct greeting *g, const struct callee *callee,
                              mpcf_status status, mpcf_error *err)
{
    if (status != MPCF_E_CLOSED) {
        return status;
    }
    mpcf_error_reset(err);
    return mpcf_fail(
        err, status, "a caller that says it is the %s hung up on this %s's hello%s",
        role_name(g->from), role_name(callee->role),
        keys_for(callee, g->from) == NULL ? "" : ": it was stopped, or its keys are others");
}

/* --- step by step --- */

mpcf_status greeting_step(struct greeting *g, const struct callee *callee, mpcf_error *err)
{
    bool came = false;
    mpcf_status status = MPCF_OK;

    if (g->stage == GREETING_HELLO) {
        status = channel_poll(g->channel, g->call, HELLO_BYTES, &came, err);
        MPCF_TRY(status == MPCF_OK ? MPCF_OK : fail_hello(g, status, err));
        if (came) {
            return answer_hello(g, callee, err);
        }
        return name_foreign(g) == NULL ? MPCF_OK : fail_foreign(g, err);
    }
    if (g->stage == GREETING_PROOF) {
        status = channel_poll(g->channel, g->proof, HELLO_MAC_BYTES, &came, err);
        MPCF_TRY(status == MPCF_OK ? MPCF_OK : fail_proof(g, callee, status, err));
        return came ? take_proof(g, callee, err) : MPCF_OK;
    }
    MPCF_TRY(channel_poll(g->channel, g->handshake, HANDSHAKE_BYTES, &came, err));
    g->stage = came ? GREETING_DONE : g->stage;
    return MPCF_OK;
}

mpcf_status greeting_take(struct greeting *g, struct caller *out, mpcf_error *err)
{
    mpcf_status status = handshake_decode(g->handshake, HANDSHAKE_BYTES, &out->handshake, err);

    if (status == MPCF_OK && out->handshake.role != g->from) {
        status = mpcf_fail(err, MPCF_E_PROTOCOL, "a %s's handshake says that it is a %s",
                           role_name(g->from), role_name(out->handshake.role));
    }
    if (status != MPCF_OK) {
        greeting_end(g);
        return status;
    }
    out->channel = g->channel;
    out->is_proved = g->is_proved;
    g->channel = NULL;
    greeting_end(g);
    return MPCF_OK;
}
