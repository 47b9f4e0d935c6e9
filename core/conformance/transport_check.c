/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/transport_check.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"

#define MIB     ((size_t) 1 << 20)
#define SECOND  INT64_C(1000000000)
#define LONG_NS (60 * SECOND)
#define LARGEST (64 * MIB)

/* One check's surroundings. */
struct stage {
    const mpcf_transport *t;
    const void *config;
    const char *wish; /* address to listen on */
    void *listener;
    char address[256]; /* what it became */
    void *a, *b;       /* accepted, connected */
    uint8_t *out, *in; /* LARGEST bytes each */
};

/* What the other end does on its own thread. */
struct peer {
    struct stage *s;
    mpcf_status (*act)(struct stage *s, mpcf_error *err);
    pthread_t thread;
    mpcf_status status;
    mpcf_error *err;
};

static void *run_peer(void *context)
{
    struct peer *p = context;
    p->status = p->act(p->s, p->err);
    return NULL;
}

static mpcf_status peer_start(struct peer *p, struct stage *s,
                              mpcf_status (*act)(struct stage *s, mpcf_error *err), mpcf_error *err)
{
    *p = (struct peer){.s = s, .act = act, .err = mpcf_error_create()};
    if (p->err == NULL || pthread_create(&p->thread, NULL, run_peer, p) != 0) {
        mpcf_error_destroy(p->err);
        return mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread");
    }
    return MPCF_OK;
}

/* The check's STATUS, or what the peer met. */
static mpcf_status peer_join(struct peer *p, mpcf_status status, mpcf_error *err)
{
    (void) pthread_join(p->thread, NULL);
    if (status == MPCF_OK && p->status != MPCF_OK) {
        status = mpcf_fail(err, p->status, "other end: %s", mpcf_error_text(p->err));
    }
    mpcf_error_destroy(p->err);
    return status;
}

static int64_t soon(void)
{
    return clock_deadline(LONG_NS);
}

static void pause_ns(int64_t duration)
{
    struct timespec time = {.tv_sec = duration / SECOND, .tv_nsec = duration % SECOND};
    (void) nanosleep(&time, NULL);
}

static void fill(uint8_t *data, size_t length, uint64_t seed)
{
    uint64_t x = seed * 2 + 1;
    for (size_t i = 0; i < length; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        data[i] = (uint8_t) (x >> 56);
    }
}

static mpcf_status expect_same(const uint8_t *got, const uint8_t *want, size_t length,
                               mpcf_error *err)
{
    for (size_t i = 0; i < length; i++) {
        if (got[i] != want[i]) {
            return mpcf_fail(err, MPCF_E_INVALID, "byte %zu of %zu differs from what was sent", i,
                             length);
        }
    }
    return MPCF_OK;
}

static mpcf_status expect_status(mpcf_status got, mpcf_status want, const char *call,
                                 mpcf_error *err)
{
    if (got == want) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_INVALID, "%s returned %s, expected %s", call,
                     mpcf_status_name(got), mpcf_status_name(want));
}

static mpcf_status expect_within(int64_t start, int64_t limit, const char *call, mpcf_error *err)
{
    int64_t took = clock_now_ns() - start;
    if (took <= limit) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_INVALID, "%s took %" PRId64 " ms, at most %" PRId64 " ms", call,
                     took / 1000000, limit / 1000000);
}

/* --- setting the stage --- */

static mpcf_status stage_listen(struct stage *s, mpcf_error *err)
{
    MPCF_TRY(s->t->listen(s->config, s->wish, &s->listener, err));
    return s->t->bound(s->listener, s->address, sizeof(s->address), err);
}

static void stage_unlisten(struct stage *s)
{
    if (s->listener != NULL) {
        s->t->unlisten(s->listener);
    }
    s->listener = NULL;
}

static mpcf_status connect_b(struct stage *s, mpcf_error *err)
{
    return s->t->connect(s->config, s->address, soon(), &s->b, err);
}

static mpcf_status stage_join(struct stage *s, mpcf_error *err)
{
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, connect_b, err));
    mpcf_status status = s->t->accept(s->listener, soon(), &s->a, err);
    return peer_join(&peer, status, err);
}

static void close_end(struct stage *s, void **conn)
{
    if (*conn != NULL) {
        s->t->close(*conn);
    }
    *conn = NULL;
}

/* --- the checks --- */

static const size_t lengths[] = {0,     1,       2,    15,      16,      17,
                                 255,   256,     4095, 4096,    65535,   65536,
                                 65537, MIB - 1, MIB,  MIB + 1, 8 * MIB, LARGEST};
#define LENGTH_COUNT (sizeof(lengths) / sizeof(lengths[0]))

static mpcf_status echo_lengths(struct stage *s, mpcf_error *err)
{
    for (size_t i = 0; i < LENGTH_COUNT; i++) {
        MPCF_TRY(s->t->recv(s->b, s->in, lengths[i], soon(), err));
        MPCF_TRY(s->t->send(s->b, s->in, lengths[i], soon(), err));
    }
    return MPCF_OK;
}

static mpcf_status send_lengths(struct stage *s, mpcf_error *err)
{
    uint8_t *back = mpcf_alloc_array(LARGEST, 1);
    if (back == NULL) {
        return mpcf_fail_memory(err, LARGEST, "a message");
    }
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < LENGTH_COUNT; i++) {
        fill(s->out, lengths[i] < MIB ? lengths[i] : MIB, i);
        status = s->t->send(s->a, s->out, lengths[i], soon(), err);
        if (status == MPCF_OK) {
            status = s->t->recv(s->a, back, lengths[i], soon(), err);
        }
        if (status == MPCF_OK) {
            status = expect_same(back, s->out, lengths[i], err);
        }
    }
    mpcf_free(back);
    return status;
}

static mpcf_status check_lengths(struct stage *s, mpcf_error *err)
{
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, echo_lengths, err));
    mpcf_status status = send_lengths(s, err);
    if (status != MPCF_OK) {
        close_end(s, &s->a); /* sets the other end free */
    }
    return peer_join(&peer, status, err);
}

#define HALF (LARGEST / 2)

/* Each end uses its half of both buffers. */
static mpcf_status exchange_b(struct stage *s, mpcf_error *err)
{
    MPCF_TRY(s->t->exchange(s->b, s->out + HALF, HALF, s->in + HALF, HALF, soon(), err));
    return s->t->exchange(s->b, s->out + HALF, 3, s->in + HALF, HALF, soon(), err);
}

static mpcf_status exchange_a(struct stage *s, mpcf_error *err)
{
    MPCF_TRY(s->t->exchange(s->a, s->out, HALF, s->in, HALF, soon(), err));
    MPCF_TRY(expect_same(s->in, s->out + HALF, HALF, err));
    MPCF_TRY(s->t->exchange(s->a, s->out, HALF, s->in, 3, soon(), err));
    return expect_same(s->in, s->out + HALF, 3, err);
}

static mpcf_status check_exchange(struct stage *s, mpcf_error *err)
{
    if (s->t->exchange == NULL) {
        return MPCF_OK; /* the host sends from a thread */
    }
    fill(s->out, LARGEST, 77);
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, exchange_b, err));
    mpcf_status status = exchange_a(s, err);
    if (status != MPCF_OK) {
        close_end(s, &s->a);
    }
    status = peer_join(&peer, status, err);
    if (status == MPCF_OK) {
        status = expect_same(s->in + HALF, s->out, HALF, err);
    }
    return status;
}

static mpcf_status advance_all(const mpcf_transport *t, void *conn, const uint8_t *out, uint8_t *in,
                               size_t length, mpcf_error *err)
{
    size_t sent = 0, received = 0;
    while (sent < length || received < length) {
        size_t away = length - sent, home = length - received;
        MPCF_TRY(t->advance(conn, out + sent, &away, in + received, &home, soon(), err));
        if (away + home == 0 || away > length - sent || home > length - received) {
            return mpcf_fail(err, MPCF_E_INVALID, "advance() moved %zu and %zu bytes", away, home);
        }
        sent += away;
        received += home;
    }
    return MPCF_OK;
}

static mpcf_status advance_b(struct stage *s, mpcf_error *err)
{
    return advance_all(s->t, s->b, s->out + HALF, s->in + HALF, HALF, err);
}

static mpcf_status check_advance(struct stage *s, mpcf_error *err)
{
    if (s->t->advance == NULL) {
        return MPCF_OK;
    }
    fill(s->out, LARGEST, 78);
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, advance_b, err));
    mpcf_status status = advance_all(s->t, s->a, s->out, s->in, HALF, err);
    if (status != MPCF_OK) {
        close_end(s, &s->a);
    }
    status = peer_join(&peer, status, err);
    if (status == MPCF_OK) {
        status = expect_same(s->in + HALF, s->out, HALF, err);
    }
    return status == MPCF_OK ? expect_same(s->in, s->out + HALF, HALF, err) : status;
}

static mpcf_status check_recv_deadline(struct stage *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, start + SECOND / 5, NULL);
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "recv() from a silent peer", err));
    if (clock_now_ns() < start + SECOND / 5) {
        return mpcf_fail(err, MPCF_E_INVALID, "recv() gave up before its deadline");
    }
    return expect_within(start, 2 * SECOND, "recv() with a deadline in 200 ms", err);
}

static mpcf_status check_past_deadline(struct stage *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, start - SECOND, NULL);
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "recv() with a deadline in the past", err));
    return expect_within(start, SECOND, "recv() with a deadline in the past", err);
}

static mpcf_status check_accept_deadline(struct stage *s, mpcf_error *err)
{
    void *conn = NULL;
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->accept(s->listener, start + SECOND / 5, &conn, NULL);
    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "accept() with nobody there", err));
    return expect_within(start, 2 * SECOND, "accept() with a deadline in 200 ms", err);
}

static mpcf_status check_nobody(struct stage *s, mpcf_error *err)
{
    void *conn = NULL;
    stage_unlisten(s);
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->connect(s->config, s->address, start + SECOND / 5, &conn, NULL);
    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "connect() with nobody there", err));
    return expect_within(start, 3 * SECOND, "connect() with a deadline in 200 ms", err);
}

static mpcf_status check_late_listener(struct stage *s, mpcf_error *err)
{
    char wish[sizeof(s->address)];
    stage_unlisten(s);
    memcpy(wish, s->address, sizeof(wish));
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, connect_b, err));
    pause_ns(SECOND / 5);
    mpcf_status status = s->t->listen(s->config, wish, &s->listener, err);
    if (status == MPCF_OK) {
        status = s->t->accept(s->listener, soon(), &s->a, err);
    }
    return peer_join(&peer, status, err);
}

static mpcf_status check_last_words(struct stage *s, mpcf_error *err)
{
    fill(s->out, 1000, 5);
    MPCF_TRY(s->t->send(s->b, s->out, 1000, soon(), err));
    close_end(s, &s->b);
    MPCF_TRY(s->t->recv(s->a, s->in, 1000, soon(), err));
    MPCF_TRY(expect_same(s->in, s->out, 1000, err));
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, soon(), NULL);
    MPCF_TRY(expect_status(got, MPCF_E_CLOSED, "recv() after the peer closed", err));
    return expect_within(start, 5 * SECOND, "recv() after the peer closed", err);
}

static mpcf_status close_b_later(struct stage *s, mpcf_error *err)
{
    (void) err;
    pause_ns(SECOND / 5);
    close_end(s, &s->b);
    return MPCF_OK;
}

static mpcf_status check_death_in_recv(struct stage *s, mpcf_error *err)
{
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, close_b_later, err));
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, LARGEST, soon(), NULL);
    mpcf_status status = expect_status(got, MPCF_E_CLOSED, "recv() when the peer closes", err);
    if (status == MPCF_OK) {
        status = expect_within(start, 5 * SECOND, "recv() when the peer closes", err);
    }
    return peer_join(&peer, status, err);
}

/* A transport may take a few messages into its queue before it sees that nobody reads. */
static mpcf_status check_death_in_send(struct stage *s, mpcf_error *err)
{
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, close_b_later, err));
    int64_t start = clock_now_ns();
    mpcf_status got = MPCF_OK;
    while (got == MPCF_OK && clock_now_ns() - start < 5 * SECOND) {
        got = s->t->send(s->a, s->out, MIB, soon(), NULL);
    }
    mpcf_status status = expect_status(got, MPCF_E_CLOSED, "send() when the peer closes", err);
    return peer_join(&peer, status, err);
}

static mpcf_status check_wrong_length(struct stage *s, mpcf_error *err)
{
    if ((s->t->caps & MPCF_TRANSPORT_MESSAGES) == 0) {
        return MPCF_OK; /* the host's framing finds it */
    }
    MPCF_TRY(s->t->send(s->b, s->out, 100, soon(), err));
    mpcf_status got = s->t->recv(s->a, s->in, 101, soon(), NULL);
    return expect_status(got, MPCF_E_PROTOCOL, "recv() of a message of another length", err);
}

static mpcf_status check_reconnect(struct stage *s, mpcf_error *err)
{
    for (unsigned i = 0; i < 3; i++) {
        close_end(s, &s->b);
        close_end(s, &s->a);
        MPCF_TRY(stage_join(s, err));
        fill(s->out, 64, i);
        MPCF_TRY(s->t->send(s->b, s->out, 64, soon(), err));
        MPCF_TRY(s->t->recv(s->a, s->in, 64, soon(), err));
        MPCF_TRY(expect_same(s->in, s->out, 64, err));
    }
    return MPCF_OK;
}

static mpcf_status cross_check(struct stage *s, void *a, void *b, mpcf_error *err)
{
    fill(s->out, 8, 1);
    fill(s->out + 8, 8, 2);
    MPCF_TRY(s->t->send(b, s->out + 8, 8, soon(), err));
    MPCF_TRY(s->t->send(s->b, s->out, 8, soon(), err));
    MPCF_TRY(s->t->recv(s->a, s->in, 8, soon(), err));
    MPCF_TRY(s->t->recv(a, s->in + 8, 8, soon(), err));
    return expect_same(s->in, s->out, 16, err);
}

static mpcf_status check_two(struct stage *s, mpcf_error *err)
{
    void *a = s->a, *b = s->b;
    s->a = s->b = NULL;
    mpcf_status status = stage_join(s, err);
    if (status == MPCF_OK) {
        status = cross_check(s, a, b, err);
    }
    close_end(s, &b);
    close_end(s, &a);
    return status;
}

static mpcf_status check_identity(struct stage *s, mpcf_error *err)
{
    if ((s->t->caps & MPCF_TRANSPORT_AUTHENTICATED) == 0) {
        return MPCF_OK;
    }
    char text[256] = "";
    if (s->t->peer_identity == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "authenticated, but peer_identity is missing");
    }
    MPCF_TRY(s->t->peer_identity(s->a, text, sizeof(text), err));
    if (text[0] == '\0') {
        return mpcf_fail(err, MPCF_E_INVALID, "authenticated, but the identity is empty");
    }
    return MPCF_OK;
}

static mpcf_status check_close(struct stage *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();
    close_end(s, &s->a);
    close_end(s, &s->b);
    return expect_within(start, 3 * SECOND, "close() of both ends", err);
}

static const struct check {
    const char *name;
    bool joined; /* needs a connection */
    mpcf_status (*run)(struct stage *s, mpcf_error *err);
} checks[] = {
    {"messages of 0 bytes to 64 MiB arrive whole", true, check_lengths},
    {"both directions go at once", true, check_exchange},
    {"advance() moves both directions", true, check_advance},
    {"recv() keeps its deadline", true, check_recv_deadline},
    {"a deadline in the past is not waited for", true, check_past_deadline},
    {"accept() keeps its deadline", false, check_accept_deadline},
    {"connect() keeps its deadline", false, check_nobody},
    {"connect() waits for a listener that starts later", false, check_late_listener},
    {"what was sent before close() arrives", true, check_last_words},
    {"a peer that closes ends recv()", true, check_death_in_recv},
    {"a peer that closes ends send()", true, check_death_in_send},
    {"a message of another length is refused", true, check_wrong_length},
    {"a listener takes connections one after another", true, check_reconnect},
    {"two connections are independent", true, check_two},
    {"an authenticated peer has a name", true, check_identity},
    {"close() does not linger", true, check_close},
};
#define CHECK_COUNT (sizeof(checks) / sizeof(checks[0]))

static mpcf_status run_check(struct stage *s, const struct check *check, mpcf_error *err)
{
    mpcf_status status = stage_listen(s, err);
    if (status == MPCF_OK && check->joined) {
        status = stage_join(s, err);
    }
    if (status == MPCF_OK) {
        status = check->run(s, err);
    }
    close_end(s, &s->b);
    close_end(s, &s->a);
    stage_unlisten(s);
    return status;
}

static size_t run_checks(struct stage *s, conform_report *report, void *context, mpcf_error *err)
{
    size_t failed = 0;
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        mpcf_error_reset(err);
        mpcf_status status = run_check(s, &checks[i], err);
        report(context, checks[i].name, status, status == MPCF_OK ? "" : mpcf_error_text(err));
        failed += status != MPCF_OK;
    }
    mpcf_error_reset(err);
    return failed;
}

/* "auto" where the transport takes it. */
static const char *choose_address(const mpcf_transport *t, const void *config)
{
    void *listener = NULL;
    if (t->listen(config, "auto", &listener, NULL) != MPCF_OK) {
        return "127.0.0.1:0";
    }
    t->unlisten(listener);
    return "auto";
}

mpcf_status conform_transport(const mpcf_transport *transport, const void *config,
                              const char *address, conform_report *report, void *context,
                              mpcf_error *err)
{
    struct stage s = {.t = transport, .config = config};
    s.wish = address != NULL ? address : choose_address(transport, config);
    s.out = mpcf_alloc_array(LARGEST, 1);
    s.in = mpcf_alloc_array(LARGEST, 1);
    mpcf_error *own = mpcf_error_create();
    mpcf_status status = MPCF_OK;
    if (s.out == NULL || s.in == NULL || own == NULL) {
        status = mpcf_fail_memory(err, 2 * LARGEST, "messages to check a transport with");
    } else {
        size_t failed = run_checks(&s, report, context, own);
        if (failed != 0) {
            status = mpcf_fail(err, MPCF_E_INVALID, "transport '%s': %zu of %zu checks failed",
                               transport->name, failed, CHECK_COUNT);
        }
    }
    mpcf_error_destroy(own);
    mpcf_free(s.in);
    mpcf_free(s.out);
    return status;
}
