/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>

#include "inference/cost_network.h"

/* 100 rounds over 20 ms, two seconds, and 25 MB over 25 MB/s, one. */
static void rounds_and_bytes_take_their_time(void **state)
{
    const struct named_network *wan = named_network_find("wan");

    (void) state;
    assert_non_null(wan);
    assert_true(fabs(cost_network_seconds(wan, 100, 25000000) - 3) < 1e-9);
    assert_true(cost_network_seconds(wan, 0, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_and_bytes_take_their_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
