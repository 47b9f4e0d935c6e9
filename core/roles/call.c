/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a caller gets to who takes part with it, and what it does until then.
 */
#include "roles/call.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "channel/hello.h"
#include "channel/link_party.h"
#include "roles/control.h"
#include "roles/meet.h"

#define MILLISECOND INT64_C(1000000)
#define PAUSE_NS    (100 * MILLISECOND) /* before a role is called again; each time twice as long, */
#define PAUSES_NS   (1000 * MILLISECOND) /* up to this */
#define SILENT_NS   (3000 * MILLISECOND) /* for who is not there; then it is said */
#define TELL_NS     (1000 * MILLISECOND) /* to tell one that is there why this one ends */

/* --- reaching it --- */

static mpcf_status find_address(struct call *to, struct attempt *a, mpcf_error *err)
{
    const struct roles_options *o = a->o;

    a->address = o->addresses[a->role];
    if (a->address == NULL && o->control != NULL) {
        MPCF_TRY(control_ask_address(o->control, a->role, to->deadline, &a->address, err));
    }
    if (a->address == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the address of the %s is not given",
                         role_name(a->role));
    }
    return MPCF_OK;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Whoever started this role may have forgotten another: after a while they hear of it. */
static mpcf_status connect_until(const struct attempt *a, int64_t limit, void **conn,
                                 mpcf_error *err)
{
    const struct roles_options *o = a->o;
    const int64_t soon = earlier(limit, clock_deadline(SILENT_NS));
    mpcf_status status =
        link_connect(o->transport, o->config, o->party, a->role, a->address, soon, conn, err);

    if (status != MPCF_E_TIMEOUT || soon == limit || interrupt_pending()) {
        return status;
    }
    log_line(LOG_INFO,
             "%s: waits for the %s at %s, which is not there yet (%.0f s at most: "
             "stages.infer.connect_timeout)",
             role_name(o->role), role_name(a->role), a->address,
             (double) (limit - clock_now_ns()) / 1e9);
    mpcf_error_reset(err);
    return link_connect(o->transport, o->config, o->party, a->role, a->address, limit, conn, err);
}

static mpcf_status reach(struct call *to, struct attempt *a, mpcf_error *err)
{
    const mpcf_transport *t = a->o->transport;
    const int64_t limit = earlier(to->deadline, clock_deadline(to->reach_ns));
    void *conn = NULL;
    mpcf_status status = connect_until(a, limit, &conn, err);

    if (status == MPCF_OK) {
        status = channel_create(t, conn, a->patience, &a->channel, err);
    }
    if (status == MPCF_OK) {
        channel_set_timeout(a->channel, a->patience, "stages.infer.timeout");
    }
    if (status != MPCF_OK) {
        const char *key = status == MPCF_E_TIMEOUT ? " (stages.infer.connect_timeout)" : "";
        return interrupt_pending() ? meet_fail_stopped(a, err)
                                   : mpcf_fail_while(err, status, "calling the %s over '%s'%s",
                                                     role_name(a->role), t->name, key);
    }
    channel_set_peer(a->channel, role_name(a->role), a->address);
    return MPCF_OK;
}

/* --- proof and handshake --- */

static mpcf_status prove(struct attempt *a, mpcf_error *err)
{
    uint8_t proof[HELLO_MAC_BYTES] = {0};
    const struct link_keys *keys = meet_keys(a);

    if (keys != NULL) {
        MPCF_TRY(hello_prove(a->call, a->answer, keys->mine, proof, err));
    }
    return channel_send(a->channel, proof, sizeof(proof), err);
}

static mpcf_status agree(struct attempt *a, const struct handshake *mine, struct handshake *theirs,
                         mpcf_error *err)
{
    int64_t patience = 3 * a->patience;

    channel_set_timeout(a->channel, patience, "stages.infer.timeout");
    MPCF_TRY(prove(a, err));
    MPCF_TRY(handshake_exchange(a->channel, mine, theirs, err));
    if (theirs->kind == REFUSAL_BUSY) {
        a->again = AGAIN_BUSY;
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the %s at %s is busy with another session",
                         role_name(a->role), a->address);
    }
    if (theirs->kind == REFUSAL_NONE || theirs->fact_count != 0) {
        MPCF_TRY(handshake_compare(mine, theirs, err));
    }
    if (theirs->role != a->role) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the handshake of the %s at %s says that it is a %s",
                         role_name(a->role), a->address, role_name(theirs->role));
    }
    return handshake_heed(theirs, err);
}

static mpcf_status try_once(struct call *to, struct attempt *a, const struct handshake *mine,
                            struct handshake *theirs, mpcf_error *err)
{
    a->channel = NULL;
    a->again = AGAIN_NOT;
    mpcf_status status = reach(to, a, err);
    if (status == MPCF_OK) {
        status = meet(a, err);
    }
    if (status == MPCF_OK) {
        status = agree(a, mine, theirs, err);
    }
    if (status != MPCF_OK) {
        channel_close(a->channel);
        a->channel = NULL;
    }
    return status;
}

/* --- again and again --- */

/* What another role's link says while it waits: nothing, until it hangs up. */
static bool has_ended(struct channel *held)
{
    uint8_t early = 0;
    bool came = false;

    return held != NULL && (channel_poll(held, &early, 1, &came, NULL) != MPCF_OK || came);
}

static mpcf_status pause_call(struct call *to, struct attempt *a, int64_t pause_ns, mpcf_error *err)
{
    const int64_t end = earlier(to->deadline, clock_deadline(pause_ns));

    while (clock_now_ns() < end) {
        if (interrupt_pending()) {
            return meet_fail_stopped(a, err);
        }
        if (has_ended(to->held)) {
            to->held_ended = true;
            return mpcf_fail(err, MPCF_E_CLOSED,
                             "the other role hung up while this %s waited for the %s",
                             role_name(a->o->role), role_name(a->role));
        }
        (void) nanosleep(&(struct timespec){.tv_nsec = 20 * MILLISECOND}, NULL);
    }
    return MPCF_OK;
}

/* Once for each reason. */
static void say_why_again(const struct attempt *a, bool said[3], const mpcf_error *why)
{
    if (!said[a->again]) {
        said[a->again] = true;
        log_line(a->again == AGAIN_BUSY ? LOG_INFO : LOG_WARN, "%s: %s; calls again",
                 role_name(a->o->role), mpcf_error_text(why));
    }
}

/* The time is over, and it was busy when it answered last. */
static mpcf_status fail_busy(const struct attempt *a, mpcf_status status, mpcf_error *err)
{
    if (a->again == AGAIN_BUSY) {
        mpcf_error_reset(err); /* that is all it says */
        return mpcf_fail(err, status,
                         "the %s at %s is busy with another session; waited as long as "
                         "stages.infer.connect_timeout says",
                         role_name(a->role), a->address);
    }
    return mpcf_fail_while(err, status,
                           "the %s at %s is busy with another session, or has ended; waited as "
                           "long as stages.infer.connect_timeout says",
                           role_name(a->role), a->address);
}

static mpcf_status call_until(struct call *to, struct attempt *a, const struct handshake *mine,
                              struct handshake *theirs, mpcf_error *err)
{
    const int64_t cut = earlier(to->deadline, clock_deadline(to->reach_ns));
    bool said[3] = {false};
    int64_t pause = PAUSE_NS;

    for (;;) {
        mpcf_status status = try_once(to, a, mine, theirs, err);
        if (status == MPCF_E_TIMEOUT && clock_now_ns() >= to->deadline &&
            (said[AGAIN_BUSY] || a->again == AGAIN_BUSY)) {
            return fail_busy(a, status, err);
        }
        if (a->again == AGAIN_NOT ||
            clock_now_ns() >= (a->again == AGAIN_BUSY ? to->deadline : cut)) {
            return status;
        }
        say_why_again(a, said, err);
        mpcf_error_reset(err);
        MPCF_TRY(pause_call(to, a, pause, err));
        pause = earlier(2 * pause, PAUSES_NS);
    }
}

mpcf_status call_role(const struct roles_options *o, struct call *to, const struct handshake *mine,
                      struct handshake *theirs, struct channel **out, mpcf_error *err)
{
    struct attempt a = {.o = o, .role = to->role, .patience = to->patience};

    to->held_ended = false;
    MPCF_TRY(find_address(to, &a, err));
    MPCF_TRY(call_until(to, &a, mine, theirs, err));
    channel_set_timeout(a.channel, o->timeout_ns, "stages.infer.timeout");
    *out = a.channel;
    return MPCF_OK;
}

void call_to_tell(const struct roles_options *o, enum role role, const struct handshake *mine,
                  const mpcf_error *why)
{
    struct handshake refusal = *mine, theirs;
    struct call to = {.role = role,
                      .deadline = clock_deadline(TELL_NS),
                      .reach_ns = TELL_NS,
                      .patience = TELL_NS};
    struct attempt a = {.o = o, .role = role, .patience = to.patience};

    handshake_refuse(&refusal, REFUSAL_ENDED, mpcf_error_text(why));
    if (!interrupt_pending() && find_address(&to, &a, NULL) == MPCF_OK &&
        try_once(&to, &a, &refusal, &theirs, NULL) == MPCF_OK) {
        channel_close(a.channel);
    }
}
