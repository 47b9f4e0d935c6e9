/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strangers in great numbers call provider and dealer, before and while a user does: the run is
 * right, and takes no more memory than a few KiB a caller. For $MPCF_FUZZ_SECONDS (10);
 * $MPCF_FUZZ_SEED (1) is where it begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "faults/strangers.h"
#include "faults/trio.h"
#include "faults/words.h"
#include "support/support.h"

#ifdef __SANITIZE_ADDRESS__
#define ROOM_KIB 65536L
#else
#define ROOM_KIB 2048L /* 16 KiB for each of 16, and what two equal runs differ by */
#endif

enum { AT_ONCE = 24, CONNECTIONS = 2 };

#define PATIENCE 60.0
#define ALONE    1.0 /* seconds before the user comes */

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

/* --- What real callers say --- */

static size_t read_openings(const struct trio *t, struct opening openings[ROLES * CONNECTIONS])
{
    size_t count = 0;

    for (int i = 0; i < ROLES * CONNECTIONS; i++) {
        char name[64], numbered[80], *path = NULL, *data = NULL;

        trio_file(i / CONNECTIONS, 0, "said", name);
        (void) snprintf(numbered, sizeof numbered, "%s-%d", name, 1 + i % CONNECTIONS);
        path = file_join(t->folder, numbered);
        if (file_exists(path)) {
            assert_int_equal(file_read(path, 1 << 24, &data, &openings[count].length, NULL),
                             MPCF_OK);
            openings[count++].data = (uint8_t *) data;
        }
        mpcf_free(path);
    }
    return count;
}

/* --- One round --- */

static void reap(struct trio *t)
{
    int status = 0;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        (void) trio_heed(t, pid, status);
    }
}

static void check_role(const struct trio *t, int role, long peak_kib)
{
    char name[64], line[2048] = "", *path = NULL;

    trio_file(role, 0, "log", name);
    path = file_join(t->folder, name);
    (void) words_of(path, line, sizeof line);
    if (t->statuses[role] != 0 || words_have_report(path)) {
        fail_msg("among strangers over %s the %s ends with %#x: %s", t->transport,
                 apart_names[role], (unsigned) t->statuses[role], line);
    }
    if (trio_peak_kib(t, role, 0) > peak_kib + ROOM_KIB) {
        fail_msg("strangers over %s cost the %s %ld KiB", t->transport, apart_names[role],
                 trio_peak_kib(t, role, 0) - peak_kib);
    }
    mpcf_free(path);
}

static size_t run_among(struct trio *t, const struct opening *openings, size_t count, uint64_t seed)
{
    const struct timespec pause = {0, 1000000};
    const int64_t began_ns = clock_now_ns();
    char provider[64], dealer[64];

    trio_address(t, PROVIDER, provider);
    trio_address(t, DEALER, dealer);
    struct strangers *there[2] = {strangers_open(provider, openings, count, AT_ONCE, seed),
                                  strangers_open(dealer, openings, count, AT_ONCE, seed + 1)};

    trio_start_role(t, DEALER, 0, NULL, PATIENCE, PATIENCE);
    trio_start_role(t, PROVIDER, 0, NULL, PATIENCE, PATIENCE);
    while ((t->pids[USER] == 0 && clock_seconds_since(began_ns) < ALONE) || !trio_has_ended(t)) {
        strangers_work(there[0]);
        strangers_work(there[1]);
        reap(t);
        if (t->pids[USER] == 0 && t->ended_ns[USER] == 0 &&
            clock_seconds_since(began_ns) >= ALONE) {
            trio_start_role(t, USER, 0, NULL, PATIENCE, PATIENCE);
        }
        if (clock_seconds_since(began_ns) > 2 * PATIENCE) {
            trio_end(t);
        }
        (void) nanosleep(&pause, NULL);
    }
    const size_t called = strangers_called(there[0]) + strangers_called(there[1]);

    strangers_close(there[0]);
    strangers_close(there[1]);
    return called;
}

static void check_transport(const char *transport)
{
    const char *wanted = getenv("MPCF_FUZZ_SECONDS"), *first = getenv("MPCF_FUZZ_SEED");
    const double seconds = (wanted != NULL ? strtod(wanted, NULL) : 10) / 3;
    const int64_t began_ns = clock_now_ns();
    uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 1;
    struct opening openings[ROLES * CONNECTIONS];
    long peaks[ROLES];
    size_t called = 0, runs = 0;
    struct trio t;

    trio_open(&t, &base, 0, transport, TRIO_STREAM);
    t.records = true;
    trio_start(&t, 0, NULL, PATIENCE, PATIENCE);
    trio_wait(&t);
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(t.statuses[r], 0);
        peaks[r] = trio_peak_kib(&t, r, 0);
    }
    const size_t count = read_openings(&t, openings);

    assert_int_equal(count, 6); /* two connections each */
    do {
        trio_open(&t, &base, 0, transport, TRIO_STREAM);
        print_message("%s, seed %llu\n", transport, (unsigned long long) seed);
        called += run_among(&t, openings, count, seed++);
        for (int r = 0; r < ROLES; r++) {
            check_role(&t, r, peaks[r]);
        }
        assert_true(trio_is_right(&t));
        runs++;
    } while (clock_seconds_since(began_ns) < seconds);
    print_message("%s: %zu runs right among %zu strangers\n", transport, runs, called);
    for (size_t i = 0; i < count; i++) {
        mpcf_free(openings[i].data);
    }
}

static void over_tcp(void **state)
{
    (void) state;
    check_transport("tcp");
}

static void over_zmq(void **state)
{
    (void) state;
    check_transport("zmq");
}

static void over_loopback(void **state)
{
    (void) state;
    check_transport("loopback");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_tcp),
        cmocka_unit_test(over_zmq),
        cmocka_unit_test(over_loopback),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
