/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample of test_slow_kill.c's faults, for every day.
 */
#include "faults/sweep.h"
#include "support/support.h"

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static void a_fault_ends_in_a_result_or_a_clear_message(void **state)
{
    static const struct sweep_events samples[] = {
        {"tcp", TRIO_STREAM, "kill", "wire", 0, 70},  {"tcp", TRIO_RESUME, "kill", "wire", 3, 70},
        {"zmq", TRIO_STORE, "kill", "wire", 5, 140},  {"loopback", TRIO_STREAM, "tear", "wire", 2, 150},
        {"tcp", TRIO_STREAM, "freeze", "wire", 1, 70}, {"zmq", TRIO_RESUME, "freeze", "wire", 4, 100},
        {"tcp", TRIO_STORE, "full", "disk", 0, 60},   {"tcp", TRIO_RESUME, "deny", "disk", 0, 5},
    };
    struct sweep_list list = {&base, NULL, 0};
    struct sweep_tally tally = {0};

    (void) state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        sweep_add(&list, &samples[i]);
    }
    sweep_run(&list, 1e9, &tally);
    sweep_clear(&list);
    judge_tally(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_ends_in_a_result_or_a_clear_message),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
