/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a caller does and makes of who answers, or does not.
 */
#include "roles/call.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "channel/foreign.h"
#include "channel/hello.h"
#include "roles/control.h"

#define MILLISECOND INT64_C(1000000)
#define PAUSE_NS    (200 * MILLISECOND)  /* before a role is called again */
#define TELL_NS     (1000 * MILLISECOND) /* to tell one that is there why this one ends */

/* One attempt, and why another may go better. */
enum again { AGAIN_NOT = 0, AGAIN_BUSY, AGAIN_CUT };
struct attempt {
    const struct roles_options *o;
    struct call *to;
    const char *address;
    struct channel *channel;
    enum again again;
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES];
};

static const char *own_name(const struct attempt *a)
{
    return role_name(a->o->role);
}

static const char *peer_name(const struct attempt *a)
{
    return role_name(a->to->role);
}

static mpcf_status fail_stopped(const struct attempt *a, mpcf_error *err)
{
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it called the %s",
                     own_name(a), peer_name(a));
}

/* --- reaching it --- */

static mpcf_status find_address(struct attempt *a, mpcf_error *err)
{
    const struct roles_options *o = a->o;
    a->address = o->addresses[a->to->role];
    if (a->address == NULL && o->control != NULL) {
        MPCF_TRY(control_ask_address(o->control, a->to->role, a->to->deadline, &a->address, err));
    }
    if (a->address == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the address of the %s is not given", peer_name(a));
    }
    return MPCF_OK;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static mpcf_status reach(struct attempt *a, mpcf_error *err)
{
    const mpcf_transport *t = a->o->transport;
    const int64_t limit = earlier(a->to->deadline, clock_deadline(a->to->reach_ns));
    void *conn = NULL;
    mpcf_status status = t->connect(a->o->config, a->address, limit, &conn, err);
    if (status == MPCF_OK) {
        status = channel_create(t, conn, a->to->patience, &a->channel, err);
    }
    if (status != MPCF_OK) {
        return interrupt_pending() ? fail_stopped(a, err)
                                   : mpcf_fail_while(err, status, "calling the %s over '%s'",
                                                     peer_name(a), t->name);
    }
    channel_set_peer(a->channel, peer_name(a), a->address);
    return MPCF_OK;
}

/* --- hellos --- */

static const struct link_keys *find_keys(const struct attempt *a)
{
    const struct role_keys *keys = a->o->keys;
    return keys != NULL && keys->has[a->to->role] ? &keys->links[a->to->role] : NULL;
}

/* Waits a little, the less the sooner something may come. */
static void nap(int64_t waited)
{
    int64_t length = waited < 20 * MILLISECOND ? MILLISECOND / 5 : 2 * MILLISECOND;
    length = waited < 200 * MILLISECOND ? length : 20 * MILLISECOND;
    (void) nanosleep(&(struct timespec){.tv_nsec = length}, NULL);
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
            return fail_stopped(a, err);
        }
        const int64_t waited = clock_now_ns() - began;
        if (waited >= a->to->patience) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "silent for %.1f s", (double) waited * 1e-9);
        }
        nap(waited);
    }
}

/* Nothing that is a hello came. */
static mpcf_status explain_no_hello(struct attempt *a, mpcf_status status, mpcf_error *err)
{
    uint8_t head[CHANNEL_FRAME_BYTES];
    const char *name = foreign_protocol(head, channel_head(a->channel, head));
    const char *transport = a->o->transport->name;
    if (name != NULL || status == MPCF_E_PROTOCOL) {
        mpcf_error_reset(err);
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "at %s, the address of the %s, answers %s, not this version of mpcf over "
                         "'%s'",
                         a->address, peer_name(a), name == NULL ? "something else" : name,
                         transport);
    }
    if (status == MPCF_E_TIMEOUT) {
        return mpcf_fail_while(err, status,
                               "the %s at %s does not answer the hello: it hangs, or no mpcf of "
                               "transport '%s' listens there",
                               peer_name(a), a->address, transport);
    }
    if (status == MPCF_E_CLOSED || status == MPCF_E_IO) {
        a->again = AGAIN_CUT;
        return mpcf_fail_while(err, MPCF_E_CLOSED,
                               "the %s at %s hangs up on the hello: it ended, or no mpcf of this "
                               "version and of transport '%s' listens there",
                               peer_name(a), a->address, transport);
    }
    return status;
}

static mpcf_status say_hello(struct attempt *a, mpcf_error *err)
{
    struct hello mine;
    MPCF_TRY(hello_init(&mine, a->o->role, a->to->role, find_keys(a) != NULL, err));
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
    if (theirs->from != a->to->role) {
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
    const struct link_keys *keys = find_keys(a);
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

static mpcf_status meet(struct attempt *a, mpcf_error *err)
{
    struct hello theirs;
    MPCF_TRY(say_hello(a, err));
    mpcf_status status = hello_decode(a->answer, &theirs, err);
    if (status != MPCF_OK) {
        return explain_no_hello(a, MPCF_E_PROTOCOL, err);
    }
    MPCF_TRY(check_answer(a, &theirs, err));
    MPCF_TRY(check_key(a, &theirs, err));
    if (theirs.is_busy) {
        a->again = AGAIN_BUSY;
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the %s at %s is busy with another session",
                         peer_name(a), a->address);
    }
    return MPCF_OK;
}

/* --- proof and handshake --- */

static mpcf_status prove(struct attempt *a, mpcf_error *err)
{
    uint8_t proof[HELLO_MAC_BYTES] = {0};
    const struct link_keys *keys = find_keys(a);
    if (keys != NULL) {
        MPCF_TRY(hello_prove(a->call, a->answer, keys->mine, proof, err));
    }
    return channel_send(a->channel, proof, sizeof(proof), err);
}

static mpcf_status agree(struct attempt *a, const struct handshake *mine, struct handshake *theirs,
                         mpcf_error *err)
{
    int64_t patience = 3 * a->to->patience;
    channel_set_timeout(a->channel, patience, NULL);
    MPCF_TRY(prove(a, err));
    MPCF_TRY(handshake_exchange(a->channel, mine, theirs, err));
    if (theirs->kind == REFUSAL_BUSY) {
        a->again = AGAIN_BUSY;
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the %s at %s is busy with another session",
                         peer_name(a), a->address);
    }
    if (theirs->kind == REFUSAL_NONE || theirs->fact_count != 0) {
        MPCF_TRY(handshake_compare(mine, theirs, err));
    }
    if (theirs->role != a->to->role) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the handshake of the %s at %s says that it is a %s",
                         peer_name(a), a->address, role_name(theirs->role));
    }
    return handshake_heed(theirs, err);
}

static mpcf_status try_once(struct attempt *a, const struct handshake *mine,
                            struct handshake *theirs, mpcf_error *err)
{
    a->channel = NULL;
    a->again = AGAIN_NOT;
    mpcf_status status = reach(a, err);
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

static mpcf_status pause_call(struct attempt *a, mpcf_error *err)
{
    const int64_t end = earlier(a->to->deadline, clock_deadline(PAUSE_NS));
    while (clock_now_ns() < end) {
        if (interrupt_pending()) {
            return fail_stopped(a, err);
        }
        if (has_ended(a->to->held)) {
            a->to->held_ended = true;
            return mpcf_fail(err, MPCF_E_CLOSED,
                             "the other role hung up while this %s waited for the %s", own_name(a),
                             peer_name(a));
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
        log_line(a->again == AGAIN_BUSY ? LOG_INFO : LOG_WARN, "%s: %s; calls again", own_name(a),
                 mpcf_error_text(why));
    }
}

static mpcf_status call_until(struct attempt *a, const struct handshake *mine,
                              struct handshake *theirs, mpcf_error *err)
{
    const int64_t cut = earlier(a->to->deadline, clock_deadline(a->to->reach_ns));
    bool said[3] = {false};
    for (;;) {
        mpcf_status status = try_once(a, mine, theirs, err);
        if (a->again == AGAIN_NOT) {
            return status == MPCF_E_TIMEOUT && said[AGAIN_BUSY]
                       ? mpcf_fail_while(err, status, "the %s was busy before, and now",
                                         peer_name(a))
                       : status;
        }
        if (clock_now_ns() >= (a->again == AGAIN_BUSY ? a->to->deadline : cut)) {
            return mpcf_fail_while(err, status,
                                   "waited as long as stages.infer.connect_timeout says");
        }
        say_why_again(a, said, err);
        mpcf_error_reset(err);
        MPCF_TRY(pause_call(a, err));
    }
}

mpcf_status call_role(const struct roles_options *o, struct call *to, const struct handshake *mine,
                      struct handshake *theirs, struct channel **out, mpcf_error *err)
{
    struct attempt a = {.o = o, .to = to};
    to->held_ended = false;
    MPCF_TRY(find_address(&a, err));
    MPCF_TRY(call_until(&a, mine, theirs, err));
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
                      .patience = TELL_NS / 3};
    struct attempt a = {.o = o, .to = &to};
    handshake_refuse(&refusal, REFUSAL_ENDED, mpcf_error_text(why));
    if (!interrupt_pending() && find_address(&a, NULL) == MPCF_OK &&
        try_once(&a, &refusal, &theirs, NULL) == MPCF_OK) {
        channel_close(a.channel);
    }
}
