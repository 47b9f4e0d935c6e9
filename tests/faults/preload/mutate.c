/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bytes a party sends that wants to break the other: cut, changed, repeated, out of order, too
 * many, too few, or one by one.
 */
#include "mutate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "strike.h"

#define LARGEST     ((size_t) 1 << 26) /* that is sent too much */
#define DRIPS       200
#define SILENCE_S   4 /* longer than the deadline of the runs that this is for */
#define CHANGES_MAX 3
#define NOTE_BYTES  65536

typedef mpcf_status sender(void *, const void *, size_t, int64_t, mpcf_error *);

struct outgoing {
    sender *send;
    void *conn;
    uint8_t *data; /* a copy with room for as much again */
    size_t length;
    int64_t deadline;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t state;
static int changes_left = -1; /* not drawn yet */

/* --- Numbers --- */

static uint64_t draw(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 24;
}

static size_t draw_below(size_t bound)
{
    return (size_t) (draw() % bound);
}

static void begin(void)
{
    const char *seed = getenv("MPCF_FAULT_SEED");

    state = seed != NULL ? strtoull(seed, NULL, 10) : 0;
    (void) draw();
    (void) draw();
    changes_left = 1 + (int) draw_below(CHANGES_MAX);
}

bool mutate_is_due(void)
{
    if (!strike_is_due(STRIKE_MUTATE, STRIKE_WIRE)) {
        return false;
    }
    (void) pthread_mutex_lock(&lock);
    if (changes_left < 0) {
        begin();
    }
    const bool is_due = changes_left > 0;

    changes_left -= is_due;
    (void) pthread_mutex_unlock(&lock);
    return is_due;
}

/* --- Changes --- */

static void out(const struct outgoing *o, const void *data, size_t length)
{
    if (length > 0) {
        (void) o->send(o->conn, data, length, o->deadline, NULL);
    }
}

static void all_out(const struct outgoing *o)
{
    out(o, o->data, o->length);
}

static void flip_bits(struct outgoing *o)
{
    for (size_t n = 1 + draw_below(4); n > 0; n--) {
        o->data[draw_below(o->length)] ^= (uint8_t) (1u << draw_below(8));
    }
    all_out(o);
}

/* What a field may mean that was not thought of. */
static void set_field(struct outgoing *o)
{
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      127,
                                      128,
                                      255,
                                      256,
                                      65535,
                                      1 << 20,
                                      (1 << 20) + 1,
                                      INT32_MAX,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      INT64_MAX,
                                      UINT64_MAX - 2,
                                      UINT64_MAX - 1,
                                      UINT64_MAX};
    const size_t widths[] = {1, 2, 4, 4, 8, 8};
    uint64_t value = values[draw_below(sizeof values / sizeof values[0])];
    size_t width = widths[draw_below(6)];

    width = width > o->length ? o->length : width;
    /* Heads and what public messages begin with are where fields are. */
    const size_t within = draw_below(2) == 0 && o->length > 128 ? 128 : o->length;
    size_t at = draw_below(within) / width * width;

    at = at + width > o->length ? o->length - width : at;
    for (size_t i = 0; i < width; i++) {
        o->data[at + i] = (uint8_t) (value >> (8 * i));
    }
    all_out(o);
}

static void noise(struct outgoing *o)
{
    for (size_t i = 0; i < o->length; i++) {
        o->data[i] = (uint8_t) draw();
    }
    all_out(o);
}

static void cut(struct outgoing *o)
{
    o->length = draw_below(o->length);
    all_out(o);
    if (draw_below(2) == 0) {
        strike_kill();
    }
}

static void repeat(struct outgoing *o)
{
    for (size_t n = 2 + draw_below(3); n > 0; n--) {
        all_out(o);
    }
}

static void leave_out(struct outgoing *o)
{
    (void) o;
}

static void insert(struct outgoing *o)
{
    const size_t at = draw_below(o->length + 1), more = 1 + draw_below(o->length);

    memmove(o->data + at + more, o->data + at, o->length - at);
    for (size_t i = 0; i < more; i++) {
        o->data[at + i] = (uint8_t) draw();
    }
    o->length += more;
    all_out(o);
}

static void take_out(struct outgoing *o)
{
    const size_t at = draw_below(o->length), less = 1 + draw_below(o->length - at);

    memmove(o->data + at, o->data + at + less, o->length - at - less);
    o->length -= less;
    all_out(o);
}

static void drip(struct outgoing *o)
{
    const struct timespec pause = {0, 1000000 * (long) (1 + draw_below(20))};
    const size_t slowly = o->length < DRIPS ? o->length : DRIPS;

    for (size_t i = 0; i < slowly; i++) {
        out(o, o->data + i, 1);
        (void) nanosleep(&pause, NULL);
    }
    out(o, o->data + slowly, o->length - slowly);
}

static void flood(struct outgoing *o)
{
    const size_t wanted = (size_t) 1 << (10 + draw_below(17));
    uint8_t *block = calloc(1, NOTE_BYTES);

    all_out(o);
    for (size_t done = 0; done < wanted && done < LARGEST && block != NULL; done += NOTE_BYTES) {
        if (o->send(o->conn, block, NOTE_BYTES, o->deadline, NULL) != MPCF_OK) {
            break;
        }
    }
    free(block);
}

static void be_silent(struct outgoing *o)
{
    static bool was_silent;

    (void) sleep(was_silent ? 0 : SILENCE_S);
    was_silent = true;
    all_out(o);
}

/* A head of a frame in front: of a length that is kept for something else, say. */
static void add_head(struct outgoing *o)
{
    uint8_t head[16] = {0};
    const size_t times = (size_t) 1 << draw_below(12);

    memset(head, draw_below(4) != 0 ? 0xff : 0, 8);
    head[0] = (uint8_t) (0xff - draw_below(8));
    head[8] = (uint8_t) draw_below(3);
    for (size_t i = 0; i < times; i++) {
        out(o, head, sizeof head);
    }
    all_out(o);
}

/* --- Held back: goes behind the next --- */

static struct {
    void *conn;
    uint8_t *data;
    size_t length;
} held;

static void swap(struct outgoing *o)
{
    if (held.data == NULL) {
        held.conn = o->conn;
        held.data = o->data;
        held.length = o->length;
        o->data = NULL;
        changes_left += changes_left == 0; /* so that it comes out */
        return;
    }
    all_out(o);
    if (held.conn == o->conn) {
        out(o, held.data, held.length);
    }
    free(held.data);
    held.data = NULL;
}

void mutate_send(sender *send, void *conn, const void *data, size_t length, int64_t deadline)
{
    static void (*const kinds[])(struct outgoing *) = {
        flip_bits, flip_bits, set_field, set_field, set_field, set_field,
        noise,     cut,       repeat,    leave_out, insert,    take_out,
        drip,      flood,     be_silent, swap,      add_head,  add_head};
    struct outgoing o = {send, conn, malloc(2 * length + 1), length, deadline};

    if (o.data == NULL || length == 0) {
        abort();
    }
    memcpy(o.data, data, length);
    (void) pthread_mutex_lock(&lock);
    const size_t kind = held.data != NULL ? 15 : draw_below(sizeof kinds / sizeof kinds[0]);

    strike_log("mutate %zu", kind);
    kinds[kind](&o);
    (void) pthread_mutex_unlock(&lock);
    free(o.data);
}
