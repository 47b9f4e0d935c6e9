/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>

#include "channel/named_network.h"

/* 100 rounds over 20 ms, two seconds, and 25 MB over 25 MB/s, one. */
static void rounds_and_bytes_take_their_time(void **state)
{
    const struct named_network *wan = named_network_find("wan");

    (void) state;
    assert_non_null(wan);
    assert_true(fabs(named_network_seconds(wan, 100, 25000000) - 3) < 1e-9);
    assert_true(named_network_seconds(wan, 0, 0) == 0);
}

static void names_are_found(void **state)
{
    (void) state;
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        assert_ptr_equal(named_network_find(named_networks[i].name), &named_networks[i]);
    }
    assert_null(named_network_find("moon"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_and_bytes_take_their_time),
        cmocka_unit_test(names_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
