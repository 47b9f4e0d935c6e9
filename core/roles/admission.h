/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where callers are greeted, all at once: none waits for another, and none can hold a place.
 */
#ifndef MPCF_ROLES_ADMISSION_H
#define MPCF_ROLES_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "roles/greeting.h"

#define ADMISSION_CALLERS 16
#define ADMISSION_NS      INT64_C(10000000000) /* for a caller to say its handshake */

struct admission {
    const mpcf_transport *transport;
    void *listener;
    struct callee callee;
    struct greeting callers[ADMISSION_CALLERS]; /* by age, the oldest first */
    size_t count;
    int64_t moved;     /* when a caller came, or one said something that was waited for */
    char refused[384]; /* why a caller was turned away: the last that said a hello, or the last */
    bool knew_refused; /* that one had */
    int64_t log_began; /* lines about callers are few in each minute, however many call */
    unsigned logged, unlogged;
    int64_t busy_noted; /* when a line last said that a caller was told so */
};

/*
 * Takes in who calls, hears who was taken in, and waits a moment, at most until UNTIL, where nothing
 * is to be done. *CAME: one has said its handshake, *CALLER. Who does not speak as it should is
 * answered where that can be, logged and left; so is the oldest where more come than there are
 * places, of those that have come less far. MPCF_E_INTERRUPTED, MPCF_E_NOMEM.
 */
mpcf_status admission_turn(struct admission *a, int64_t until, struct caller *caller, bool *came,
                           mpcf_error *err);
/* Logs that a caller was turned away, KNOWN where it had said its hello, and keeps why. */
void admission_note(struct admission *a, bool known, const char *why);
/* Hangs up on all. */
void admission_clear(struct admission *a);

#endif
