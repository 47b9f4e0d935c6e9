/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose turn it is among those that call, and who has to go.
 */
#include "roles/lobby.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/role.h"

#define MILLISECOND INT64_C(1000000)
#define IDLE_NS     (200 * MILLISECOND) /* nobody is here: how long a turn waits for somebody */
#define BRISK_NS    MILLISECOND         /* somebody is at it */
#define SLOW_NS     (20 * MILLISECOND)  /* those that are here say nothing */
#define AT_IT_NS    (100 * MILLISECOND) /* how long after its last word a caller is at it */
#define LOG_LINES   20                  /* in LOG_NS */
#define LOG_NS      INT64_C(60000000000)

/* --- what is said of callers --- */

static void log_turned_away(struct lobby *l, const char *why)
{
    const int64_t now = clock_now_ns();
    if (l->log_began == 0 || now - l->log_began > LOG_NS) {
        if (l->unlogged != 0) {
            log_line(LOG_WARN, "%s: turned %u more callers away", role_name(l->house.role),
                     l->unlogged);
        }
        l->log_began = now;
        l->logged = l->unlogged = 0;
    }
    if (l->logged == LOG_LINES) {
        l->unlogged++;
        return;
    }
    l->logged++;
    log_line(LOG_WARN, "%s: turned a caller away: %s%s", role_name(l->house.role), why,
             l->logged == LOG_LINES ? " (no more of these for a minute)" : "");
}

void lobby_note(struct lobby *l, bool known, const char *why)
{
    if (known || !l->knew_refused) {
        (void) snprintf(l->refused, sizeof(l->refused), "%s", why);
        l->knew_refused = known;
    }
    log_turned_away(l, why);
}

/* Who is told so calls again and again. */
static void note_busy(struct lobby *l, const struct greeting *g)
{
    const int64_t now = clock_now_ns();
    if (l->busy_noted == 0 || now - l->busy_noted > LOG_NS) {
        l->busy_noted = now;
        log_line(LOG_INFO, "%s: told a %s that it has another session", role_name(l->house.role),
                 role_name(g->from));
    }
}

/* --- who is here --- */

/* The greeting at I is over. */
static void take_out(struct lobby *l, size_t i)
{
    l->count--;
    memmove(&l->callers[i], &l->callers[i + 1], (l->count - i) * sizeof(l->callers[0]));
}

static void send_away(struct lobby *l, size_t i, const char *why)
{
    struct greeting *g = &l->callers[i];
    if (g->is_told_busy) {
        note_busy(l, g);
    } else {
        lobby_note(l, g->stage != GREETING_HELLO, why);
    }
    greeting_end(g);
    take_out(l, i);
}

/* The oldest of those that have come least far. */
static size_t last_in_line(const struct lobby *l)
{
    size_t worst = 0;
    for (size_t i = 1; i < l->count; i++) {
        if (l->callers[i].stage < l->callers[worst].stage) {
            worst = i;
        }
    }
    return worst;
}

static mpcf_status let_in(struct lobby *l, void *conn, mpcf_error *err)
{
    if (l->count == LOBBY_CALLERS) {
        send_away(l, last_in_line(l), "it said nothing yet when others came");
    }
    MPCF_TRY(greeting_begin(&l->callers[l->count], l->transport, conn, err));
    l->count++;
    l->moved = clock_now_ns();
    return MPCF_OK;
}

void lobby_clear(struct lobby *l)
{
    for (size_t i = 0; i < l->count; i++) {
        greeting_end(&l->callers[i]);
    }
    l->count = 0;
}

/* --- a turn --- */

/* Whether a caller's failure is this side's. */
static bool is_own(mpcf_status status)
{
    return status == MPCF_E_NOMEM || status == MPCF_E_INTERNAL;
}

/* As far as the caller at I has come. *GONE: it is not there any more. */
static mpcf_status hear(struct lobby *l, size_t i, bool *gone, mpcf_error *err)
{
    struct greeting *g = &l->callers[i];
    enum greeting_stage before = GREETING_DONE;
    mpcf_status status = MPCF_OK;
    do {
        before = g->stage;
        status = greeting_step(g, &l->house, err);
        l->moved = g->stage != before ? clock_now_ns() : l->moved;
    } while (status == MPCF_OK && g->stage != before && g->stage != GREETING_DONE);
    if (status == MPCF_OK && g->stage != GREETING_DONE && clock_now_ns() - g->began > LOBBY_NS) {
        status = mpcf_fail(err, MPCF_E_TIMEOUT, "it did not say its handshake within %d s",
                           (int) (LOBBY_NS / 1000000000));
    }
    *gone = status != MPCF_OK;
    if (*gone && is_own(status)) {
        return status;
    }
    if (*gone) {
        send_away(l, i, mpcf_error_text(err));
        mpcf_error_reset(err);
    }
    return MPCF_OK;
}

/* Hears all; stops where one has said its handshake. */
static mpcf_status hear_all(struct lobby *l, struct caller *caller, bool *came, mpcf_error *err)
{
    size_t i = 0;
    while (i < l->count && !*came) {
        bool gone = false;
        MPCF_TRY(hear(l, i, &gone, err));
        if (gone) {
            continue;
        }
        if (l->callers[i].stage != GREETING_DONE) {
            i++;
            continue;
        }
        mpcf_status status = greeting_take(&l->callers[i], caller, err);
        take_out(l, i);
        *came = status == MPCF_OK;
        if (!*came) {
            lobby_note(l, true, mpcf_error_text(err));
            mpcf_error_reset(err);
        }
    }
    return MPCF_OK;
}

static int64_t turn_end(const struct lobby *l, int64_t until)
{
    const int64_t now = clock_now_ns();
    int64_t wait = IDLE_NS;
    if (l->count != 0) {
        wait = now - l->moved < AT_IT_NS ? BRISK_NS : SLOW_NS;
    }
    return until < now + wait ? until : now + wait;
}

/* What kept a caller out, or the listener from taking one, is no reason to end. */
static mpcf_status note_door(struct lobby *l, mpcf_status status, mpcf_error *err)
{
    if (is_own(status) || status == MPCF_E_INTERRUPTED) {
        return status;
    }
    lobby_note(l, false, mpcf_error_text(err));
    mpcf_error_reset(err);
    if (status == MPCF_E_IO) { /* it may last: of descriptors there may be none, say */
        (void) nanosleep(&(struct timespec){.tv_nsec = SLOW_NS}, NULL);
    }
    return MPCF_OK;
}

/* Who waits to be let in, until DEADLINE. *ANY: somebody did, or tried. */
static mpcf_status answer_door(struct lobby *l, int64_t deadline, bool *any, mpcf_error *err)
{
    void *conn = NULL;
    mpcf_status status = l->transport->accept(l->listener, deadline, &conn, err);
    *any = status != MPCF_E_TIMEOUT;
    if (status == MPCF_OK) {
        status = let_in(l, conn, err);
    } else if (status == MPCF_E_TIMEOUT) {
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status == MPCF_OK ? MPCF_OK : note_door(l, status, err);
}

static mpcf_status fail_stopped(const struct lobby *l, mpcf_error *err)
{
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it waited for callers",
                     role_name(l->house.role));
}

mpcf_status lobby_turn(struct lobby *l, int64_t until, struct caller *caller, bool *came,
                       mpcf_error *err)
{
    bool any = true;
    *came = false;
    if (interrupt_pending()) {
        return fail_stopped(l, err);
    }
    MPCF_TRY(hear_all(l, caller, came, err));
    int64_t deadline = *came ? 0 : turn_end(l, until);
    for (size_t i = 0; i < LOBBY_CALLERS && any; i++) {
        mpcf_status status = answer_door(l, deadline, &any, err);
        if (status != MPCF_OK) {
            return status == MPCF_E_INTERRUPTED ? fail_stopped(l, err) : status;
        }
        deadline = 0; /* those that have called already */
    }
    return MPCF_OK;
}
