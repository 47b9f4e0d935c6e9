/* SPDX-License-Identifier: Apache-2.0 */
/* What is under way stands in a ring of bytes, each message after its length. */
#include "support/queue.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/support.h"

enum { STREAM_ROOM = 64 << 10, MESSAGES = 8, MESSAGE_ROOM = 64 << 10 };

struct lane {
    uint8_t *bytes[MESSAGES]; /* of a stream only the first */
    size_t length[MESSAGES];
    size_t count;
};

/* Shared by both ends, who free it together. */
struct wire {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct lane lanes[2]; /* to end 0, to end 1 */
    bool closed[2];
    bool keeps_bounds;
};

struct end {
    struct wire *wire;
    unsigned index;
};

/* False where the deadline has passed. */
static bool wait(struct wire *w, int64_t deadline)
{
    struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    return deadline == MPCF_NO_DEADLINE ? pthread_cond_wait(&w->news, &w->lock) == 0
                                        : pthread_cond_timedwait(&w->news, &w->lock, &until) == 0;
}

static bool has_room(const struct wire *w, const struct lane *l)
{
    return w->keeps_bounds ? l->count < MESSAGES : l->length[0] < STREAM_ROOM;
}

/* As much of a stream as has room; a whole message. */
static size_t put(struct wire *w, struct lane *l, const uint8_t *data, size_t length)
{
    if (w->keeps_bounds) {
        assert_true(length <= MESSAGE_ROOM);
        memcpy(l->bytes[l->count], data, length);
        l->length[l->count++] = length;
        return length;
    }
    size_t room = STREAM_ROOM - l->length[0];
    room = room < length ? room : length;
    memcpy(l->bytes[0] + l->length[0], data, room);
    l->length[0] += room;
    return room;
}

static mpcf_status queue_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                              mpcf_error *err)
{
    struct end *e = conn;
    struct wire *w = e->wire;
    struct lane *l = &w->lanes[1 - e->index];
    mpcf_status status = MPCF_OK;
    (void) pthread_mutex_lock(&w->lock);
    for (size_t done = 0; status == MPCF_OK && done < length;) {
        if (w->closed[1 - e->index]) {
            status = mpcf_fail(err, MPCF_E_CLOSED, "the other end is closed");
        } else if (has_room(w, l)) {
            done += put(w, l, (const uint8_t *) buffer + done, length - done);
            (void) pthread_cond_broadcast(&w->news);
        } else if (!wait(w, deadline)) {
            status = mpcf_fail(err, MPCF_E_TIMEOUT, "no room");
        }
    }
    (void) pthread_mutex_unlock(&w->lock);
    return status;
}

static size_t get(struct wire *w, struct lane *l, uint8_t *data, size_t length)
{
    size_t got = l->length[0] < length ? l->length[0] : length;
    memcpy(data, l->bytes[0], got);
    if (!w->keeps_bounds) {
        memmove(l->bytes[0], l->bytes[0] + got, l->length[0] - got);
        l->length[0] -= got;
        return got;
    }
    uint8_t *first = l->bytes[0];
    l->count--;
    memmove(l->bytes, l->bytes + 1, l->count * sizeof(l->bytes[0]));
    memmove(l->length, l->length + 1, l->count * sizeof(l->length[0]));
    l->bytes[l->count] = first;
    return got;
}

static bool has_some(const struct wire *w, const struct lane *l)
{
    return w->keeps_bounds ? l->count > 0 : l->length[0] > 0;
}

static mpcf_status queue_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                              mpcf_error *err)
{
    struct end *e = conn;
    struct wire *w = e->wire;
    struct lane *l = &w->lanes[e->index];
    mpcf_status status = MPCF_OK;
    (void) pthread_mutex_lock(&w->lock);
    for (size_t done = 0; status == MPCF_OK && done < length;) {
        if (has_some(w, l) && w->keeps_bounds && l->length[0] != length) {
            status =
                mpcf_fail(err, MPCF_E_PROTOCOL, "%zu bytes came, not %zu", l->length[0], length);
        } else if (has_some(w, l)) {
            done += get(w, l, (uint8_t *) buffer + done, length - done);
            (void) pthread_cond_broadcast(&w->news);
        } else if (w->closed[1 - e->index]) {
            status = mpcf_fail(err, MPCF_E_CLOSED, "the other end is closed");
        } else if (!wait(w, deadline)) {
            status = mpcf_fail(err, MPCF_E_TIMEOUT, "nothing came");
        }
    }
    (void) pthread_mutex_unlock(&w->lock);
    return status;
}

static void release(struct wire *w)
{
    for (size_t i = 0; i < 2 * MESSAGES; i++) {
        mpcf_free(w->lanes[i / MESSAGES].bytes[i % MESSAGES]);
    }
    (void) pthread_cond_destroy(&w->news);
    (void) pthread_mutex_destroy(&w->lock);
    mpcf_free(w);
}

static void queue_close(void *conn)
{
    struct end *e = conn;
    struct wire *w = e->wire;
    (void) pthread_mutex_lock(&w->lock);
    w->closed[e->index] = true;
    bool is_last = w->closed[1 - e->index];
    (void) pthread_cond_broadcast(&w->news);
    (void) pthread_mutex_unlock(&w->lock);
    if (is_last) {
        release(w);
    }
    mpcf_free(e);
}

static const mpcf_transport messages = {.struct_size = sizeof(mpcf_transport),
                                        .name = "queue",
                                        .summary = "messages",
                                        .caps = MPCF_TRANSPORT_MESSAGES,
                                        .close = queue_close,
                                        .send = queue_send,
                                        .recv = queue_recv};
static const mpcf_transport bytes = {.struct_size = sizeof(mpcf_transport),
                                     .name = "pipe",
                                     .summary = "bytes",
                                     .close = queue_close,
                                     .send = queue_send,
                                     .recv = queue_recv};

const mpcf_transport *test_queue_pair(bool keeps_bounds, void *conns[2])
{
    struct wire *w = mpcf_alloc_array(1, sizeof(*w));
    pthread_condattr_t attributes;
    assert_non_null(w);
    w->keeps_bounds = keeps_bounds;
    (void) pthread_mutex_init(&w->lock, NULL);
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&w->news, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    for (unsigned i = 0; i < 2; i++) {
        struct end *e = mpcf_alloc_array(1, sizeof(*e));
        assert_non_null(e);
        *e = (struct end){w, i};
        conns[i] = e;
        for (size_t k = 0; k < MESSAGES; k++) {
            w->lanes[i].bytes[k] = mpcf_alloc_array(MESSAGE_ROOM, 1);
            assert_non_null(w->lanes[i].bytes[k]);
        }
    }
    return keeps_bounds ? &messages : &bytes;
}
