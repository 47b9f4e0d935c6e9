/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose turn it is among those that call, and who has to go.
 */
#include "roles/admission.h"

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

static void log_turned_away(struct admission *a, const char *why)
{
    const int64_t now = clock_now_ns();

    if (a->log_began == 0 || now - a->log_began > LOG_NS) {
        if (a->unlogged != 0) {
            log_line(LOG_WARN, "%s: turned %u more callers away", role_name(a->callee.role),
                     a->unlogged);
        }
        a->log_began = now;
        a->logged = a->unlogged = 0;
    }
    if (a->logged == LOG_LINES) {
        a->unlogged++;
        return;
    }
    a->logged++;
    log_line(LOG_WARN, "%s: turned a caller away: %s%s", role_name(a->callee.role), why,
             a->logged == LOG_LINES ? " (no more of these for a minute)" : "");
}

void admission_note(struct admission *a, bool known, const char *why)
{
    if (known || !a->knew_refused) {
        (void) snprintf(a->refused, sizeof(a->refused), "%s", why);
        a->knew_refused = known;
    }
    log_turned_away(a, why);
}

/* Who is told so calls again and again. */
static void note_busy(struct admission *a, const struct greeting *g)
{
    const int64_t now = clock_now_ns();

    if (a->busy_noted == 0 || now - a->busy_noted > LOG_NS) {
        a->busy_noted = now;
        log_line(LOG_INFO, "%s: told a %s that it has another session", role_name(a->callee.role),
                 role_name(g->from));
    }
}

/* --- who is here --- */

/* The greeting at I is over. */
static void take_out(struct admission *a, size_t i)
{
    a->count--;
    memmove(&a->callers[i], &a->callers[i + 1], (a->count - i) * sizeof(a->callers[0]));
}

static void send_away(struct admission *a, size_t i, const char *why)
{
    struct greeting *g = &a->callers[i];

    if (g->is_told_busy) {
        note_busy(a, g);
    } else {
        admission_note(a, g->stage != GREETING_HELLO, why);
    }
    greeting_end(g);
    take_out(a, i);
}

/* The oldest of those that have come least far. */
static size_t last_in_line(const struct admission *a)
{
    size_t worst = 0;

    for (size_t i = 1; i < a->count; i++) {
        if (a->callers[i].stage < a->callers[worst].stage) {
            worst = i;
        }
    }
    return worst;
}

static mpcf_status let_in(struct admission *a, void *conn, mpcf_error *err)
{
    if (a->count == ADMISSION_CALLERS) {
        send_away(a, last_in_line(a), "it said nothing yet when others came");
    }
    MPCF_TRY(greeting_begin(&a->callers[a->count], a->transport, conn, err));
    a->count++;
    a->moved = clock_now_ns();
    return MPCF_OK;
}

void admission_clear(struct admission *a)
{
    for (size_t i = 0; i < a->count; i++) {
        greeting_end(&a->callers[i]);
    }
    a->count = 0;
}

/* --- a turn --- */

/* Whether a caller's failure is this side's. */
static bool is_own(mpcf_status status)
{
    return status == MPCF_E_NOMEM || status == MPCF_E_INTERNAL;
}

/* As far as the caller at I has come. *GONE: it is not there any more. */
static mpcf_status hear(struct admission *a, size_t i, bool *gone, mpcf_error *err)
{
    struct greeting *g = &a->callers[i];
    enum greeting_stage before = GREETING_DONE;
    mpcf_status status = MPCF_OK;

    do {
        before = g->stage;
        status = greeting_step(g, &a->callee, err);
        a->moved = g->stage != before ? clock_now_ns() : a->moved;
    } while (status == MPCF_OK && g->stage != before && g->stage != GREETING_DONE);
    if (status == MPCF_OK && g->stage != GREETING_DONE &&
        clock_now_ns() - g->began > ADMISSION_NS) {
        status = mpcf_fail(err, MPCF_E_TIMEOUT, "it did not say its handshake within %d s",
                           (int) (ADMISSION_NS / 1000000000));
    }
    *gone = status != MPCF_OK;
    if (*gone && is_own(status)) {
        return status;
    }
    if (*gone) {
        send_away(a, i, mpcf_error_text(err));
        mpcf_error_reset(err);
    }
    return MPCF_OK;
}

/* Hears all; stops where one has said its handshake. */
static mpcf_status hear_all(struct admission *a, struct caller *caller, bool *came, mpcf_error *err)
{
    size_t i = 0;

    while (i < a->count && !*came) {
        bool gone = false;
        MPCF_TRY(hear(a, i, &gone, err));
        if (gone) {
            continue;
        }
        if (a->callers[i].stage != GREETING_DONE) {
            i++;
            continue;
        }
        mpcf_status status = greeting_take(&a->callers[i], caller, err);
        take_out(a, i);
        *came = status == MPCF_OK;
        if (!*came) {
            admission_note(a, true, mpcf_error_text(err));
            mpcf_error_reset(err);
        }
    }
    return MPCF_OK;
}

static int64_t turn_end(const struct admission *a, int64_t until)
{
    const int64_t now = clock_now_ns();
    int64_t wait = IDLE_NS;

    if (a->count != 0) {
        wait = now - a->moved < AT_IT_NS ? BRISK_NS : SLOW_NS;
    }
    return until < now + wait ? until : now + wait;
}

/* What kept a caller out, or the listener from taking one, is no reason to end. */
static mpcf_status note_door(struct admission *a, mpcf_status status, mpcf_error *err)
{
    if (is_own(status) || status == MPCF_E_INTERRUPTED) {
        return status;
    }
    admission_note(a, false, mpcf_error_text(err));
    mpcf_error_reset(err);
    if (status == MPCF_E_IO) { /* it may last: of descriptors there may be none, say */
        (void) nanosleep(&(struct timespec){.tv_nsec = SLOW_NS}, NULL);
    }
    return MPCF_OK;
}

/* Who waits to be let in, until DEADLINE. *ANY: somebody did, or tried. */
static mpcf_status answer_door(struct admission *a, int64_t deadline, bool *any, mpcf_error *err)
{
    void *conn = NULL;
    mpcf_status status = a->transport->accept(a->listener, deadline, &conn, err);

    *any = status != MPCF_E_TIMEOUT;
    if (status == MPCF_OK) {
        status = let_in(a, conn, err);
    } else if (status == MPCF_E_TIMEOUT) {
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status == MPCF_OK ? MPCF_OK : note_door(a, status, err);
}

static mpcf_status fail_stopped(const struct admission *a, mpcf_error *err)
{
    mpcf_error_reset(err);
    return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped while it waited for callers",
                     role_name(a->callee.role));
}

mpcf_status admission_turn(struct admission *a, int64_t until, struct caller *caller, bool *came,
                           mpcf_error *err)
{
    bool any = true;

    *came = false;
    if (interrupt_pending()) {
        return fail_stopped(a, err);
    }
    MPCF_TRY(hear_all(a, caller, came, err));
    int64_t deadline = *came ? 0 : turn_end(a, until);
    for (size_t i = 0; i < ADMISSION_CALLERS && any; i++) {
        mpcf_status status = answer_door(a, deadline, &any, err);
        if (status != MPCF_OK) {
            return status == MPCF_E_INTERRUPTED ? fail_stopped(a, err) : status;
        }
        deadline = 0; /* those that have called already */
    }
    return MPCF_OK;
}
