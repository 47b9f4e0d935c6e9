/* SPDX-License-Identifier: Apache-2.0 */
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

#define ADDRESS_SIZE 256
#define HELLO_NS     INT64_C(10000000000) /* a caller that says nothing is not waited for longer */
#define WAITING      8                    /* callers of sessions that are not yet complete */

/* A caller that has said its hello. */
struct caller {
    struct channel *channel;
    struct hello hello;
};

/* A dealer's callers that wait for the other of their session. */
struct lobby {
    struct caller waiting[WAITING];
    size_t count;
};

struct roles {
    struct roles_options o;
    void *listener;
    char address[ADDRESS_SIZE];
    char refused[256]; /* the last caller that was turned away, and why */
    struct lobby lobby;
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

static mpcf_status check_address(const struct roles_options *o, const char *address,
                                 mpcf_error *err)
{
    const uint32_t wanted = MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED;
    bool is_protected =
        (o->transport->caps & MPCF_TRANSPORT_LOCAL) != 0 || (o->transport->caps & wanted) == wanted;
    if (address == NULL || is_protected || o->plain_allowed || roles_is_loopback(address)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "transport '%s' does not authenticate and encrypt, so it is taken on "
                     "loopback addresses, and elsewhere only with `require: []`; '%s' is none",
                     o->transport->name, address);
}

static mpcf_status check_options(const struct roles_options *o, mpcf_error *err)
{
    MPCF_TRY(check_address(o, o->listen, err));
    for (size_t i = 0; i < 3; i++) {
        MPCF_TRY(check_address(o, o->addresses[i], err));
    }
    return MPCF_OK;
}

static const char *listen_wish(const struct roles_options *o)
{
    if (o->listen != NULL) {
        return o->listen;
    }
    return (o->transport->caps & MPCF_TRANSPORT_LOCAL) != 0 ? "auto" : "127.0.0.1:0";
}

static mpcf_status start_listening(struct roles *r, mpcf_error *err)
{
    const mpcf_transport *t = r->o.transport;
    MPCF_TRY(t->listen(r->o.config, listen_wish(&r->o), &r->listener, err));
    MPCF_TRY(t->bound(r->listener, r->address, sizeof(r->address), err));
    log_line(LOG_INFO, "%s: listening on %s", hello_role_name(r->o.role), r->address);
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
    for (size_t i = 0; i < r->lobby.count; i++) {
        channel_close(r->lobby.waiting[i].channel);
    }
    mpcf_free(r);
}

const char *roles_address(const struct roles *r)
{
    return r->address;
}

/* --- calling and being called --- */

/* The hello over CONN, which it takes over: *OUT, and what the other said. */
static mpcf_status greet(struct roles *r, void *conn, const struct hello *mine,
                         struct channel **out, struct hello *theirs, mpcf_error *err)
{
    struct channel *c = NULL;
    int64_t patience = r->o.timeout_ns < HELLO_NS ? r->o.timeout_ns : HELLO_NS;
    MPCF_TRY(channel_create(r->o.transport, conn, patience, &c, err));
    mpcf_status status = hello_exchange(c, mine, theirs, err);
    if (status != MPCF_OK) {
        channel_close(c);
        return status;
    }
    channel_set_timeout(c, r->o.timeout_ns);
    *out = c;
    return MPCF_OK;
}

static mpcf_status expect_role(const struct hello *theirs, unsigned role, const char *address,
                               mpcf_error *err)
{
    if (theirs->role == role) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL, "at '%s' is a %s, expected the %s", address,
                     hello_role_name(theirs->role), hello_role_name(role));
}

static mpcf_status find_address(struct roles *r, unsigned role, const char **address,
                                mpcf_error *err)
{
    *address = r->o.addresses[role];
    if (*address == NULL && r->o.control != NULL) {
        MPCF_TRY(
            control_ask_address(r->o.control, role, clock_deadline(r->o.connect_ns), address, err));
    }
    if (*address == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "the address of the %s is not given",
                         hello_role_name(role));
    }
    return check_address(&r->o, *address, err);
}

/* Calls ROLE; on success the link is in LINKS. */
static mpcf_status call(struct roles *r, unsigned role, const struct hello *mine,
                        struct roles_links *links, mpcf_error *err)
{
    const char *address = NULL;
    void *conn = NULL;
    struct hello theirs;
    MPCF_TRY(find_address(r, role, &address, err));
    MPCF_TRY(
        r->o.transport->connect(r->o.config, address, clock_deadline(r->o.connect_ns), &conn, err));
    MPCF_TRY(greet(r, conn, mine, &links->peers[role], &theirs, err));
    MPCF_TRY(hello_compare(mine, &theirs, err));
    MPCF_TRY(expect_role(&theirs, role, address, err));
    if (mine->role == ROLE_USER && role == ROLE_PROVIDER) {
        links->has_stored = hello_same_stored(mine, &theirs, &links->next_inference);
    }
    return MPCF_OK;
}

static bool is_stray(mpcf_status status)
{
    return status == MPCF_E_FORMAT || status == MPCF_E_CLOSED || status == MPCF_E_TIMEOUT ||
           status == MPCF_E_AUTH || status == MPCF_E_PROTOCOL;
}

static mpcf_status check_caller(const struct hello *mine, const struct hello *theirs,
                                mpcf_error *err)
{
    MPCF_TRY(hello_compare(mine, theirs, err));
    if (!theirs->has_session || (mine->role == ROLE_PROVIDER && theirs->role != ROLE_USER)) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "a %s called the %s%s",
                         hello_role_name(theirs->role), hello_role_name(mine->role),
                         theirs->has_session ? "" : " without naming a session");
    }
    return MPCF_OK;
}

/* What was wrong with a caller that is not waited for, for the log and for a later timeout. */
static void note_stray(struct roles *r, mpcf_error *why)
{
    (void) snprintf(r->refused, sizeof(r->refused), "%s", mpcf_error_text(why));
    log_line(LOG_WARN, "%s: turned a caller away: %s", hello_role_name(r->o.role), r->refused);
    mpcf_error_reset(why);
}

static mpcf_status fail_accept(struct roles *r, mpcf_status status, mpcf_error *err)
{
    if (interrupt_pending()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it waited for callers",
                         hello_role_name(r->o.role));
    }
    if (status != MPCF_E_TIMEOUT) {
        return status;
    }
    return mpcf_fail(
        err, status, "nobody joined the %s at %s in time%s%s", hello_role_name(r->o.role),
        r->address, r->refused[0] == '\0' ? "" : "; the last caller was turned away: ", r->refused);
}

/* The next caller whose hello agrees with MINE. */
static mpcf_status admit(struct roles *r, const struct hello *mine, int64_t deadline,
                         struct caller *caller, mpcf_error *err)
{
    mpcf_error *why = mpcf_error_create();
    mpcf_status status = MPCF_E_TIMEOUT;
    void *conn = NULL;
    for (;;) {
        status = r->o.transport->accept(r->listener, deadline, &conn, err);
        if (status == MPCF_E_AUTH) {
            log_line(LOG_WARN, "%s: turned a caller away: %s", hello_role_name(r->o.role),
                     mpcf_error_text(err));
            continue;
        }
        if (status != MPCF_OK) {
            status = fail_accept(r, status, err);
            break;
        }
        status = greet(r, conn, mine, &caller->channel, &caller->hello, why);
        if (status == MPCF_OK) {
            status = check_caller(mine, &caller->hello, err);
            break;
        }
        if (!is_stray(status)) {
            status = mpcf_fail(err, status, "%s", mpcf_error_text(why));
            break;
        }
        note_stray(r, why);
    }
    if (status != MPCF_OK) {
        channel_close(caller->channel);
        caller->channel = NULL;
    }
    mpcf_error_destroy(why);
    return status;
}

/* --- joining --- */

static mpcf_status join_as_user(struct roles *r, struct hello *mine, struct roles_links *links,
                                mpcf_error *err)
{
    if (getrandom(mine->session, sizeof(mine->session), 0) != sizeof(mine->session)) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    mine->has_session = true;
    MPCF_TRY(call(r, ROLE_PROVIDER, mine, links, err));
    return call(r, ROLE_DEALER, mine, links, err);
}

static void take_over(struct hello *mine, const struct hello *theirs)
{
    mine->has_session = true;
    memcpy(mine->session, theirs->session, sizeof(mine->session));
}

static mpcf_status join_as_provider(struct roles *r, struct hello *mine, struct roles_links *links,
                                    mpcf_error *err)
{
    struct caller caller = {.channel = NULL};
    MPCF_TRY(admit(r, mine, clock_deadline(r->o.connect_ns), &caller, err));
    links->peers[ROLE_USER] = caller.channel;
    take_over(mine, &caller.hello);
    links->has_stored = hello_same_stored(mine, &caller.hello, &links->next_inference);
    return call(r, ROLE_DEALER, mine, links, err);
}

static bool same_session(const struct hello *a, const struct hello *b)
{
    return memcmp(a->session, b->session, sizeof(a->session)) == 0;
}

/* True where CALLER's other half waits already, and takes both into LINKS. */
static bool pair_up(struct lobby *lobby, const struct caller *caller, struct hello *mine,
                    struct roles_links *links)
{
    for (size_t i = 0; i < lobby->count; i++) {
        struct caller *other = &lobby->waiting[i];
        if (same_session(&other->hello, &caller->hello) &&
            other->hello.role != caller->hello.role) {
            links->peers[other->hello.role] = other->channel;
            links->peers[caller->hello.role] = caller->channel;
            take_over(mine, &caller->hello);
            *other = lobby->waiting[--lobby->count];
            return true;
        }
    }
    return false;
}

static mpcf_status wait_in_lobby(struct lobby *lobby, struct caller *caller, mpcf_error *err)
{
    for (size_t i = 0; i < lobby->count; i++) {
        if (same_session(&lobby->waiting[i].hello, &caller->hello)) {
            channel_close(caller->channel);
            return mpcf_fail(err, MPCF_E_PROTOCOL, "two callers are the %s of one session",
                             hello_role_name(caller->hello.role));
        }
    }
    if (lobby->count == WAITING) {
        channel_close(lobby->waiting[0].channel); /* the oldest gives way */
        lobby->waiting[0] = lobby->waiting[--lobby->count];
    }
    lobby->waiting[lobby->count++] = *caller;
    return MPCF_OK;
}

static mpcf_status join_as_dealer(struct roles *r, struct hello *mine, struct roles_links *links,
                                  mpcf_error *err)
{
    int64_t deadline = clock_deadline(r->o.connect_ns);
    mpcf_status status = MPCF_OK;
    bool complete = false;
    mine->has_session = false;
    while (status == MPCF_OK && !complete) {
        struct caller caller = {.channel = NULL};
        status = admit(r, mine, deadline, &caller, err);
        if (status == MPCF_OK) {
            complete = pair_up(&r->lobby, &caller, mine, links);
        }
        if (status == MPCF_OK && !complete) {
            status = wait_in_lobby(&r->lobby, &caller, err);
        }
    }
    return status;
}

mpcf_status roles_join(struct roles *r, struct hello *mine, struct roles_links *links,
                       mpcf_error *err)
{
    assert(mine->role == (unsigned) r->o.role);
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
    log_line(LOG_INFO, "%s: joined session %02x%02x%02x%02x", hello_role_name(mine->role),
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
