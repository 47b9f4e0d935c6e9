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

static void a_dead_role_is_told(void **state)
{
    struct sweep_list list = {NULL, 0};
    struct sweep_tally tally = {0};

    (void) state;
    sweep_add(&list, &base, "tcp", TRIO_RESUME, "kill", "wire", 0, 20);
    sweep_run(&base, &list, &tally);
    sweep_clear(&list);
    sweep_judge(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_role_is_told),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
