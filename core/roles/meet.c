/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a caller makes of who answers first, or does not.
 */
#include "roles/meet.h"

#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "channel/foreign.h"

#define MILLISECOND INT64_C(1000000)

static const char *own_name(const struct attempt *a)
{
    return role_name(a->o->role);
}

static const char *peer_name(const struct attempt *a)
{
    return role_name(a->role);
}

mpcf_status meet_fail_stopped(const struct attempt *a, mpcf_error *err)
{
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it called the %s",
                     own_name(a), peer_name(a));
}

const struct link_keys *meet_keys(const struct attempt *a)
{
    const struct role_keys *keys = a->o->keys;

    return keys != NULL && keys->has[a->role] ? &keys->links[a->role] : NULL;
}

/* Waits a little, the less the sooner something may come. */
static void nap(int64_t waited)
{
    int64_t length = waited < 20 * MILLISECOND ? MILLISECOND / 5 : 2 * MILLISECOND;

    length = waited < 200 * MILLISECOND ? length : 20 * MILLISECOND;
    (void) nanosleep(&(struct timespec){.tv_nsec = length}, NULL);
}

/* The protocol of what has come where a hello should, if it is known to be another. */
static const char *name_foreign(const struct attempt *a)
{
    uint8_t head[CHANNEL_FRAME_BYTES];

    return foreign_protocol(head, channel_head(a->channel, head));
}

static mpcf_status wait_for_hello(struct attempt *a, mpcf_error *err)
{
    const int64_t began = clock_now_ns();
    bool came = false;

    for (;;) {
        MPCF_TRY(channel_poll(a->channel, a->answer, HELLO_BYTES, &came, err));
        if (came) {
            return MPCF_OK;
        }
        if (interrupt_pending()) {
            return meet_fail_stopped(a, err);
        }
        if (name_foreign(a) != NULL) {
            return MPCF_E_PROTOCOL; /* it may wait for more, and say no more itself */
        }
        const int64_t waited = clock_now_ns() - began;
        if (waited >= a->patience) {
            return mpcf_fail(err, MPCF_E_TIMEOUT,
                             "silent for %.1f s (stages.infer.timeout, and at most 10 s)",
                             (double) waited * 1e-9);
        }
        nap(waited);
    }
}

/* Nothing that is a hello came. */
static mpcf_status explain_no_hello(struct attempt *a, mpcf_status status, mpcf_error *err)
{
    const char *name = name_foreign(a);
    const char *transport = a->o->transport->name;

    if (name != NULL) {
        mpcf_error_reset(err);
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "at %s, the address of the %s, answers %s, not this version of mpcf over "
                         "'%s'",
                         a->address, peer_name(a), name, transport);
    }
    if (status == MPCF_E_PROTOCOL) { /* the transport may know what else it is */
        return mpcf_fail_while(err, status,
                               "at %s, the address of the %s, answers something else, not this "
                               "version of mpcf over '%s'",
                               a->address, peer_name(a), transport);
    }
    if (status == MPCF_E_TIMEOUT) {
        return mpcf_fail_while(err, status,
                               "the %s at %s does not answer the hello: it hangs, or no mpcf of "
                               "transport '%s' listens there",
                               peer_name(a), a->address, transport);
    }
    if (status == MPCF_E_CLOSED || status == MPCF_E_IO) {
        a->again = AGAIN_CUT;
        if (status == MPCF_E_CLOSED) {
            mpcf_error_reset(err);
        }
        return mpcf_fail(err, MPCF_E_CLOSED,
                         "the %s at %s hangs up on the hello: it ended, or no mpcf of this "
                         "version and of transport '%s' listens there",
                         peer_name(a), a->address, transport);
    }
    return status;
}

static mpcf_status say_hello(struct attempt *a, mpcf_error *err)
{
    struct hello mine;

    MPCF_TRY(hello_init(&mine, a->o->role, a->role, meet_keys(a) != NULL, err));
    hello_bind(&mine, channel_binding(a->channel));
    hello_encode(&mine, a->call);
    mpcf_status status = channel_send(a->channel, a->call, HELLO_BYTES, err);
    if (status == MPCF_OK) {
        status = wait_for_hello(a, err);
    }
    return status == MPCF_OK ? MPCF_OK : explain_no_hello(a, status, err);
}

/* Whether the one that answers is the one that was called, as it says. */
static mpcf_status check_answer(const struct attempt *a, const struct hello *theirs,
                                mpcf_error *err)
{
    if (theirs->protocol != HANDSHAKE_PROTOCOL) {
        return mpcf_fail(
            err, MPCF_E_PROTOCOL,
            "the %s at %s speaks protocol version %" PRIu32 ", this %s %d: mpcf of one "
            "version belongs on both sides",
            peer_name(a), a->address, theirs->protocol, own_name(a), HANDSHAKE_PROTOCOL);
    }
    if (theirs->from != a->role) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "at '%s' is a %s, expected the %s: parties.%s.address names %s",
                         a->address, role_name(theirs->from), peer_name(a), peer_name(a),
                         theirs->from == a->o->role ? "this role itself" : "it");
    }
    if (theirs->to != a->o->role) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the %s at %s takes this %s for a %s", peer_name(a),
                         a->address, own_name(a), role_name(theirs->to));
    }
    return MPCF_OK;
}

#define ANOTHER "another process may have taken that address"

/* Whether it can prove that. */
static mpcf_status check_key(const struct attempt *a, const struct hello *theirs, mpcf_error *err)
{
    const struct link_keys *keys = meet_keys(a);

    if (keys == NULL && theirs->has_key) {
        return mpcf_fail(err, MPCF_E_AUTH,
                         "the %s at %s wants proof by keys, and this %s has none: " ROLES_TWO_WAYS,
                         peer_name(a), a->address, own_name(a));
    }
    if (keys != NULL && !theirs->has_key) {
        return mpcf_fail(err, MPCF_E_AUTH,
                         "who answers as the %s at %s has no keys, and this %s has: " ANOTHER
                         "; or the %s was started without: " ROLES_TWO_WAYS,
                         peer_name(a), a->address, own_name(a), peer_name(a));
    }
    mpcf_status status =
        keys == NULL ? MPCF_OK : hello_check_seal(a->call, a->answer, keys->theirs, err);
    if (status == MPCF_E_AUTH) {
        mpcf_error_reset(err);
        return mpcf_fail(
            err, status,
            "who answers as the %s at %s has not the key that this %s knows it by: " ANOTHER
            "; or the two files of keys are not of one `mpcf-host keys new`",
            peer_name(a), a->address, own_name(a));
    }
    return status;
}

/* Whether the hello is of this connection, and of who the transport has proved. */
static mpcf_status check_link(const struct attempt *a, const struct hello *theirs, mpcf_error *err)
{
    const int proved = channel_peer_role(a->channel);

    if (proved >= 0 && proved != (int) a->role) {
        return mpcf_fail(err, MPCF_E_AUTH, "who answers as the %s at %s proved to be the %s",
                         peer_name(a), a->address, role_name((enum role) proved));
    }
    const mpcf_status status = hello_check_binding(theirs, channel_binding(a->channel), err);
    return status == MPCF_OK
               ? MPCF_OK
               : mpcf_fail_while(err, status, "the %s at %s", peer_name(a), a->address);
}

mpcf_status meet(struct attempt *a, mpcf_error *err)
{
    struct hello theirs;

    MPCF_TRY(say_hello(a, err));
    mpcf_status status = hello_decode(a->answer, &theirs, err);
    if (status != MPCF_OK) {
        return explain_no_hello(a, MPCF_E_PROTOCOL, err);
    }
    MPCF_TRY(check_answer(a, &theirs, err));
    MPCF_TRY(check_link(a, &theirs, err));
    MPCF_TRY(check_key(a, &theirs, err));
    if (theirs.is_busy) {
        a->again = AGAIN_BUSY;
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the %s at %s is busy with another session",
                         peer_name(a), a->address);
    }
    return MPCF_OK;
}
