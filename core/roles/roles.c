/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls whom, in which order, and what each role does where two of them disagree.
 */
#include "roles/roles.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "roles/control.h"
#include "roles/rendezvous.h"

#define ADDRESS_SIZE 256
#define HANDSHAKE_NS INT64_C(10000000000) /* a caller that says nothing is not waited for longer */
#define TELL_NS      INT64_C(1000000000)  /* to tell one that is there why this one ends */

struct roles {
    struct roles_options o;
    void *listener;
    char address[ADDRESS_SIZE];
    char refused[256]; /* the last caller that was turned away, and why */
    struct rendezvous rendezvous;
};

bool roles_is_loopback(const char *address)
{
    char host[64];
    struct in_addr v4;
    struct in6_addr v6;
    const char *colon = strrchr(address, ':');
    size_t length = colon == NULL ? strlen(address) : (size_t) (colon - address);
    if (length == 0 || length >= sizeof(host)) {
        return false;
    }
    memcpy(host, address, length);
    host[length] = '\0';
    if (host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        return inet_pton(AF_INET6, host + 1, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return strcmp(host, "localhost") == 0 ||
           (inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127);
}

/* --- opening --- */

/* Whether peers prove who they are: by keys, or the transport sees to it. */
static bool is_authenticated(const struct roles_options *o)
{
    return o->keys != NULL ||
           (o->transport->caps & (MPCF_TRANSPORT_LOCAL | MPCF_TRANSPORT_AUTHENTICATED)) != 0;
}

static mpcf_status check_address(const struct roles_options *o, const char *address,
                                 mpcf_error *err)
{
    const uint32_t wanted = MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED;
    bool is_protected =
        (o->transport->caps & MPCF_TRANSPORT_LOCAL) != 0 || (o->transport->caps & wanted) == wanted;
    if (address == NULL || is_protected || o->plain_allowed || o->unencrypted_allowed ||
        roles_is_loopback(address)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "transport '%s' does not authenticate and encrypt, so it is taken on "
                     "loopback addresses, and elsewhere only with `require: []` or `require: "
                     "[authenticated]`; '%s' is none",
                     o->transport->name, address);
}

static mpcf_status check_options(const struct roles_options *o, mpcf_error *err)
{
    if (!is_authenticated(o) && !o->plain_allowed) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "transport '%s' does not prove who the peer is, and the %s has no keys",
                         o->transport->name, role_name(o->role));
    }
    MPCF_TRY(check_address(o, o->listen, err));
    for (size_t i = 0; i < 3; i++) {
        MPCF_TRY(check_address(o, o->addresses[i], err));
    }
    return MPCF_OK;
}

const char *roles_wish(const mpcf_transport *transport)
{
    return (transport->caps & MPCF_TRANSPORT_LOCAL) != 0 ? "auto" : "127.0.0.1:0";
}

static mpcf_status start_listening(struct roles *r, mpcf_error *err)
{
    const mpcf_transport *t = r->o.transport;
    const char *wish = r->o.listen != NULL ? r->o.listen : roles_wish(t);
    MPCF_TRY(t->listen(r->o.config, wish, &r->listener, err));
    MPCF_TRY(t->bound(r->listener, r->address, sizeof(r->address), err));
    log_line(LOG_INFO, "%s: listening on %s", role_name(r->o.role), r->address);
    return r->o.control == NULL ? MPCF_OK : control_tell_address(r->o.control, r->address, err);
}

mpcf_status roles_open(const struct roles_options *o, struct roles **out, mpcf_error *err)
{
    MPCF_TRY(check_options(o, err));
    struct roles *r = mpcf_alloc_array(1, sizeof(*r));
    if (r == NULL) {
        return mpcf_fail_memory(err, sizeof(*r), "a role");
    }
    r->o = *o;
    mpcf_status status = o->role == ROLE_USER ? MPCF_OK : start_listening(r, err);
    if (status != MPCF_OK) {
        roles_close(r);
        return status;
    }
    *out = r;
    return MPCF_OK;
}

void roles_close(struct roles *r)
{
    if (r == NULL) {
        return;
    }
    if (r->listener != NULL) {
        r->o.transport->unlisten(r->listener);
    }
    rendezvous_close(&r->rendezvous);
    mpcf_free(r);
}

const char *roles_address(const struct roles *r)
{
    return r->address;
}

/* --- calling and being called --- */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long the other's handshake is waited for. */
static int64_t handshake_patience(const struct roles *r)
{
    return smaller(r->o.timeout_ns, HANDSHAKE_NS);
}

/* The handshake over CONN, which it takes over: *OUT, and what the other said. MINE NULL: only
 * that; the answer comes later. */
static mpcf_status greet(struct roles *r, void *conn, int64_t patience,
                         const struct handshake *mine, struct channel **out,
                         struct handshake *theirs, mpcf_error *err)
{
    struct channel *c = NULL;
    MPCF_TRY(channel_create(r->o.transport, conn, patience, &c, err));
    mpcf_status status =
        mine == NULL ? handshake_hear(c, theirs, err) : handshake_exchange(c, mine, theirs, err);
    if (status != MPCF_OK) {
        channel_close(c);
        return status;
    }
    channel_set_timeout(c, r->o.timeout_ns);
    *out = c;
    return MPCF_OK;
}

static mpcf_status expect_role(const struct handshake *theirs, enum role role, const char *address,
                               mpcf_error *err)
{
    if (theirs->role == role) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL, "at '%s' is a %s, expected the %s", address,
                     role_name(theirs->role), role_name(role));
}

static mpcf_status find_address(struct roles *r, enum role role, int64_t deadline,
                                const char **address, mpcf_error *err)
{
    *address = r->o.addresses[role];
    if (*address == NULL && r->o.control != NULL) {
        MPCF_TRY(control_ask_address(r->o.control, role, deadline, address, err));
    }
    if (*address == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the address of the %s is not given", role_name(role));
    }
    return check_address(&r->o, *address, err);
}

static mpcf_status reach(struct roles *r, enum role role, int64_t deadline, void **conn,
                         const char **address, mpcf_error *err)
{
    MPCF_TRY(find_address(r, role, deadline, address, err));
    return r->o.transport->connect(r->o.config, *address, deadline, conn, err);
}

/* How a role is called. */
struct call {
    enum role role;
    int64_t connect_ns; /* to find it */
    int64_t patience;   /* until it has said its handshake */
};

/* On success, and where only the hellos differ, the link is in LINKS, and THEIRS what it said. */
static mpcf_status call(struct roles *r, const struct call *to, const struct handshake *mine,
                        struct handshake *theirs, struct roles_links *links, mpcf_error *err)
{
    const char *address = NULL;
    void *conn = NULL;
    MPCF_TRY(reach(r, to->role, clock_deadline(to->connect_ns), &conn, &address, err));
    MPCF_TRY(greet(r, conn, to->patience, mine, &links->peers[to->role], theirs, err));
    MPCF_TRY(handshake_compare(mine, theirs, err));
    MPCF_TRY(expect_role(theirs, to->role, address, err));
    return handshake_heed(theirs, err);
}

/* Calls ROLE, which has no part in it, to say why this one ends, if it comes within WAIT_NS. */
static void tell(struct roles *r, enum role role, const struct handshake *mine,
                 const mpcf_error *why, int64_t wait_ns)
{
    struct handshake refusal = *mine, theirs;
    struct channel *c = NULL;
    const char *address = NULL;
    void *conn = NULL;
    handshake_refuse(&refusal, mpcf_error_text(why));
    mpcf_status status = reach(r, role, clock_deadline(TELL_NS), &conn, &address, NULL);
    if (status == MPCF_E_TIMEOUT && wait_ns > TELL_NS) {
        log_line(LOG_WARN, "%s: %s; waits for the %s, to tell it", role_name(mine->role),
                 mpcf_error_text(why), role_name(role));
        status = reach(r, role, clock_deadline(wait_ns - TELL_NS), &conn, &address, NULL);
    }
    if (status == MPCF_OK && greet(r, conn, TELL_NS, &refusal, &c, &theirs, NULL) == MPCF_OK) {
        channel_close(c);
    }
}

static bool is_stray(mpcf_status status)
{
    return status == MPCF_E_FORMAT || status == MPCF_E_CLOSED || status == MPCF_E_TIMEOUT ||
           status == MPCF_E_AUTH || status == MPCF_E_PROTOCOL;
}

static mpcf_status check_caller(const struct handshake *mine, const struct handshake *theirs,
                                mpcf_error *err)
{
    MPCF_TRY(handshake_compare(mine, theirs, err));
    if (!theirs->has_session || (mine->role == ROLE_PROVIDER && theirs->role != ROLE_USER)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "a %s called the %s%s", role_name(theirs->role),
                         role_name(mine->role),
                         theirs->has_session ? "" : " without naming a session");
    }
    return handshake_heed(theirs, err);
}

/* What was wrong with a caller that is not waited for, for the log and for a later timeout. */
static void note_stray(struct roles *r, mpcf_error *why)
{
    (void) snprintf(r->refused, sizeof(r->refused), "%s", mpcf_error_text(why));
    log_line(LOG_WARN, "%s: turned a caller away: %s", role_name(r->o.role), r->refused);
    mpcf_error_reset(why);
}

static mpcf_status fail_accept(struct roles *r, mpcf_status status, mpcf_error *err)
{
    if (interrupt_pending()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it waited for callers",
                         role_name(r->o.role));
    }
    if (status != MPCF_E_TIMEOUT) {
        return status;
    }
    return mpcf_fail(
        err, status, "nobody joined the %s at %s in time%s%s", role_name(r->o.role), r->address,
        r->refused[0] == '\0' ? "" : "; the last caller was turned away: ", r->refused);
}

/* The next caller that says a handshake, which is answered with MINE, or later where that is
 * NULL. */
static mpcf_status admit(struct roles *r, const struct handshake *mine, int64_t deadline,
                         struct caller *caller, mpcf_error *err)
{
    mpcf_error *why = mpcf_error_create();
    mpcf_status status = MPCF_E_TIMEOUT;
    void *conn = NULL;
    for (;;) {
        status = r->o.transport->accept(r->listener, deadline, &conn, err);
        if (status == MPCF_E_AUTH) {
            log_line(LOG_WARN, "%s: turned a caller away: %s", role_name(r->o.role),
                     mpcf_error_text(err));
            mpcf_error_reset(err);
            continue;
        }
        if (status != MPCF_OK) {
            status = fail_accept(r, status, err);
            break;
        }
        status =
            greet(r, conn, handshake_patience(r), mine, &caller->channel, &caller->handshake, why);
        if (status == MPCF_OK) {
            break;
        }
        if (!is_stray(status)) {
            status = mpcf_fail(err, status, "%s", mpcf_error_text(why));
            break;
        }
        note_stray(r, why);
    }
    mpcf_error_destroy(why);
    return status;
}

/* --- joining --- */

static mpcf_status begin_session(struct handshake *mine, mpcf_error *err)
{
    if (getrandom(mine->session, sizeof(mine->session), 0) != sizeof(mine->session)) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    mine->has_session = true;
    return MPCF_OK;
}

/* The dealer is there when the provider hears of the user, and answers only when it has spoken to
 * the dealer: that may take two greetings more. */
static mpcf_status join_as_user(struct roles *r, struct handshake *mine, struct roles_links *links,
                                mpcf_error *err)
{
    const int64_t patience = handshake_patience(r);
    const struct call dealer = {ROLE_DEALER, r->o.connect_ns, patience};
    const struct call provider = {ROLE_PROVIDER, r->o.connect_ns, HANDSHAKE_NS + 2 * patience};
    struct handshake theirs = {.protocol = 0};
    MPCF_TRY(begin_session(mine, err));
    mpcf_status status = call(r, &dealer, mine, &theirs, links, err);
    if (status != MPCF_OK) {
        bool is_known = links->peers[ROLE_DEALER] != NULL; /* it came, and differs */
        tell(r, ROLE_PROVIDER, mine, err, is_known ? r->o.connect_ns : 0);
        return status;
    }
    status = call(r, &provider, mine, &theirs, links, err);
    if (status != MPCF_OK) {
        tell(r, ROLE_DEALER, mine, err, 0);
    }
    links->has_stored = handshake_same_stored(mine, &theirs, &links->next_inference);
    return status;
}

static void take_over(struct handshake *mine, const struct handshake *theirs)
{
    mine->has_session = true;
    memcpy(mine->session, theirs->session, sizeof(mine->session));
}

/* The dealer, for the session of the user's handshake. */
static mpcf_status join_session(struct roles *r, struct handshake *mine,
                                const struct handshake *user, struct roles_links *links,
                                mpcf_error *err)
{
    const struct call dealer = {ROLE_DEALER, smaller(r->o.connect_ns, HANDSHAKE_NS),
                                handshake_patience(r)};
    struct handshake theirs;
    MPCF_TRY(check_caller(mine, user, err));
    take_over(mine, user);
    links->has_stored = handshake_same_stored(mine, user, &links->next_inference);
    return call(r, &dealer, mine, &theirs, links, err);
}

static mpcf_status join_as_provider(struct roles *r, struct handshake *mine,
                                    struct roles_links *links, mpcf_error *err)
{
    struct caller caller = {.channel = NULL};
    MPCF_TRY(admit(r, NULL, clock_deadline(r->o.connect_ns), &caller, err));
    links->peers[ROLE_USER] = caller.channel;
    mpcf_status status = join_session(r, mine, &caller.handshake, links, err);
    if (status == MPCF_OK) {
        return handshake_answer(caller.channel, mine, err);
    }
    struct handshake refusal = *mine;
    handshake_refuse(&refusal, mpcf_error_text(err));
    (void) handshake_answer(caller.channel, &refusal, NULL);
    return status;
}

/* Takes CALLER over. A refusal counts for a session that waits here; another is no news. */
static mpcf_status receive_caller(struct roles *r, struct caller *caller, struct handshake *mine,
                                  struct roles_links *links, bool *complete, mpcf_error *err)
{
    struct caller other;
    mpcf_status status = check_caller(mine, &caller->handshake, err);
    if (status != MPCF_OK) {
        channel_close(caller->channel);
        if (status != MPCF_E_CLOSED || rendezvous_leave(&r->rendezvous, &caller->handshake)) {
            return status;
        }
        note_stray(r, err);
        return MPCF_OK;
    }
    *complete = rendezvous_pair(&r->rendezvous, caller, &other);
    if (!*complete) {
        return rendezvous_wait(&r->rendezvous, caller, err);
    }
    links->peers[other.handshake.role] = other.channel;
    links->peers[caller->handshake.role] = caller->channel;
    take_over(mine, &caller->handshake);
    return MPCF_OK;
}

static mpcf_status join_as_dealer(struct roles *r, struct handshake *mine,
                                  struct roles_links *links, mpcf_error *err)
{
    int64_t deadline = clock_deadline(r->o.connect_ns);
    bool complete = false;
    mine->has_session = false;
    while (!complete) {
        struct caller caller = {.channel = NULL};
        MPCF_TRY(admit(r, mine, deadline, &caller, err));
        MPCF_TRY(receive_caller(r, &caller, mine, links, &complete, err));
    }
    return MPCF_OK;
}

mpcf_status roles_join(struct roles *r, struct handshake *mine, struct roles_links *links,
                       mpcf_error *err)
{
    assert(mine->role == r->o.role);
    struct roles_links made = {.next_inference = 0};
    mpcf_status status = MPCF_OK;
    mine->has_session = false;
    switch (r->o.role) {
    case ROLE_USER:
        status = join_as_user(r, mine, &made, err);
        break;
    case ROLE_PROVIDER:
        status = join_as_provider(r, mine, &made, err);
        break;
    case ROLE_DEALER:
        status = join_as_dealer(r, mine, &made, err);
        break;
    }
    if (status != MPCF_OK) {
        roles_links_close(&made);
        return status;
    }
    memcpy(made.session, mine->session, sizeof(made.session));
    log_line(LOG_INFO, "%s: joined session %02x%02x%02x%02x", role_name(mine->role),
             made.session[0], made.session[1], made.session[2], made.session[3]);
    *links = made;
    return MPCF_OK;
}

void roles_links_close(struct roles_links *links)
{
    for (size_t i = 0; i < 3; i++) {
        channel_close(links->peers[i]);
        links->peers[i] = NULL;
    }
}
