/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls whom, in which order, and what each role does where two of them disagree: who called
 * ends, who was called goes on listening.
 */
#include "roles/join.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/heartbeat.h"
#include "channel/role.h"
#include "roles/call.h"

#define SLOW_NS INT64_C(1000000000) /* an answer that took longer is worth a word */
#define PATIENCE_NS                                                                                \
    INT64_C(10000000000) /* who is called and says nothing is not waited for longer */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct call call_to(const struct roles *r, enum role role, int64_t reach_ns)
{
    return (struct call){.role = role,
                         .deadline = clock_deadline(r->o.connect_ns),
                         .reach_ns = reach_ns,
                         .patience = smaller(r->o.timeout_ns, PATIENCE_NS)};
}

/* What the dealer is told: a stored session is between provider and user. */
static struct handshake without_stored(const struct handshake *mine)
{
    struct handshake h = *mine;

    h.has_stored = false;
    h.next_inference = 0;
    memset(h.stored, 0, sizeof(h.stored));
    return h;
}

static void note_stored(struct roles_links *links, const struct handshake *mine,
                        const struct handshake *theirs)
{
    links->has_stored = handshake_same_stored(mine, theirs, &links->next_inference);
    if (links->has_stored) {
        memcpy(links->stored, mine->stored, sizeof(links->stored));
    }
}

/* --- the user --- */

static mpcf_status begin_session(struct handshake *mine, mpcf_error *err)
{
    if (getrandom(mine->session, sizeof(mine->session), 0) != sizeof(mine->session)) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    mine->has_session = true;
    return MPCF_OK;
}

static mpcf_status call_dealer(struct roles *r, const struct handshake *mine,
                               struct roles_links *links, mpcf_error *err)
{
    struct call dealer = call_to(r, ROLE_DEALER, r->o.connect_ns);
    struct handshake told = without_stored(mine), theirs;
    mpcf_status status = call_role(&r->o, &dealer, &told, &theirs, &links->peers[ROLE_DEALER], err);

    if (status != MPCF_OK) {
        call_to_tell(&r->o, ROLE_PROVIDER, &told, err);
    }
    return status;
}

/* As call_role(), while whoever is HELD hears that this role lives. */
static mpcf_status call_beside(struct roles *r, struct call *call, const struct handshake *told,
                               struct handshake *theirs, struct channel **out, mpcf_error *err)
{
    struct heartbeat *heartbeat = NULL;

    MPCF_TRY(heartbeat_start(&call->held, 1, call->patience, &heartbeat, err));
    mpcf_status status = call_role(&r->o, call, told, theirs, out, err);
    heartbeat_stop(heartbeat);
    return status;
}

/* Who waits for this user no longer than connect_timeout may have ended while the dealer hung. */
static mpcf_status blame_dealer(mpcf_status status, int64_t took_ns, mpcf_error *err)
{
    if (status != MPCF_E_TIMEOUT || took_ns <= SLOW_NS) {
        return status;
    }
    return mpcf_fail_while(
        err, status, "the dealer took %.1f s to answer, and the provider may have ended meanwhile",
        (double) took_ns * 1e-9);
}

/* The dealer has its session as soon as the provider has called it, and waits for this user then. *AGAIN:
 * it went meanwhile. */
static mpcf_status call_provider(struct roles *r, const struct handshake *mine,
                                 struct roles_links *links, bool *again, mpcf_error *err)
{
    struct call provider = call_to(r, ROLE_PROVIDER, r->o.connect_ns);
    struct handshake theirs;

    provider.held = links->peers[ROLE_DEALER];
    mpcf_status status =
        call_beside(r, &provider, mine, &theirs, &links->peers[ROLE_PROVIDER], err);
    *again = provider.held_ended;
    if (status == MPCF_OK) {
        note_stored(links, mine, &theirs);
    } else if (!*again) {
        call_to_tell(&r->o, ROLE_DEALER, mine, err);
    }
    return status;
}

/* The dealer is there when the provider hears of the user, and the provider answers only when it has
 * spoken to the dealer. */
mpcf_status join_as_user(struct roles *r, struct handshake *mine, struct roles_links *links,
                         mpcf_error *err)
{
    mpcf_status status = MPCF_OK;
    bool again = true;

    MPCF_TRY(begin_session(mine, err));
    while (again) {
        const int64_t began = clock_now_ns();
        MPCF_TRY(call_dealer(r, mine, links, err));
        const int64_t took = clock_now_ns() - began;
        status = blame_dealer(call_provider(r, mine, links, &again, err), took, err);
        if (again) {
            log_line(LOG_WARN,
                     "user: the dealer hung up while the provider was busy; begins again");
            channel_close(links->peers[ROLE_DEALER]);
            links->peers[ROLE_DEALER] = NULL;
            mpcf_error_reset(err);
        }
    }
    return status;
}

/* --- those that are called --- */

static mpcf_status fail_alone(const struct roles *r, mpcf_error *err)
{
    const char *refused = r->admission.refused;

    return mpcf_fail(err, MPCF_E_TIMEOUT,
                     "nobody joined the %s at %s in time (stages.infer.connect_timeout)%s%s",
                     role_name(r->o.role), r->address,
                     refused[0] == '\0' ? "" : "; the last caller was turned away: ", refused);
}

/* The next that says a handshake. */
static mpcf_status next_caller(struct roles *r, int64_t deadline, struct caller *caller,
                               mpcf_error *err)
{
    bool came = false;

    while (!came) {
        MPCF_TRY(admission_turn(&r->admission, deadline, caller, &came, err));
        (void) rendezvous_sweep(&r->rendezvous);
        if (!came && clock_now_ns() >= deadline) {
            return fail_alone(r, err);
        }
    }
    return MPCF_OK;
}

/* From now on it is a role's link like those that were called. */
static struct channel *settle(const struct roles *r, struct channel *c)
{
    channel_set_timeout(c, r->o.timeout_ns, "stages.infer.timeout");
    return c;
}

static mpcf_status check_caller(const struct handshake *mine, const struct handshake *theirs,
                                mpcf_error *err)
{
    MPCF_TRY(handshake_compare(mine, theirs, err));
    if (!theirs->has_session) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "a %s called the %s without naming a session",
                         role_name(theirs->role), role_name(mine->role));
    }
    return handshake_heed(theirs, err);
}

static void take_over(struct handshake *mine, const struct handshake *theirs)
{
    mine->has_session = true;
    memcpy(mine->session, theirs->session, sizeof(mine->session));
}

/* The session on this side's disk is named only to who named it too. */
static struct handshake answer_to(const struct handshake *mine, const struct handshake *theirs)
{
    uint64_t next = 0;

    return handshake_same_stored(mine, theirs, &next) ? *mine : without_stored(mine);
}

/* Tells why, with this side's facts to who has proved itself. */
static void refuse(const struct handshake *mine, const struct caller *caller, const char *why)
{
    struct handshake answer;
    mpcf_error *names = mpcf_error_create();

    if (caller->is_proved) {
        answer = answer_to(mine, &caller->handshake);
        handshake_refuse(&answer, REFUSAL_ENDED, why);
    } else if (handshake_compare_names(mine, &caller->handshake, names) != MPCF_OK) {
        handshake_refuse_bare(&answer, mine->role, REFUSAL_DIFFERS, mpcf_error_text(names));
    } else {
        handshake_refuse_bare(&answer, mine->role, REFUSAL_ENDED, why);
    }
    (void) handshake_send(caller->channel, &answer, NULL);
    mpcf_error_destroy(names);
}

/* CALLER is not taken, for the reason in ERR, which is emptied: it hears that, and is left. */
static void turn_away(struct roles *r, const struct handshake *mine, struct caller *caller,
                      mpcf_error *err)
{
    if (caller->handshake.kind == REFUSAL_NONE) {
        refuse(mine, caller, mpcf_error_text(err));
    }
    admission_note(&r->admission, true, mpcf_error_text(err));
    mpcf_error_reset(err);
    channel_close(caller->channel);
    caller->channel = NULL;
}

/* --- the provider --- */

/* Whether what ended a call of this role is a caller's end: it disagrees, or cannot prove itself; not
 * that the other is not there, or does not take the session. */
static bool must_end(mpcf_status status)
{
    return status != MPCF_E_TIMEOUT && status != MPCF_E_CLOSED && status != MPCF_E_IO;
}

/* While the dealer is busy CALLER waits for this role's handshake, and hears that it lives. */
static mpcf_status call_dealer_for(struct roles *r, const struct handshake *mine,
                                   struct caller *caller, struct channel **out, mpcf_error *err)
{
    struct call dealer = call_to(r, ROLE_DEALER, smaller(r->o.connect_ns, PATIENCE_NS));
    struct handshake told = without_stored(mine), theirs;

    dealer.held = caller->channel;
    return call_beside(r, &dealer, &told, &theirs, out, err);
}

/* What the provider says to this user, and to no other. */
static void look_for_stored(const struct roles *r, const struct handshake *user,
                            struct handshake *mine)
{
    if (r->o.meet != NULL) {
        r->o.meet(r->o.meet_context, user, mine);
    }
}

/* Joins the session of CALLER, a user. */
static mpcf_status take_user(struct roles *r, struct handshake *mine, struct caller *caller,
                             struct roles_links *links, mpcf_error *err)
{
    struct handshake told;

    take_over(mine, &caller->handshake);
    look_for_stored(r, &caller->handshake, mine);
    MPCF_TRY(attendant_start(&r->attendant, err));
    MPCF_TRY(call_dealer_for(r, mine, caller, &links->peers[ROLE_DEALER], err));
    told = answer_to(mine, &caller->handshake);
    note_stored(links, mine, &caller->handshake);
    return handshake_send(caller->channel, &told, err);
}

/* Not this one: as before it called. */
static void forget_user(struct roles *r, struct handshake *mine, struct roles_links *links)
{
    attendant_stop(&r->attendant);
    channel_close(links->peers[ROLE_DEALER]);
    *links = (struct roles_links){.next_inference = 0};
    mine->has_session = false;
}

mpcf_status join_as_provider(struct roles *r, struct handshake *mine, struct roles_links *links,
                             mpcf_error *err)
{
    const int64_t deadline = clock_deadline(r->o.connect_ns);

    for (;;) {
        struct caller caller = {.channel = NULL};
        mpcf_status status = MPCF_OK;
        MPCF_TRY(next_caller(r, deadline, &caller, err));
        if (check_caller(mine, &caller.handshake, err) != MPCF_OK) {
            turn_away(r, mine, &caller, err);
            continue;
        }
        status = take_user(r, mine, &caller, links, err);
        if (status == MPCF_OK) {
            links->peers[ROLE_USER] = settle(r, caller.channel);
            return MPCF_OK;
        }
        forget_user(r, mine, links);
        if (must_end(status)) {
            refuse(mine, &caller, mpcf_error_text(err));
            channel_close(caller.channel);
            return status;
        }
        turn_away(r, mine, &caller, err);
    }
}

/* --- a dealer that comes back --- */

/* The user says nothing until the provider has answered it, so all that can come from it is its end. */
mpcf_status join_dealer_again(struct roles *r, const struct handshake *mine,
                              struct roles_links *links, mpcf_error *err)
{
    struct call dealer = call_to(r, ROLE_DEALER, r->o.connect_ns);
    struct handshake told = without_stored(mine), theirs;

    if (r->o.role == ROLE_PROVIDER) {
        dealer.held = links->peers[ROLE_USER];
    }
    return call_role(&r->o, &dealer, &told, &theirs, &links->peers[ROLE_DEALER], err);
}

/* --- the dealer --- */

static mpcf_status answer_caller(struct roles *r, const struct handshake *mine,
                                 const struct caller *caller, mpcf_error *err)
{
    const struct handshake *theirs = &caller->handshake;
    mpcf_status status = check_caller(mine, theirs, err);

    if (status == MPCF_OK && rendezvous_has(&r->rendezvous, theirs->role, theirs->session)) {
        status = mpcf_fail(err, MPCF_E_PROTOCOL, "two callers are the %s of one session",
                           role_name(theirs->role));
    } else if (theirs->kind != REFUSAL_NONE) {
        (void) rendezvous_leave(&r->rendezvous, theirs->session);
    }
    return status == MPCF_OK ? handshake_send(caller->channel, mine, err) : status;
}

/* CALLER, which is taken, waits for the other of its session, or meets it: *COMPLETE. */
static void bring_together(struct roles *r, struct handshake *mine, const struct caller *caller,
                           struct roles_links *links, bool *complete)
{
    struct waiter other,
        w = {.channel = settle(r, caller->channel), .role = caller->handshake.role};

    memcpy(w.session, caller->handshake.session, sizeof(w.session));
    *complete = rendezvous_pair(&r->rendezvous, &w, &other);
    if (*complete) {
        links->peers[other.role] = other.channel;
        links->peers[w.role] = w.channel;
        take_over(mine, &caller->handshake);
    } else if (rendezvous_wait(&r->rendezvous, &w)) {
        admission_note(&r->admission, true, "it waited longest for the other of its session");
    }
}

mpcf_status join_as_dealer(struct roles *r, struct handshake *mine, struct roles_links *links,
                           mpcf_error *err)
{
    const int64_t deadline = clock_deadline(r->o.connect_ns);
    bool complete = false;

    while (!complete) {
        struct caller caller = {.channel = NULL};
        MPCF_TRY(next_caller(r, deadline, &caller, err));
        if (answer_caller(r, mine, &caller, err) != MPCF_OK) {
            turn_away(r, mine, &caller, err);
            continue;
        }
        bring_together(r, mine, &caller, links, &complete);
    }
    return MPCF_OK;
}
