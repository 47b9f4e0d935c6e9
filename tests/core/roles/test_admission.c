/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many callers at once: those that say nothing cost little and hold nobody up, the oldest make room,
 * and a signal ends the wait.
 */
#include "roles/admission.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "support/actors.h"
#include "support/captured_log.h"
#include "support/role_keys.h"
#include "support/support.h"

#define MANY 50

static const char *const transports[] = {"loopback", "tcp", "zmq"};
#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

/* --- roles --- */

static void play_among_silent(const char *transport, enum role called)
{
    struct test_transport t = test_transport_load(transport);
    struct roles_options o = actor_options(transport, ROLE_DEALER);
    struct actor dealer, couple[2];
    void *silent[MANY];
    actor_open(&dealer, &o, "4");
    couple_open(couple, transport, roles_address(dealer.roles), "4");
    actor_start(&dealer);
    actor_start(&couple[0]);
    for (size_t i = 0; i < MANY; i++) {
        silent[i] = stranger_call(
            &t, roles_address(called == ROLE_DEALER ? dealer.roles : couple[0].roles));
    }
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&dealer);
    assert_was_ok(couple[1].status, couple[1].err);
    assert_was_ok(couple[0].status, couple[0].err);
    assert_was_ok(dealer.status, dealer.err);
    print_message("%s: joined beside %d silent callers of the %s in %.2f s\n", transport, MANY,
                  role_name(called), couple[1].seconds);
    assert_true(couple[1].seconds < 5);
    for (size_t i = 0; i < MANY; i++) {
        t.transport->close(silent[i]);
    }
    couple_close(couple);
    actor_close(&dealer);
}

static void silent_callers_hold_nobody_up(void **state)
{
    (void) state;
    for (size_t i = 0; i < TRANSPORTS; i++) {
        play_among_silent(transports[i], ROLE_DEALER);
        play_among_silent(transports[i], ROLE_PROVIDER);
    }
}

static void a_signal_ends_the_wait(void **state)
{
    (void) state;
    for (size_t i = 0; i < 3 * TRANSPORTS; i++) {
        struct roles_options o =
            actor_options(transports[i % TRANSPORTS], (enum role)(i / TRANSPORTS));
        struct actor a;
        o.connect_ns = 60 * ACTOR_SECOND;
        o.addresses[ROLE_DEALER] =
            strcmp(transports[i % TRANSPORTS], "loopback") == 0 ? "nobody-is-here" : "127.0.0.1:9";
        actor_open(&a, &o, "4");
        actor_start(&a);
        (void) usleep(100000);
        int64_t began = clock_now_ns();
        interrupt_set();
        actor_join(&a);
        interrupt_clear();
        assert_status_was(MPCF_E_INTERRUPTED, a.status, a.err);
        assert_message_contains(a.err, role_name(o.role));
        assert_message_contains(a.err, "was stopped while it");
        assert_true(clock_seconds_since(began) < 1);
        actor_close(&a);
    }
}

/* --- admission by itself --- */

struct scene {
    struct test_transport t;
    struct admission admission;
    char address[256];
    mpcf_error *err;
};

static void open_scene(struct scene *s, const char *transport)
{
    *s = (struct scene){.t = test_transport_load(transport), .err = mpcf_error_create()};
    s->admission.transport = s->t.transport;
    s->admission.callee =
        (struct callee){.role = ROLE_DEALER, .keys = test_role_keys(0, ROLE_DEALER)};
    assert_ok(s->t.transport->listen(
                  s->t.config,
                  (s->t.transport->caps & MPCF_TRANSPORT_LOCAL) != 0 ? "auto" : "127.0.0.1:0",
                  &s->admission.listener, s->err),
              s->err);
    assert_ok(s->t.transport->bound(s->admission.listener, s->address, sizeof(s->address), s->err),
              s->err);
}

static void close_scene(struct scene *s)
{
    admission_clear(&s->admission);
    s->t.transport->unlisten(s->admission.listener);
    mpcf_error_destroy(s->err);
}

/* Until COUNT are in it and, where STAGE is given, have come so far. */
static void turn_until(struct scene *s, size_t count, enum greeting_stage stage)
{
    int64_t deadline = clock_deadline(10 * ACTOR_SECOND);
    struct caller caller;
    bool came = false, done = false;
    while (!done) {
        assert_true(clock_now_ns() < deadline);
        assert_ok(admission_turn(&s->admission, clock_deadline(ACTOR_SECOND / 50), &caller, &came,
                                 s->err),
                  s->err);
        assert_false(came);
        done = s->admission.count == count;
        for (size_t i = 0; i < s->admission.count; i++) {
            done = done && s->admission.callers[i].stage >= stage;
        }
    }
}

static void send_frame(const struct scene *s, void *conn, uint8_t number, const void *data,
                       size_t length)
{
    const uint8_t head[16] = {(uint8_t) length, (uint8_t) (length >> 8), [8] = number};
    stranger_send(&s->t, conn, head, sizeof(head));
    stranger_send(&s->t, conn, data, length);
}

static void send_hello_of(const struct scene *s, void *conn, enum role from, bool has_key)
{
    uint8_t wire[HELLO_BYTES];
    struct hello h;
    assert_int_equal(hello_init(&h, from, ROLE_DEALER, has_key, NULL), MPCF_OK);
    hello_encode(&h, wire);
    send_frame(s, conn, 0, wire, sizeof(wire));
}

static void send_hello(const struct scene *s, void *conn)
{
    send_hello_of(s, conn, ROLE_USER, true);
}

static size_t memory_in_use(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* Of the process, beside what malloc() has it for. */
static size_t mapped(void)
{
    char line[256];
    size_t kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmData:", 7) == 0) {
            kilobytes = strtoull(line + 7, NULL, 10);
        }
    }
    (void) fclose(file);
    return kilobytes * 1024;
}

/* However far a caller without the keys gets, and whatever it announces. */
static void a_stranger_costs_little(void **state)
{
    (void) state;
    for (size_t i = 0; i < 2; i++) { /* not zmq, which needs more: its README.md */
        struct scene s;
        void *conns[ADMISSION_CALLERS];
        static const uint8_t long_head[16] = {0xff, 0xff, 0xff, 0x7f, [8] = 1};
        open_scene(&s, transports[i]);
        for (size_t j = 0; j < ADMISSION_CALLERS; j++) {
            conns[j] = stranger_call(&s.t, s.address);
            send_hello(&s, conns[j]);
        }
        size_t before = memory_in_use(), mapped_before = mapped();
        turn_until(&s, ADMISSION_CALLERS, GREETING_PROOF);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        before = mapped_before = 0; /* their malloc() counts otherwise */
#else
        size_t each = (memory_in_use() - before) / ADMISSION_CALLERS;
        size_t all = mapped() - mapped_before;
        print_message("%s: a caller without a proof costs %zu bytes of the heap, %d of them %zu of "
                      "the process\n",
                      transports[i], each, ADMISSION_CALLERS, all);
        assert_true(each > 0 && each < 16384);
        assert_true(all < (size_t) ADMISSION_CALLERS * 16384);
#endif
        for (size_t j = 0; j < ADMISSION_CALLERS; j++) {
            stranger_send(&s.t, conns[j], long_head, sizeof(long_head));
        }
        turn_until(&s, 0, GREETING_HELLO);
        assert_true(before == 0 || memory_in_use() < before + 16384);
        for (size_t j = 0; j < ADMISSION_CALLERS; j++) {
            s.t.transport->close(conns[j]);
        }
        close_scene(&s);
    }
}

/* Those that have said a hello stay, of those that have not the first to come goes first. */
static void the_oldest_that_said_nothing_goes(void **state)
{
    (void) state;
    struct scene s;
    void *conns[ADMISSION_CALLERS + 4];
    uint8_t heard = 0;
    open_scene(&s, "tcp");
    for (size_t i = 0; i < ADMISSION_CALLERS + 4; i++) {
        conns[i] = stranger_call(&s.t, s.address);
        if (i < 2) {
            send_hello(&s, conns[i]);
        }
        turn_until(&s, i < ADMISSION_CALLERS ? i + 1 : ADMISSION_CALLERS, GREETING_HELLO);
        if (i == 1) {
            turn_until(&s, 2, GREETING_PROOF);
        }
    }
    /* More came than there are places: the third to sixth are gone. */
    for (size_t i = 2; i < ADMISSION_CALLERS + 4; i++) {
        int64_t began = clock_now_ns();
        assert_int_equal(stranger_hear(&s.t, conns[i], &heard, 1, 0.1), 0);
        assert_true((clock_seconds_since(began) < 0.09) == (i < 6));
    }
    assert_int_equal(s.admission.callers[0].stage, GREETING_PROOF);
    assert_int_equal(s.admission.callers[1].stage, GREETING_PROOF);
    for (size_t i = 0; i < ADMISSION_CALLERS + 4; i++) {
        s.t.transport->close(conns[i]);
    }
    turn_until(&s, 0, GREETING_HELLO); /* who hangs up has no place */
    close_scene(&s);
}

/* However little it says, and however often. */
static void who_is_slow_is_let_go(void **state)
{
    (void) state;
    struct scene s;
    uint8_t heard = 0;
    open_scene(&s, "tcp");
    void *conn = stranger_call(&s.t, s.address);
    stranger_send(&s.t, conn, "\x80", 1);
    turn_until(&s, 1, GREETING_HELLO);
    s.admission.callers[0].began -= ADMISSION_NS - ACTOR_SECOND;
    stranger_send(&s.t, conn, "\0", 1);
    turn_until(&s, 1, GREETING_HELLO);
    s.admission.callers[0].began -= ACTOR_SECOND;
    stranger_send(&s.t, conn, "\0", 1);
    turn_until(&s, 0, GREETING_HELLO);
    assert_non_null(strstr(s.admission.refused, "did not say its handshake within 10 s"));
    assert_int_equal(stranger_hear(&s.t, conn, &heard, 1, 1), 0);
    s.t.transport->close(conn);
    close_scene(&s);
}

static void a_flood_of_callers_is_no_flood_of_lines(void **state)
{
    (void) state;
    struct scene s;
    struct captured_log log;
    open_scene(&s, "tcp");
    captured_log_begin(&log);
    for (size_t i = 0; i < 2 * MANY; i++) {
        void *conn = stranger_call(&s.t, s.address);
        stranger_send(&s.t, conn, "GET / HTTP/1.0\r\n", 16);
        turn_until(&s, 1, GREETING_HELLO);
        turn_until(&s, 0, GREETING_HELLO);
        s.t.transport->close(conn);
    }
    captured_log_end(&log);
    assert_int_equal(captured_log_count(&log, "turned a caller away"), 20);
    assert_int_equal(captured_log_count(&log, "no more of these for a minute"), 1);
    assert_int_equal(s.admission.unlogged, 2 * MANY - 20);
    captured_log_clear(&log);
    close_scene(&s);
}

/* A role has no key for its own, so that one that says it is of that role would prove nothing. */
static void nobody_calls_as_the_role_that_is_called(void **state)
{
    (void) state;
    struct scene s;
    open_scene(&s, "tcp");
    void *conn = stranger_call(&s.t, s.address);
    turn_until(&s, 1, GREETING_HELLO);
    send_hello_of(&s, conn, ROLE_DEALER, false);
    turn_until(&s, 0, GREETING_HELLO);
    assert_non_null(strstr(s.admission.refused, "a dealer called this dealer"));
    s.t.transport->close(conn);
    close_scene(&s);
}

static void a_handshake_is_of_the_role_of_the_hello(void **state)
{
    (void) state;
    static const uint8_t no_proof[HELLO_MAC_BYTES];
    static uint8_t wire[HANDSHAKE_BYTES];
    struct scene s;
    struct handshake h;
    open_scene(&s, "tcp");
    s.admission.callee.keys = NULL;
    void *conn = stranger_call(&s.t, s.address);
    turn_until(&s, 1, GREETING_HELLO);
    send_hello_of(&s, conn, ROLE_USER, false);
    send_frame(&s, conn, 1, no_proof, sizeof(no_proof));
    handshake_init(&h, ROLE_PROVIDER);
    handshake_encode(&h, wire);
    send_frame(&s, conn, 2, wire, sizeof(wire));
    turn_until(&s, 0, GREETING_HELLO);
    assert_non_null(strstr(s.admission.refused, "a user's handshake says that it is a provider"));
    s.t.transport->close(conn);
    close_scene(&s);
}

static mpcf_status fail_accept(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    (void) listener;
    (void) deadline;
    *conn = NULL;
    return mpcf_fail(err, MPCF_E_IO, "too many open files");
}

static void a_door_that_fails_ends_no_role(void **state)
{
    (void) state;
    struct scene s;
    open_scene(&s, "tcp");
    mpcf_transport failing = *s.t.transport;
    failing.accept = fail_accept;
    s.admission.transport = &failing;
    turn_until(&s, 0, GREETING_HELLO);
    assert_non_null(strstr(s.admission.refused, "too many open files"));
    close_scene(&s);
}

/* Who listens and says nothing is waited for until a signal comes, or its time is over. */
static void a_silent_listener_is_not_waited_for_without_end(void **state)
{
    (void) state;
    for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
        struct scene s;
        struct actor a;
        struct roles_options o = actor_options("tcp", ROLE_USER);
        open_scene(&s, "tcp");
        o.connect_ns = 60 * ACTOR_SECOND;
        o.timeout_ns = is_stopped ? 60 * ACTOR_SECOND : ACTOR_SECOND / 2;
        o.addresses[ROLE_DEALER] = o.addresses[ROLE_PROVIDER] = s.address;
        actor_open(&a, &o, "4");
        actor_start(&a);
        (void) usleep(300000);
        int64_t began = clock_now_ns();
        if (is_stopped) {
            interrupt_set();
        }
        actor_join(&a);
        interrupt_clear();
        assert_status_was(is_stopped ? MPCF_E_INTERRUPTED : MPCF_E_TIMEOUT, a.status, a.err);
        assert_message_contains(a.err, is_stopped ? "was stopped while it" : "answer the hello");
        assert_true(clock_seconds_since(began) < 5);
        actor_close(&a);
        close_scene(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_callers_hold_nobody_up),
        cmocka_unit_test(a_signal_ends_the_wait),
        cmocka_unit_test(a_stranger_costs_little),
        cmocka_unit_test(the_oldest_that_said_nothing_goes),
        cmocka_unit_test(who_is_slow_is_let_go),
        cmocka_unit_test(nobody_calls_as_the_role_that_is_called),
        cmocka_unit_test(a_handshake_is_of_the_role_of_the_hello),
        cmocka_unit_test(a_door_that_fails_ends_no_role),
        cmocka_unit_test(a_silent_listener_is_not_waited_for_without_end),
        cmocka_unit_test(a_flood_of_callers_is_no_flood_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
