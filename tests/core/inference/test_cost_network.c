/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>

#include "inference/cost_network.h"

/* 100 rounds and 25 MB over 20 ms and 12.5 MB/s: two seconds each. */
static void rounds_and_bytes_take_their_time(void **state)
{
    const struct cost_network *wan = cost_network_find("wan");

    (void) state;
    assert_non_null(wan);
    assert_true(fabs(cost_network_seconds(wan, 100, 25000000) - 3) < 1e-9);
    assert_true(cost_network_seconds(wan, 0, 0) == 0);
}

static void names_are_found(void **state)
{
    (void) state;
    for (size_t i = 0; i < COST_NETWORKS; i++) {
        assert_ptr_equal(cost_network_find(cost_networks[i].name), &cost_networks[i]);
    }
    assert_null(cost_network_find("moon"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_and_bytes_take_their_time),
        cmocka_unit_test(names_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
