/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A party that breaks the protocol at any message, in any way (preload/mutate.c): nobody else
 * crashes, hangs, or takes more memory, and the next run is right. For $MPCF_FUZZ_SECONDS (10);
 * $MPCF_FUZZ_SEED (1) is where it begins.
 */
#include <stdlib.h>

#include "faults/sweep.h"
#include "support/support.h"

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static void a_party_that_breaks_the_protocol_breaks_nothing_else(void **state)
{
    static const char *const transports[] = {"tcp", "zmq", "loopback"};
    const char *wanted = getenv("MPCF_FUZZ_SECONDS"), *first = getenv("MPCF_FUZZ_SEED");
    const double seconds = wanted != NULL ? strtod(wanted, NULL) : 10;
    const uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 1;
    struct sweep_tally tally = {0};
    struct sweep_list list = {&base, NULL, 0};

    (void) state;
    for (size_t i = 0; i < 9; i++) {
        sweep_add_random(&list, transports[i % 3], (enum trio_session)(i / 3 % TRIO_SESSIONS),
                         1 + (size_t) seconds, seed + 1000000 * i);
    }
    sweep_shuffle(&list, seed);
    sweep_run(&list, seconds, &tally);
    sweep_clear(&list);
    judge_tally(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_party_that_breaks_the_protocol_breaks_nothing_else),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
