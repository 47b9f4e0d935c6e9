/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a loop is shared among threads: helpers wait for the next loop, and whoever is free takes the
 * next range of it, the caller too.
 */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WORKERS_MAX = 256, SPINS = 2000 };

/* One loop at a time; its ranges are taken by whoever is free. */
static struct {
    pthread_mutex_t gate; /* held by the caller of a loop */
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    atomic_size_t count; /* threads, the caller's included; 0: not yet chosen. Helpers and
                            callers read it without the gate that it is set under */
    size_t started;      /* helpers that run */
    unsigned generation;
    bool is_open;  /* ranges may be left */
    size_t joined; /* helpers inside the loop: only these are waited for */
    workers_body *body;
    void *context;
    size_t total, chunk;
    atomic_size_t next;
} pool = {.gate = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER};

static _Thread_local bool is_inside;
static atomic_uint published; /* of generation: read without the lock while spinning */

static void cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static size_t default_count(void)
{
    const char *wish = getenv("MPCF_THREADS");
    long asked = wish != NULL ? strtol(wish, NULL, 10) : 0;
    cpu_set_t set;

    if (asked > 0 && asked <= WORKERS_MAX) {
        return (size_t) asked;
    }
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (size_t) CPU_COUNT(&set) < WORKERS_MAX ? (size_t) CPU_COUNT(&set) : WORKERS_MAX;
    }
    return 1;
}

static void take_ranges(void)
{
    size_t begin = 0;

    is_inside = true;
    while ((begin = atomic_fetch_add(&pool.next, pool.chunk)) < pool.total) {
        size_t end = pool.total - begin > pool.chunk ? begin + pool.chunk : pool.total;

        pool.body(pool.context, begin, end);
    }
    is_inside = false;
}

/* Loops come in quick succession; a short spin saves the sleep and the wake. */
static void spin_for_work(unsigned seen)
{
    for (int i = 0; i < SPINS && atomic_load_explicit(&published, memory_order_relaxed) == seen;
         i++) {
        cpu_relax();
    }
}

static void *helper(void *number)
{
    size_t self = (size_t) number;
    unsigned seen = 0;

    (void) pthread_mutex_lock(&pool.lock);
    seen = pool.generation - 1; /* started for the loop that is about to run */
    for (;;) {
        if (pool.generation == seen) {
            (void) pthread_mutex_unlock(&pool.lock);
            spin_for_work(seen);
            (void) pthread_mutex_lock(&pool.lock);
        }
        while (pool.generation == seen) {
            (void) pthread_cond_wait(&pool.wake, &pool.lock);
        }
        seen = pool.generation;
        if (self >= pool.count || !pool.is_open) {
            continue;
        }
        pool.joined++;
        (void) pthread_mutex_unlock(&pool.lock);
        take_ranges();
        (void) pthread_mutex_lock(&pool.lock);
        pool.is_open = false;
        if (--pool.joined == 0) {
            (void) pthread_cond_signal(&pool.done);
        }
    }
    return NULL;
}

void workers_set(size_t count)
{
    (void) pthread_mutex_lock(&pool.gate);
    pool.count = count > 0 ? (count < WORKERS_MAX ? count : WORKERS_MAX) : default_count();
    (void) pthread_mutex_unlock(&pool.gate);
}

size_t workers_count(void)
{
    if (pool.count == 0) {
        workers_set(0);
    }
    return pool.count;
}

/* Helpers are made when first needed and live as long as the process. One that cannot be made
 * is done without. */
static void start_helpers(void)
{
    while (pool.started + 1 < pool.count) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, helper, (void *) (pool.started + 1)) != 0) {
            pool.count = pool.started + 1;
            return;
        }
        (void) pthread_detach(thread);
        pool.started++;
    }
}

static void run_on_pool(size_t count, size_t chunk, workers_body *body, void *context)
{
    (void) pthread_mutex_lock(&pool.lock);
    pool.body = body;
    pool.context = context;
    pool.total = count;
    pool.chunk = chunk;
    atomic_store(&pool.next, 0);
    pool.generation++;
    start_helpers();
    pool.is_open = true;
    atomic_store(&published, pool.generation);
    (void) pthread_cond_broadcast(&pool.wake);
    (void) pthread_mutex_unlock(&pool.lock);
    take_ranges();
    (void) pthread_mutex_lock(&pool.lock);
    /* A helper that the system has not let run yet comes too late, and is not missed. */
    pool.is_open = false;
    while (pool.joined > 0) {
        (void) pthread_cond_wait(&pool.done, &pool.lock);
    }
    (void) pthread_mutex_unlock(&pool.lock);
}

void workers_for(size_t count, size_t grain, workers_body *body, void *context)
{
    size_t threads = workers_count();
    size_t chunk = count / (threads * 4) + 1;

    if (count == 0) {
        return;
    }
    if (chunk < grain) {
        chunk = grain;
    }
    /* Another thread's loop has the pool: this one runs alone rather than wait. */
    if (threads == 1 || is_inside || chunk >= count || pthread_mutex_trylock(&pool.gate) != 0) {
        body(context, 0, count);
        return;
    }
    run_on_pool(count, chunk, body, context);
    (void) pthread_mutex_unlock(&pool.gate);
}
