/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles that come in any order, on processors of different levels, two users at once, and clocks
 * that jump a day in the middle of a run: right results all the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "faults/sweep.h"
#include "support/support.h"

#define PATIENCE 60.0
#define DAY      86400

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {0, milliseconds * 1000000};

    (void) nanosleep(&pause, NULL);
}

static void assert_right(const struct trio *t, const char *what)
{
    for (int r = 0; r < ROLES; r++) {
        if (t->statuses[r] != 0) {
            const struct sweep_case one = {t->transport, t->session, {what, "wire", 0, r, 0}, {0}};

            judge_say_of(&one, t, r, 0, "fails");
            fail();
        }
    }
    assert_true(trio_is_right(t));
}

/* --- Orders --- */

static void check_order(const char *transport, const int order[ROLES])
{
    char what[64];
    struct trio t;

    trio_open(&t, &base, 0, transport, TRIO_STREAM);
    for (int i = 0; i < ROLES; i++) {
        trio_start_role(&t, order[i], 0, NULL, PATIENCE, PATIENCE);
        pause_ms(300);
    }
    trio_wait(&t);
    (void) snprintf(what, sizeof what, "%s, %s, %s", apart_names[order[0]], apart_names[order[1]],
                    apart_names[order[2]]);
    assert_right(&t, what);
}

static void roles_come_in_any_order(void **state)
{
    static const int orders[][ROLES] = {{PROVIDER, USER, DEALER}, {PROVIDER, DEALER, USER},
                                        {USER, PROVIDER, DEALER}, {USER, DEALER, PROVIDER},
                                        {DEALER, PROVIDER, USER}, {DEALER, USER, PROVIDER}};
    static const char *const transports[] = {"tcp", "zmq", "loopback"};

    (void) state;
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 3; k++) {
            check_order(transports[k], orders[i]);
        }
    }
}

/* --- Processors --- */

static void each_may_have_another_processor(void **state)
{
    const char *machine = cpu_level_name(cpu_level_of_machine());
    const char *const levels[][ROLES] = {
        {"portable", NULL, NULL}, {NULL, "portable", NULL}, {NULL, NULL, "portable"}};

    (void) state;
    print_message("portable beside %s\n", machine);
    for (size_t i = 0; i < 3; i++) {
        struct trio t;

        trio_open(&t, &base, 0, "tcp", TRIO_STORE);
        memcpy(t.levels, levels[i], sizeof t.levels);
        trio_start(&t, 0, NULL, PATIENCE, PATIENCE);
        trio_wait(&t);
        assert_right(&t, "portable");
    }
}

/* --- Users --- */

static void heed_all(struct trio *first, struct trio *second)
{
    int status = 0;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        (void) (trio_heed(first, pid, status) || trio_heed(second, pid, status));
    }
}

/* Provider and dealer serve one session a process; who keeps them running starts them again. */
static void check_two_users(const char *transport)
{
    const int64_t began_ns = clock_now_ns();
    struct trio first, second;
    unsigned turn = 0;

    trio_open(&first, &base, 0, transport, TRIO_STREAM);
    trio_open_beside(&second, &first, 1);
    trio_start(&first, turn, NULL, PATIENCE, PATIENCE);
    trio_start_role(&second, USER, 0, NULL, PATIENCE, PATIENCE);
    while (first.pids[USER] != 0 || second.pids[USER] != 0) {
        heed_all(&first, &second);
        if (first.pids[PROVIDER] == 0 && first.pids[DEALER] == 0 && turn == 0) {
            turn++;
            trio_start_role(&first, DEALER, turn, NULL, PATIENCE, PATIENCE);
            trio_start_role(&first, PROVIDER, turn, NULL, PATIENCE, PATIENCE);
        }
        if (clock_seconds_since(began_ns) > 2 * PATIENCE) {
            trio_end(&first);
            trio_end(&second);
            fail_msg("two users over %s hang", transport);
        }
        pause_ms(2);
    }
    trio_wait(&first);
    assert_right(&first, "two users, the first");
    assert_right(&second, "two users, the second");
}

static void two_users_are_served_in_turn(void **state)
{
    (void) state;
    check_two_users("tcp");
    check_two_users("zmq");
    check_two_users("loopback");
}

/* --- Clocks --- */

/* Days between what a program takes for now, with FAULT, and what it is. */
static long days_off(const char *fault)
{
    char command[4400], line[64] = "";

    (void) snprintf(command, sizeof command, "LD_PRELOAD='%s' MPCF_FAULT='%s' date +%%s",
                    getenv("MPCF_FAULTS"), fault);
    FILE *date = popen(command, "r");

    assert_non_null(date);
    assert_non_null(fgets(line, sizeof line, date));
    assert_int_equal(pclose(date), 0);
    return (strtol(line, NULL, 10) - (long) time(NULL)) / (DAY - 3600); /* however slow it was */
}

static void a_clock_may_jump(void **state)
{
    static const struct sweep_events samples[] = {
        {"tcp", TRIO_STREAM, "ahead", "wire", 0, 50, 0},
        {"tcp", TRIO_STORE, "back", "wire", 1, 90, 0},
        {"zmq", TRIO_RESUME, "ahead", "wire", 2, 90, 0},
        {"zmq", TRIO_STREAM, "back", "wire", 3, 60, 0},
        {"loopback", TRIO_STREAM, "ahead", "wire", 0, 90, 0},
    };
    struct sweep_list list = {&base, NULL, 0};
    struct sweep_tally tally = {0};

    (void) state;
    assert_int_equal(days_off("ahead wire 0"), 1);
    assert_int_equal(days_off("back wire 0"), -1);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        sweep_add(&list, &samples[i]);
    }
    sweep_run(&list, 1e9, &tally);
    sweep_clear(&list);
    judge_tally(&tally);
    assert_int_equal(tally.right, tally.faults);
    assert_int_equal(tally.unmet, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_come_in_any_order),
        cmocka_unit_test(each_may_have_another_processor),
        cmocka_unit_test(two_users_are_served_in_turn),
        cmocka_unit_test(a_clock_may_jump),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
