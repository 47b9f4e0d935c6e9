/* SPDX-License-Identifier: Apache-2.0 */
#include "roles/lobby.h"

#include <string.h>

/* Who waits for the rest of the session of HELLO; NULL: nobody. */
static struct caller *find(struct lobby *lobby, const struct hello *hello)
{
    for (size_t i = 0; i < lobby->count; i++) {
        struct caller *c = &lobby->waiting[i];
        if (memcmp(c->hello.session, hello->session, sizeof(hello->session)) == 0) {
            return c;
        }
    }
    return NULL;
}

static void take_out(struct lobby *lobby, struct caller *c)
{
    *c = lobby->waiting[--lobby->count];
}

bool lobby_pair(struct lobby *lobby, const struct caller *caller, struct caller *other)
{
    struct caller *c = find(lobby, &caller->hello);
    if (c == NULL || c->hello.role == caller->hello.role) {
        return false;
    }
    *other = *c;
    take_out(lobby, c);
    return true;
}

mpcf_status lobby_wait(struct lobby *lobby, const struct caller *caller, mpcf_error *err)
{
    if (find(lobby, &caller->hello) != NULL) {
        channel_close(caller->channel);
        return mpcf_fail(err, MPCF_E_PROTOCOL, "two callers are the %s of one session",
                         hello_role_name(caller->hello.role));
    }
    if (lobby->count == LOBBY_CALLERS) {
        channel_close(lobby->waiting[0].channel);
        take_out(lobby, &lobby->waiting[0]);
    }
    lobby->waiting[lobby->count++] = *caller;
    return MPCF_OK;
}

bool lobby_leave(struct lobby *lobby, const struct hello *caller)
{
    struct caller *c = find(lobby, caller);
    if (c == NULL) {
        return false;
    }
    channel_close(c->channel);
    take_out(lobby, c);
    return true;
}

void lobby_close(struct lobby *lobby)
{
    for (size_t i = 0; i < lobby->count; i++) {
        channel_close(lobby->waiting[i].channel);
    }
    lobby->count = 0;
}
