/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a transport that waits comes back when the process is asked to end. The flag alone is
 * set: a signal that comes just before a wait, or to another thread, wakes nobody.
 */
#include "conformance/transport_signals.h"

#include "base/clock.h"
#include "base/interrupt.h"

/* A transport that does not ask ends by its deadline, so that the check does, too. */
#define WAIT_NS (4 * SECOND)

/* Asks the process to end while another thread waits. */
struct alarm {
    pthread_t thread;
    int64_t at;
};

static void *ring(void *context)
{
    struct alarm *a = context;

    pair_pause(SECOND / 5);
    a->at = clock_now_ns();
    interrupt_set();
    return NULL;
}

static mpcf_status alarm_start(struct alarm *a, mpcf_error *err)
{
    if (pthread_create(&a->thread, NULL, ring, a) != 0) {
        return mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread");
    }
    return MPCF_OK;
}

/* GOT: what CALL returned when the alarm had rung. */
static mpcf_status alarm_end(struct alarm *a, mpcf_status got, const char *call, mpcf_error *err)
{
    int64_t now = clock_now_ns();

    (void) pthread_join(a->thread, NULL);
    interrupt_clear();
    MPCF_TRY(expect_status(got, MPCF_E_INTERRUPTED, call, err));
    if (now - a->at > SECOND) {
        return mpcf_fail(err, MPCF_E_INVALID, "%s came back %.1f s after the signal", call,
                         (double) (now - a->at) * 1e-9);
    }
    return MPCF_OK;
}

static mpcf_status check_recv(struct pair *s, mpcf_error *err)
{
    struct alarm alarm;

    MPCF_TRY(alarm_start(&alarm, err));
    mpcf_status got = s->t->recv(s->a, s->in, 8, clock_deadline(WAIT_NS), NULL);
    return alarm_end(&alarm, got, "recv() from a silent peer", err);
}

/* Until nothing goes any more. */
static mpcf_status check_send(struct pair *s, mpcf_error *err)
{
    struct alarm alarm;
    mpcf_status got = MPCF_OK;
    int64_t deadline = clock_deadline(WAIT_NS);

    MPCF_TRY(alarm_start(&alarm, err));
    while (got == MPCF_OK && clock_now_ns() < deadline) {
        got = s->t->send(s->a, s->out, MIB, deadline, NULL);
    }
    return alarm_end(&alarm, got, "send() to a peer that reads nothing", err);
}

static mpcf_status check_advance(struct pair *s, mpcf_error *err)
{
    struct alarm alarm;
    size_t sent = 0, received = 8;

    if (s->t->advance == NULL) {
        return pair_leave_out(s, "it has no advance()");
    }
    MPCF_TRY(alarm_start(&alarm, err));
    mpcf_status got =
        s->t->advance(s->a, NULL, &sent, s->in, &received, clock_deadline(WAIT_NS), NULL);
    return alarm_end(&alarm, got, "advance() with a silent peer", err);
}

static mpcf_status check_accept(struct pair *s, mpcf_error *err)
{
    struct alarm alarm;
    void *conn = NULL;

    MPCF_TRY(alarm_start(&alarm, err));
    mpcf_status got = s->t->accept(s->listener, clock_deadline(WAIT_NS), &conn, NULL);
    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    return alarm_end(&alarm, got, "accept() with nobody there", err);
}

static mpcf_status check_connect(struct pair *s, mpcf_error *err)
{
    struct alarm alarm;
    void *conn = NULL;

    pair_unlisten(s);
    MPCF_TRY(alarm_start(&alarm, err));
    mpcf_status got = pair_call(s, clock_deadline(WAIT_NS), &conn, NULL);
    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    return alarm_end(&alarm, got, "connect() with nobody there", err);
}

static mpcf_status talk(struct pair *s, mpcf_error *err)
{
    pair_fill(s->out, 64, 3);
    MPCF_TRY(s->t->send(s->b, s->out, 64, 0, err));
    mpcf_status got = MPCF_E_TIMEOUT;
    int64_t limit = clock_deadline(SECOND);
    while (got == MPCF_E_TIMEOUT && clock_now_ns() < limit) {
        got = s->t->recv(s->a, s->in, 64, 0, NULL);
    }
    MPCF_TRY(expect_status(got, MPCF_OK, "recv() of what has come, after a signal", err));
    return expect_same(s->in, s->out, 64, err);
}

/* Last words, of a role that was asked to end. */
static mpcf_status check_last_words(struct pair *s, mpcf_error *err)
{
    interrupt_set();
    mpcf_status status = talk(s, err);
    interrupt_clear();
    return status;
}

const struct transport_check transport_signal_checks[] = {
    {"a signal ends recv()", true, 4, check_recv},
    {"a signal ends send()", true, 4, check_send},
    {"a signal ends advance()", true, 4, check_advance},
    {"a signal ends accept()", false, 4, check_accept},
    {"a signal ends connect()", false, 4, check_connect},
    {"what needs no wait goes after a signal, too", true, 4, check_last_words},
    {NULL, false, 0, NULL},
};
