/* SPDX-License-Identifier: Apache-2.0 */
/* When a role that has nothing to send shows that it lives. */
#include "channel/pulse.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/framing.h"

#define CHANNELS 3
#define BEATS    4                 /* in the longest while that nothing is sent */
#define SHORTEST INT64_C(10000000) /* who sets a timeout of milliseconds has no busy peers */

struct pulse {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ends;
    bool has_to_end;
    int64_t beat_ns;
    struct channel *channels[CHANNELS];
};

/* False where it has to end. */
static bool wait_for_beat(struct pulse *p)
{
    int64_t at = clock_deadline(p->beat_ns);
    const struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
    int error = 0;
    (void) pthread_mutex_lock(&p->lock);
    while (!p->has_to_end && error == 0) {
        error = pthread_cond_timedwait(&p->ends, &p->lock, &until);
    }
    bool goes_on = !p->has_to_end;
    (void) pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void *beat(void *context)
{
    struct pulse *p = context;
    while (wait_for_beat(p)) {
        for (size_t i = 0; i < CHANNELS; i++) {
            if (p->channels[i] != NULL) {
                channel_beat(p->channels[i], p->beat_ns * (BEATS - 1));
            }
        }
    }
    return NULL;
}

/* The signals are for the thread that works. */
static int start_thread(struct pulse *p)
{
    sigset_t all, before;
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&p->thread, NULL, beat, p);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void clear(struct pulse *p)
{
    (void) pthread_cond_destroy(&p->ends);
    (void) pthread_mutex_destroy(&p->lock);
    mpcf_free(p);
}

mpcf_status pulse_start(struct channel *const *channels, size_t count, int64_t timeout_ns,
                        struct pulse **out, mpcf_error *err)
{
    struct pulse *p = mpcf_alloc_array(1, sizeof(*p));
    pthread_condattr_t attributes;
    if (p == NULL) {
        return mpcf_fail_memory(err, sizeof(*p), "a pulse");
    }
    for (size_t i = 0; i < count && i < CHANNELS; i++) {
        p->channels[i] = channels[i];
    }
    p->beat_ns = framing_silence(timeout_ns) / BEATS;
    p->beat_ns = p->beat_ns < SHORTEST ? SHORTEST : p->beat_ns;
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_mutex_init(&p->lock, NULL);
    (void) pthread_cond_init(&p->ends, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    if (start_thread(p) != 0) {
        clear(p);
        return mpcf_fail(err, MPCF_E_IO, "cannot start a thread for signs of life");
    }
    *out = p;
    return MPCF_OK;
}

void pulse_stop(struct pulse *p)
{
    if (p == NULL) {
        return;
    }
    (void) pthread_mutex_lock(&p->lock);
    p->has_to_end = true;
    (void) pthread_cond_signal(&p->ends);
    (void) pthread_mutex_unlock(&p->lock);
    (void) pthread_join(p->thread, NULL);
    clear(p);
}
