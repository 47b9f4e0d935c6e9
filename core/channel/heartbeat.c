/* SPDX-License-Identifier: Apache-2.0 */
/* When a role that has nothing to send shows that it lives. */
#include "channel/heartbeat.h"

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

struct heartbeat {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ends;
    bool has_to_end;
    int64_t beat_ns;
    struct channel *channels[CHANNELS];
};

/* False where it has to end. */
static bool wait_for_beat(struct heartbeat *h)
{
    int64_t at = clock_deadline(h->beat_ns);
    const struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
    int error = 0;

    (void) pthread_mutex_lock(&h->lock);
    while (!h->has_to_end && error == 0) {
        error = pthread_cond_timedwait(&h->ends, &h->lock, &until);
    }
    bool goes_on = !h->has_to_end;
    (void) pthread_mutex_unlock(&h->lock);
    return goes_on;
}

static void *beat(void *context)
{
    struct heartbeat *h = context;

    while (wait_for_beat(h)) {
        for (size_t i = 0; i < CHANNELS; i++) {
            if (h->channels[i] != NULL) {
                channel_beat(h->channels[i], h->beat_ns * (BEATS - 1));
            }
        }
    }
    return NULL;
}

/* The signals are for the thread that works. */
static int start_thread(struct heartbeat *h)
{
    sigset_t all, before;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&h->thread, NULL, beat, h);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void clear(struct heartbeat *h)
{
    (void) pthread_cond_destroy(&h->ends);
    (void) pthread_mutex_destroy(&h->lock);
    mpcf_free(h);
}

mpcf_status heartbeat_start(struct channel *const *channels, size_t count, int64_t timeout_ns,
                            struct heartbeat **out, mpcf_error *err)
{
    struct heartbeat *h = mpcf_alloc_array(1, sizeof(*h));
    pthread_condattr_t attributes;

    if (h == NULL) {
        return mpcf_fail_memory(err, sizeof(*h), "a heartbeat");
    }
    for (size_t i = 0; i < count && i < CHANNELS; i++) {
        h->channels[i] = channels[i];
    }
    h->beat_ns = framing_silence(timeout_ns) / BEATS;
    h->beat_ns = h->beat_ns < SHORTEST ? SHORTEST : h->beat_ns;
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_mutex_init(&h->lock, NULL);
    (void) pthread_cond_init(&h->ends, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    if (start_thread(h) != 0) {
        clear(h);
        return mpcf_fail(err, MPCF_E_IO, "cannot start a thread for signs of life");
    }
    *out = h;
    return MPCF_OK;
}

void heartbeat_stop(struct heartbeat *h)
{
    if (h == NULL) {
        return;
    }
    (void) pthread_mutex_lock(&h->lock);
    h->has_to_end = true;
    (void) pthread_cond_signal(&h->ends);
    (void) pthread_mutex_unlock(&h->lock);
    (void) pthread_join(h->thread, NULL);
    clear(h);
}
