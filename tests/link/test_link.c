/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three roles on three machines, over a link that is slow, long, lossy, out of order, or cut for a
 * while: right results, or clear messages within the deadline. And the link is what it says it is.
 *
 * A sample; $MPCF_LINK_ALL: all.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "faults/trio.h"
#include "faults/words.h"
#include "link/link.h"
#include "support/support.h"

static struct trio_base base;
static struct link *net;

static const struct link_shape plain = {.delay_us = 0};

/* --- The link itself --- */

enum { PORT = 5000, DATAGRAMS = 4000 };

static struct sockaddr_in place(int machine)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    char host[32];

    link_host(machine, false, host);
    assert_int_equal(inet_pton(AF_INET, host, &in.sin_addr), 1);
    return in;
}

/* A socket of machine 0 that is bound, or of machine 1 that is connected to it; made in a child. */
struct meeting {
    int type;
    size_t bytes;
    double connect_seconds, all_seconds;
    size_t arrived, late; /* datagrams; those behind a later one */
};

static void serve_stream(int listener)
{
    static uint8_t room[65536];
    const int fd = accept(listener, NULL, NULL);

    while (recv(fd, room, sizeof room, 0) > 0) {
    }
    (void) !write(fd, "!", 1);
    _exit(0);
}

static void count_datagrams(int fd, int line)
{
    const struct timeval patience = {1, 0};
    struct meeting m = {.arrived = 0};
    uint32_t number = 0, largest = 0;

    (void) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(fd, &number, sizeof number, 0) == sizeof number) {
        m.arrived++;
        m.late += number < largest;
        largest = number > largest ? number : largest;
    }
    (void) !write(line, &m, sizeof m);
    _exit(0);
}

static void call_stream(int fd, size_t bytes, int line)
{
    static uint8_t room[65536];
    const struct sockaddr_in in = place(0);
    struct meeting m = {.bytes = bytes};
    const int64_t began_ns = clock_now_ns();

    if (connect(fd, (const struct sockaddr *) &in, sizeof in) != 0) {
        _exit(1);
    }
    m.connect_seconds = clock_seconds_since(began_ns);
    for (size_t done = 0; done < bytes; done += sizeof room) {
        (void) !send(fd, room, sizeof room, 0);
    }
    (void) shutdown(fd, SHUT_WR);
    (void) !read(fd, room, 1);
    m.all_seconds = clock_seconds_since(began_ns);
    (void) !write(line, &m, sizeof m);
    _exit(0);
}

static void send_datagrams(int fd)
{
    const struct sockaddr_in in = place(0);
    const struct timespec pause = {0, 100000};

    for (uint32_t i = 0; i < DATAGRAMS; i++) {
        (void) sendto(fd, &i, sizeof i, 0, (const struct sockaddr *) &in, sizeof in);
        (void) nanosleep(&pause, NULL);
    }
    _exit(0);
}

static pid_t start_machine(int machine, const struct meeting *m, int ready, int line)
{
    const struct sockaddr_in in = place(0);
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0) {
        return pid;
    }
    if (!link_enter(net, machine)) {
        _exit(1);
    }
    const int fd = socket(AF_INET, m->type, 0);

    if (machine == 0) {
        if (bind(fd, (const struct sockaddr *) &in, sizeof in) != 0 ||
            (m->type == SOCK_STREAM && listen(fd, 1) != 0)) {
            _exit(1);
        }
        (void) !write(ready, "!", 1);
        m->type == SOCK_STREAM ? serve_stream(fd) : count_datagrams(fd, line);
    }
    m->type == SOCK_STREAM ? call_stream(fd, m->bytes, line) : send_datagrams(fd);
    _exit(0);
}

static struct meeting meet(int type, size_t bytes)
{
    struct meeting m = {.type = type, .bytes = bytes};
    int ready[2], line[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(line), 0);
    const pid_t server = start_machine(0, &m, ready[1], line[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    const pid_t client = start_machine(1, &m, ready[1], line[1]);
    assert_int_equal(read(line[0], &m, sizeof m), sizeof m);
    assert_int_equal(waitpid(client, NULL, 0), client);
    assert_int_equal(waitpid(server, NULL, 0), server);
    for (int i = 0; i < 2; i++) {
        (void) close(ready[i]);
        (void) close(line[i]);
    }
    return m;
}

static void the_link_is_as_long_and_slow_as_it_says(void **state)
{
    const struct link_shape shape = {.delay_us = 20000, .rate_kbit = 8000};

    (void) state;
    link_set(net, &shape);
    const struct meeting m = meet(SOCK_STREAM, 1 << 20);

    link_set(net, &plain);
    print_message("20 ms, 8 Mbit/s: connected in %.1f ms, 1 MiB in %.2f s\n",
                  m.connect_seconds * 1e3, m.all_seconds);
    assert_true(m.connect_seconds >= 0.040 && m.connect_seconds < 0.080);
    assert_true(m.all_seconds >= 1.05 && m.all_seconds < 2.5);
}

static void the_link_loses_and_reorders_what_it_says(void **state)
{
    const struct link_shape shape = {.loss_ppm = 50000, .reorder_ppm = 100000, .reorder_us = 3000};

    (void) state;
    link_set(net, &shape);
    const struct meeting m = meet(SOCK_DGRAM, 0);

    link_set(net, &plain);
    print_message("5 %% loss, 10 %% late: %zu of %d arrived, %zu late\n", m.arrived, DATAGRAMS,
                  m.late);
    assert_in_range(m.arrived, DATAGRAMS * 92 / 100, DATAGRAMS * 98 / 100);
    assert_in_range(m.late, DATAGRAMS * 5 / 100, DATAGRAMS * 15 / 100);
}

/* --- Runs --- */

static bool is_all(void)
{
    return getenv("MPCF_LINK_ALL") != NULL;
}

static void wait_for(struct trio *t, double seconds)
{
    const struct timespec pause = {0, 2000000};
    const int64_t began_ns = clock_now_ns();

    while (!trio_has_ended(t)) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, WNOHANG);

        if (pid > 0) {
            (void) trio_heed(t, pid, status);
        }
        if (clock_seconds_since(began_ns) > seconds) {
            trio_end(t);
            fail_msg("over %s the run hangs", t->transport);
        }
        (void) nanosleep(&pause, NULL);
    }
}

static void last_words(const struct trio *t, int role, char line[2048])
{
    char name[64];

    trio_file(role, 0, "log", name);
    char *path = file_join(t->folder, name);

    line[0] = '\0';
    (void) words_of(path, line, 2048);
    mpcf_free(path);
}

static void assert_right(const struct trio *t, const char *what)
{
    for (int r = 0; r < ROLES; r++) {
        if (t->statuses[r] != 0) {
            char line[2048];

            last_words(t, r, line);
            fail_msg("%s over %s: the %s ends with %#x: %s", what, t->transport, apart_names[r],
                     (unsigned) t->statuses[r], line);
        }
    }
    assert_true(trio_is_right(t));
}

struct weather {
    const char *name;
    struct link_shape shape;
};

static void run_in(const struct weather *w, const char *transport, bool ipv6)
{
    const int64_t began_ns = clock_now_ns();
    struct trio t;

    link_set(net, &w->shape);
    trio_open_apart(&t, &base, transport, TRIO_STREAM, net, ipv6);
    trio_start(&t, 0, NULL, 60, 20);
    wait_for(&t, 120);
    link_set(net, &plain);
    print_message("%s over %s, IPv%d: %.1f s\n", w->name, transport, ipv6 ? 6 : 4,
                  clock_seconds_since(began_ns));
    assert_right(&t, w->name);
}

static void results_are_right_over_bad_links(void **state)
{
    static const struct weather weathers[] = {
        {"1 % loss", {5000, 100000, 10000, 0, 0}},
        {"out of order", {2000, 100000, 0, 250000, 3000}},
        {"5 % loss", {2000, 100000, 50000, 0, 0}},
        {"far away", {40000, 200000, 0, 0, 0}},
        {"slow", {10000, 1000, 0, 0, 0}},
        {"5 % loss, out of order", {10000, 20000, 50000, 100000, 15000}},
    };
    const size_t count = is_all() ? sizeof weathers / sizeof weathers[0] : 2;

    (void) state;
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < 4; k++) {
            if (is_all() || k == (int) i || k == 3 - (int) i) {
                run_in(&weathers[i], k % 2 == 0 ? "tcp" : "zmq", k / 2 == 1);
            }
        }
    }
}

/* --- Cuts --- */

static bool has_joined(const struct trio *t)
{
    char name[64], line[1024];
    unsigned long at = 0;

    trio_file(USER, 0, "events", name);
    char *path = file_join(t->folder, name);
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        (void) sscanf(line, "wire %lu", &at);
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    mpcf_free(path);
    return at > 40; /* within an inference */
}

/* Cuts the link in the middle of a run, for SECONDS. */
static void run_cut(struct trio *t, const char *transport, bool ipv6, double seconds,
                    double timeout)
{
    static const struct link_shape slow = {.delay_us = 5000, .rate_kbit = 100000};
    const struct timespec pause = {0, 2000000};
    const int64_t began_ns = clock_now_ns();

    link_set(net, &slow);
    trio_open_apart(t, &base, transport, TRIO_STREAM, net, ipv6);
    trio_start(t, 0, NULL, 20, timeout);
    while (!has_joined(t) && clock_seconds_since(began_ns) < 30) {
        (void) nanosleep(&pause, NULL);
    }
    assert_true(has_joined(t) && t->pids[USER] != 0);
    link_cut(net, true);
    const struct timespec cut = {(time_t) seconds,
                                 (long) ((seconds - (double) (time_t) seconds) * 1e9)};

    (void) nanosleep(&cut, NULL);
    link_cut(net, false);
    wait_for(t, timeout * 4 + 30);
    link_set(net, &plain);
}

static void check_healed(const char *transport, bool ipv6, double seconds, double timeout)
{
    char what[128];
    struct trio t;

    run_cut(&t, transport, ipv6, seconds, timeout);
    (void) snprintf(what, sizeof what, "a cut of %.1f s with a timeout of %.0f s", seconds,
                    timeout);
    print_message("%s over %s\n", what, transport);
    assert_right(&t, what);
}

static void a_cut_shorter_than_the_deadline_heals(void **state)
{
    (void) state;
    check_healed("tcp", false, 1.5, 8);
    check_healed("zmq", false, 1.5, 8);
    if (is_all()) {
        check_healed("tcp", true, 15, 60);
        check_healed("zmq", true, 15, 60);
        check_healed("tcp", false, 35, 90);
        check_healed("zmq", false, 35, 90);
    }
}

static void check_ended(const char *transport, bool ipv6, double timeout)
{
    struct trio t;

    run_cut(&t, transport, ipv6, timeout * 2 + 2, timeout);
    for (int r = 0; r < ROLES; r++) {
        char line[2048];

        last_words(&t, r, line);
        print_message("cut over %s for good, the %s: %s\n", transport, apart_names[r], line);
        assert_int_equal(WEXITSTATUS(t.statuses[r]), 1);
        assert_true(words_are_clear(r, r, line));
    }
}

static void a_longer_one_ends_in_clear_messages(void **state)
{
    (void) state;
    check_ended("tcp", false, 2);
    check_ended("zmq", true, 2);
}

static int make_net(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static int clear_net(void **state)
{
    (void) state;
    link_close(net);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_link_is_as_long_and_slow_as_it_says),
        cmocka_unit_test(the_link_loses_and_reorders_what_it_says),
        cmocka_unit_test(results_are_right_over_bad_links),
        cmocka_unit_test(a_cut_shorter_than_the_deadline_heals),
        cmocka_unit_test(a_longer_one_ends_in_clear_messages),
    };
    char why[128] = "";

    net = link_open(false, &plain, why, sizeof why);
    if (net == NULL) {
        (void) printf("skipped: %s\n", why);
        return 77;
    }
    return cmocka_run_group_tests(tests, make_net, clear_net);
}
