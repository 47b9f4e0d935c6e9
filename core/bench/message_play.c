/* SPDX-License-Identifier: Apache-2.0 */
/* Two processes that say what a secure inference says, and compute nothing. */
#include "bench/message_play.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "channel/link_party.h"

#define PATIENCE_NS INT64_C(60000000000)

/* --- a transport whose calls are timed --- */

struct timed {
    mpcf_transport shown;
    const mpcf_transport *real;
    void *conn;
    int64_t spent_ns;
    uint64_t calls;
};

static mpcf_status timed_advance(void *conn, const void *out, size_t *out_length, void *in,
                                 size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct timed *t = conn;
    const int64_t start = clock_now_ns();
    const mpcf_status status =
        t->real->advance(t->conn, out, out_length, in, in_length, deadline, err);

    t->spent_ns += clock_now_ns() - start;
    t->calls++;
    return status;
}

static void timed_close(void *conn)
{
    const struct timed *t = conn;

    t->real->close(t->conn);
}

/* Takes over CONN, also where it fails. */
static mpcf_status open_channel(struct timed *t, const mpcf_transport *real, void *conn,
                                struct channel **out, mpcf_error *err)
{
    *t = (struct timed){.shown = *real, .real = real, .conn = conn};
    t->shown.advance = timed_advance;
    t->shown.close = timed_close;
    t->shown.peer_identity = NULL; /* what they say is of no interest here */
    t->shown.peer_role = NULL;
    t->shown.binding = NULL;
    return channel_create(&t->shown, t, PATIENCE_NS, out, err);
}

/* --- one end --- */

static double seconds_of(struct timeval t)
{
    return (double) t.tv_sec + 1e-6 * (double) t.tv_usec;
}

static void add_cpu(struct message_cost *cost, double sign)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        cost->user_cpu += sign * seconds_of(usage.ru_utime);
        cost->system_cpu += sign * seconds_of(usage.ru_stime);
    }
}

static size_t longest(const struct message_rounds *rounds)
{
    size_t length = 8;

    for (size_t i = 0; i < rounds->count; i++) {
        const struct message_round *r = &rounds->items[i];
        const size_t more = r->provider > r->user ? r->provider : r->user;
        length = more > length ? more : length;
    }
    return length;
}

/* A message each way first: then both ends are there, and have all that they make when first used. */
static mpcf_status say_all(struct channel *c, const struct message_rounds *rounds, size_t end,
                           uint8_t *out, uint8_t *in, mpcf_error *err)
{
    for (size_t i = 0; i < rounds->count; i++) {
        const struct message_round *r = &rounds->items[i];
        const size_t away = end == PLAY_PROVIDER ? r->provider : r->user;
        const size_t home = end == PLAY_PROVIDER ? r->user : r->provider;
        MPCF_TRY(channel_exchange(c, out, away, in, home, err));
    }
    return MPCF_OK;
}

static mpcf_status measure(struct channel *c, struct timed *t, const struct message_rounds *rounds,
                           size_t end, uint8_t *out, uint8_t *in, struct message_cost *cost,
                           mpcf_error *err)
{
    MPCF_TRY(channel_exchange(c, out, 8, in, 8, err));
    const uint64_t before = channel_meter(c).sent_bytes;
    t->spent_ns = 0;
    t->calls = 0;
    *cost = (struct message_cost){0};
    add_cpu(cost, -1);
    MPCF_TRY(say_all(c, rounds, end, out, in, err));
    add_cpu(cost, 1);
    cost->seconds = 1e-9 * (double) t->spent_ns;
    cost->calls = t->calls;
    cost->sent_bytes = channel_meter(c).sent_bytes - before;
    return MPCF_OK;
}

/* Takes over CONN. */
static mpcf_status act(const struct message_play *play, size_t end, void *conn,
                       struct message_cost *cost, mpcf_error *err)
{
    const size_t length = longest(play->rounds);
    uint8_t *out = mpcf_alloc_array(2, length);
    struct channel *c = NULL;
    struct timed t;
    mpcf_status status = open_channel(&t, play->transport, conn, &c, err);

    if (status == MPCF_OK && out == NULL) {
        status = mpcf_fail_memory(err, 2 * length, "messages");
    }
    if (status == MPCF_OK) {
        memset(out, 0x5a, 2 * length); /* pages that are there */
        status = measure(c, &t, play->rounds, end, out, out + length, cost, err);
    }
    channel_close(c);
    mpcf_free(out);
    return status;
}

/* --- both --- */

/* The forked process: its figures, or its mistake, go to TO. */
static void run_user(const struct message_play *play, const mpcf_party *party, const char *address,
                     int to)
{
    struct message_cost cost = {0};
    void *conn = NULL;
    mpcf_status status = link_connect(play->transport, play->config, party, ROLE_PROVIDER, address,
                                      clock_deadline(PATIENCE_NS), &conn, NULL);

    if (status == MPCF_OK) {
        status = act(play, PLAY_USER, conn, &cost, NULL);
    }
    const bool told = status == MPCF_OK && write(to, &cost, sizeof cost) == (ssize_t) sizeof cost;
    _exit(told ? 0 : 1);
}

static mpcf_status run_provider(const struct message_play *play, void *listener,
                                struct message_cost *cost, mpcf_error *err)
{
    void *conn = NULL;

    MPCF_TRY(play->transport->accept(listener, clock_deadline(PATIENCE_NS), &conn, err));
    return act(play, PLAY_PROVIDER, conn, cost, err);
}

/* The user's figures, once it has ended. */
static mpcf_status hear_user(pid_t user, int from, struct message_cost *cost, mpcf_error *err)
{
    const ssize_t got = read(from, cost, sizeof *cost);

    while (waitpid(user, NULL, 0) < 0 && errno == EINTR) {
    }
    return got == (ssize_t) sizeof *cost
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "the process that plays the user has failed");
}

static mpcf_status play_both(const struct message_play *play, void *listener, int pipe_ends[2],
                             struct message_cost ends[PLAY_ENDS], mpcf_error *err)
{
    const mpcf_party party = *play->user; /* a forked process has no memory of secrets */
    char address[256];

    MPCF_TRY(play->transport->bound(listener, address, sizeof address, err));
    const pid_t user = fork();
    if (user < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot start a process: %s", strerror(errno));
    }
    if (user == 0) {
        run_user(play, &party, address, pipe_ends[1]);
    }
    (void) close(pipe_ends[1]);
    pipe_ends[1] = -1;
    mpcf_status status = run_provider(play, listener, &ends[PLAY_PROVIDER], err);
    const mpcf_status heard =
        hear_user(user, pipe_ends[0], &ends[PLAY_USER], status == MPCF_OK ? err : NULL);
    return status == MPCF_OK ? heard : status;
}

mpcf_status message_play(const struct message_play *play, struct message_cost ends[PLAY_ENDS],
                         mpcf_error *err)
{
    void *listener = NULL;
    int pipe_ends[2];

    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot make a pipe: %s", strerror(errno));
    }
    mpcf_status status =
        link_listen(play->transport, play->config, play->provider, play->listen, &listener, err);
    if (status == MPCF_OK) {
        status = play_both(play, listener, pipe_ends, ends, err);
        play->transport->unlisten(listener);
    }
    for (size_t i = 0; i < 2; i++) {
        if (pipe_ends[i] >= 0) {
            (void) close(pipe_ends[i]);
        }
    }
    return status;
}
