/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What callers hear beside a session.
 */
#include "roles/attendant.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/role.h"

#define TURN_NS INT64_C(50000000)

/* One that had its greeting before the role was busy, or comes to say that it ends. */
static void dismiss(struct attendant *a, struct caller *caller)
{
    mpcf_error *why = mpcf_error_create();
    struct handshake *theirs = &caller->handshake, refusal;

    if (handshake_heed(theirs, why) != MPCF_OK) {
        (void) rendezvous_leave(a->rendezvous, theirs->session);
        admission_note(a->admission, true, mpcf_error_text(why));
    } else {
        handshake_refuse_bare(&refusal, a->admission->callee.role, REFUSAL_BUSY, "another session");
        (void) handshake_send(caller->channel, &refusal, NULL);
    }
    channel_close(caller->channel);
    mpcf_error_destroy(why);
}

static void *attend(void *context)
{
    struct attendant *a = context;
    mpcf_error *err = mpcf_error_create();

    while (!atomic_load(&a->must_stop)) {
        struct caller caller;
        bool came = false;
        mpcf_status status =
            admission_turn(a->admission, clock_deadline(TURN_NS), &caller, &came, err);
        if (came) {
            dismiss(a, &caller);
        }
        (void) rendezvous_sweep(a->rendezvous);
        if (status != MPCF_OK) { /* interrupted, or no memory: the role itself sees to that */
            (void) nanosleep(&(struct timespec){.tv_nsec = TURN_NS}, NULL);
            mpcf_error_reset(err);
        }
    }
    mpcf_error_destroy(err);
    return NULL;
}

mpcf_status attendant_start(struct attendant *a, mpcf_error *err)
{
    sigset_t all, before;

    if (a->runs) {
        return MPCF_OK;
    }
    a->admission->callee.is_busy = true;
    atomic_store(&a->must_stop, false);
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&a->thread, NULL, attend, a);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        a->admission->callee.is_busy = false;
        return mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread that answers callers: %s",
                         strerror(error));
    }
    a->runs = true;
    return MPCF_OK;
}

void attendant_stop(struct attendant *a)
{
    if (a->runs) {
        atomic_store(&a->must_stop, true);
        (void) pthread_join(a->thread, NULL);
        a->runs = false;
        a->admission->callee.is_busy = false;
    }
}
