/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for the resolver, and who clears away when nobody does any more. */
#include "lookup.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stream.h"

#define SLICE_NS INT64_C(200000000) /* how long a signal may go unseen */

/* Shared by who asks and the thread; the one that leaves last frees it. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool is_over, is_left; /* the thread's part; the asker's */
    struct addrinfo hints;
    char host[256], port[8];
    int code;
    struct addrinfo *found;
};

static void clear(struct lookup *l)
{
    if (l->found != NULL) {
        freeaddrinfo(l->found);
    }
    (void) pthread_cond_destroy(&l->answered);
    (void) pthread_mutex_destroy(&l->lock);
    free(l);
}

static void *ask(void *context)
{
    struct lookup *l = context;
    struct addrinfo *found = NULL;
    int code = getaddrinfo(l->host, l->port, &l->hints, &found);

    (void) pthread_mutex_lock(&l->lock);
    l->code = code;
    l->found = code == 0 ? found : NULL;
    l->is_over = true;
    bool is_last = l->is_left;
    (void) pthread_cond_signal(&l->answered);
    (void) pthread_mutex_unlock(&l->lock);
    if (is_last) {
        clear(l);
    }
    return NULL;
}

static struct lookup *create(const char *host, const char *port, const struct addrinfo *hints)
{
    struct lookup *l = calloc(1, sizeof(*l));
    pthread_condattr_t attributes;

    if (l == NULL) {
        return NULL;
    }
    (void) snprintf(l->host, sizeof(l->host), "%s", host);
    (void) snprintf(l->port, sizeof(l->port), "%s", port);
    l->hints = *hints;
    (void) pthread_mutex_init(&l->lock, NULL);
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&l->answered, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    return l;
}

/* The signals are for the thread that works. */
static bool start(struct lookup *l)
{
    sigset_t all, before;
    pthread_t thread;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    bool has_started = pthread_create(&thread, NULL, ask, l) == 0;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (has_started) {
        (void) pthread_detach(thread);
    }
    return has_started;
}

/* With the lock held. */
static mpcf_status wait_for_answer(struct lookup *l, int64_t deadline, mpcf_error *err)
{
    while (!l->is_over) {
        int64_t slice = stream_now_ns() + SLICE_NS;
        int64_t at = slice < deadline ? slice : deadline;
        struct timespec until = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
        if (pthread_cond_timedwait(&l->answered, &l->lock, &until) != 0 && !l->is_over) {
            MPCF_TRY(stream_waited(deadline, err));
        }
    }
    return MPCF_OK;
}

mpcf_status lookup_name(const char *host, const char *port, const struct addrinfo *hints,
                        int64_t deadline, struct addrinfo **found, int *code, mpcf_error *err)
{
    struct lookup *l = create(host, port, hints);

    if (l == NULL || !start(l)) {
        if (l != NULL) {
            clear(l);
        }
        return mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread that looks up a name");
    }
    (void) pthread_mutex_lock(&l->lock);
    mpcf_status status = wait_for_answer(l, deadline, err);
    bool is_last = l->is_over;
    if (status == MPCF_OK) {
        *code = l->code;
        *found = l->found;
        l->found = NULL;
    }
    l->is_left = true;
    (void) pthread_mutex_unlock(&l->lock);
    if (is_last) {
        clear(l);
    }
    return status;
}
