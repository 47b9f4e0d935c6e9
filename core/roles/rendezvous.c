/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for whom: callers of one session are brought together; who has gone keeps no place.
 */
#include "roles/rendezvous.h"

#include <string.h>

static bool is_of(const struct waiter *w, const uint8_t session[HANDSHAKE_SESSION])
{
    return memcmp(w->session, session, HANDSHAKE_SESSION) == 0;
}

static void take_out(struct rendezvous *rendezvous, size_t i)
{
    struct waiter *waiting = rendezvous->waiting;

    rendezvous->count--;
    memmove(&waiting[i], &waiting[i + 1], (rendezvous->count - i) * sizeof(waiting[0]));
}

bool rendezvous_has(const struct rendezvous *rendezvous, enum role role,
                    const uint8_t session[HANDSHAKE_SESSION])
{
    for (size_t i = 0; i < rendezvous->count; i++) {
        if (is_of(&rendezvous->waiting[i], session) && rendezvous->waiting[i].role == role) {
            return true;
        }
    }
    return false;
}

bool rendezvous_pair(struct rendezvous *rendezvous, const struct waiter *w, struct waiter *other)
{
    for (size_t i = 0; i < rendezvous->count; i++) {
        if (is_of(&rendezvous->waiting[i], w->session) && rendezvous->waiting[i].role != w->role) {
            *other = rendezvous->waiting[i];
            take_out(rendezvous, i);
            return true;
        }
    }
    return false;
}

bool rendezvous_wait(struct rendezvous *rendezvous, const struct waiter *w)
{
    const bool is_full = rendezvous->count == RENDEZVOUS_CALLERS;

    if (is_full) {
        channel_close(rendezvous->waiting[0].channel);
        take_out(rendezvous, 0);
    }
    rendezvous->waiting[rendezvous->count++] = *w;
    return is_full;
}

bool rendezvous_leave(struct rendezvous *rendezvous, const uint8_t session[HANDSHAKE_SESSION])
{
    bool any = false;

    for (size_t i = rendezvous->count; i > 0; i--) {
        if (is_of(&rendezvous->waiting[i - 1], session)) {
            channel_close(rendezvous->waiting[i - 1].channel);
            take_out(rendezvous, i - 1);
            any = true;
        }
    }
    return any;
}

size_t rendezvous_sweep(struct rendezvous *rendezvous)
{
    size_t gone = 0;

    for (size_t i = rendezvous->count; i > 0; i--) {
        struct waiter *w = &rendezvous->waiting[i - 1];
        uint8_t early = 0;
        bool came = false;
        if (channel_poll(w->channel, &early, 1, &came, NULL) != MPCF_OK || came) {
            channel_close(w->channel);
            take_out(rendezvous, i - 1);
            gone++;
        }
    }
    return gone;
}

void rendezvous_close(struct rendezvous *rendezvous)
{
    for (size_t i = 0; i < rendezvous->count; i++) {
        channel_close(rendezvous->waiting[i].channel);
    }
    rendezvous->count = 0;
}
