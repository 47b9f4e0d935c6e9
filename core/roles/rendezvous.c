/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for whom: callers of one session are brought together, or turned away.
 */
#include "roles/rendezvous.h"

#include <string.h>

#include "channel/role.h"

/* Who waits for the rest of the session of HANDSHAKE; NULL: nobody. */
static struct caller *find(struct rendezvous *rendezvous, const struct handshake *handshake)
{
    for (size_t i = 0; i < rendezvous->count; i++) {
        struct caller *c = &rendezvous->waiting[i];
        if (memcmp(c->handshake.session, handshake->session, sizeof(handshake->session)) == 0) {
            return c;
        }
    }
    return NULL;
}

static void take_out(struct rendezvous *rendezvous, struct caller *c)
{
    *c = rendezvous->waiting[--rendezvous->count];
}

bool rendezvous_pair(struct rendezvous *rendezvous, const struct caller *caller,
                     struct caller *other)
{
    struct caller *c = find(rendezvous, &caller->handshake);
    if (c == NULL || c->handshake.role == caller->handshake.role) {
        return false;
    }
    *other = *c;
    take_out(rendezvous, c);
    return true;
}

mpcf_status rendezvous_wait(struct rendezvous *rendezvous, const struct caller *caller,
                            mpcf_error *err)
{
    if (find(rendezvous, &caller->handshake) != NULL) {
        channel_close(caller->channel);
        return mpcf_fail(err, MPCF_E_PROTOCOL, "two callers are the %s of one session",
                         role_name(caller->handshake.role));
    }
    if (rendezvous->count == RENDEZVOUS_CALLERS) {
        channel_close(rendezvous->waiting[0].channel);
        take_out(rendezvous, &rendezvous->waiting[0]);
    }
    rendezvous->waiting[rendezvous->count++] = *caller;
    return MPCF_OK;
}

bool rendezvous_leave(struct rendezvous *rendezvous, const struct handshake *caller)
{
    struct caller *c = find(rendezvous, caller);
    if (c == NULL) {
        return false;
    }
    channel_close(c->channel);
    take_out(rendezvous, c);
    return true;
}

void rendezvous_close(struct rendezvous *rendezvous)
{
    for (size_t i = 0; i < rendezvous->count; i++) {
        channel_close(rendezvous->waiting[i].channel);
    }
    rendezvous->count = 0;
}
