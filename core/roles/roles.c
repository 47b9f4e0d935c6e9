/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which links a role may have, where it listens, and who serves its listener when.
 */
#include "roles/roles.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "channel/link_party.h"
#include "channel/role.h"
#include "roles/control.h"
#include "roles/join.h"
#include "roles/roles_inside.h"

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
    return o->keys != NULL || (o->transport->caps & MPCF_TRANSPORT_LOCAL) != 0 ||
           link_proves_roles(o->transport);
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
                     "[authenticated]`; '%s' is none: `transport: tls` does both",
                     o->transport->name, address);
}

static mpcf_status check_options(const struct roles_options *o, mpcf_error *err)
{
    if (!is_authenticated(o) && !o->plain_allowed) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "transport '%s' %s, and the %s has no keys: " ROLES_TWO_WAYS,
                         o->transport->name, link_lacks(o->transport), role_name(o->role));
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

    MPCF_TRY(link_listen(t, r->o.config, r->party, wish, &r->listener, err));
    r->admission = (struct admission){
        .transport = t, .listener = r->listener, .callee = {.role = r->o.role, .keys = r->o.keys}};
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
    r->attendant.admission = &r->admission;
    r->attendant.rendezvous = &r->rendezvous;
    mpcf_status status = link_party_create(o->role, o->keys, &r->party, err);
    r->o.party = r->party;
    if (status == MPCF_OK && o->role != ROLE_USER) {
        status = start_listening(r, err);
    }
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
    attendant_stop(&r->attendant);
    admission_clear(&r->admission);
    if (r->listener != NULL) {
        r->o.transport->unlisten(r->listener);
    }
    rendezvous_close(&r->rendezvous);
    link_party_destroy(r->party);
    mpcf_free(r);
}

const char *roles_address(const struct roles *r)
{
    return r->address;
}

/* --- joining --- */

static mpcf_status join(struct roles *r, struct handshake *mine, struct roles_links *links,
                        mpcf_error *err)
{
    switch (r->o.role) {
    case ROLE_USER:
        return join_as_user(r, mine, links, err);
    case ROLE_PROVIDER:
        MPCF_TRY(join_as_provider(r, mine, links, err));
        break;
    case ROLE_DEALER:
        MPCF_TRY(join_as_dealer(r, mine, links, err));
        break;
    }
    return attendant_start(&r->attendant, err);
}

/* With what proved each peer: by that a key that was stolen is known again, and taken back. */
static void log_joined(const struct handshake *mine, const struct roles_links *links)
{
    char peers[640] = "";
    size_t at = 0;

    for (unsigned r = 0; r < 3; r++) {
        const char *identity = links->peers[r] == NULL ? "" : channel_identity(links->peers[r]);
        if (*identity != '\0' && at < sizeof peers) {
            const int n = snprintf(peers + at, sizeof peers - at, "%s%s", at == 0 ? " with " : "; ",
                                   identity);
            at += n > 0 ? (size_t) n : 0;
        }
    }
    log_line(LOG_INFO, "%s: joined session %02x%02x%02x%02x%s", role_name(mine->role),
             mine->session[0], mine->session[1], mine->session[2], mine->session[3], peers);
}

mpcf_status roles_join(struct roles *r, struct handshake *mine, struct roles_links *links,
                       mpcf_error *err)
{
    assert(mine->role == r->o.role);
    struct roles_links made = {.next_inference = 0};
    attendant_stop(&r->attendant);
    mine->has_session = false;
    mpcf_status status = join(r, mine, &made, err);
    if (status == MPCF_OK) {
        memcpy(made.session, mine->session, sizeof(made.session));
        log_joined(mine, &made);
    }
    *links = made;
    return status;
}

mpcf_status roles_rejoin_dealer(struct roles *r, struct handshake *mine,
                                const uint8_t session[HANDSHAKE_SESSION], struct roles_links *links,
                                mpcf_error *err)
{
    assert(mine->role == r->o.role && mine->role != ROLE_DEALER);
    channel_close(links->peers[ROLE_DEALER]);
    links->peers[ROLE_DEALER] = NULL;
    memcpy(mine->session, session, sizeof(mine->session));
    memcpy(links->session, session, sizeof(links->session));
    MPCF_TRY(join_dealer_again(r, mine, links, err));
    log_joined(mine, links);
    return MPCF_OK;
}

void roles_links_close(struct roles_links *links)
{
    for (size_t i = 0; i < 3; i++) {
        channel_close(links->peers[i]);
        links->peers[i] = NULL;
    }
}
