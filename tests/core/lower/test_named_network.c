/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <string.h>

#include "lower/named_network.h"

static void names_are_found(void **state)
{
    (void) state;
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        assert_ptr_equal(named_network_find(named_networks[i].name), &named_networks[i]);
    }
    assert_null(named_network_find("moon"));
}

static void who_misspells_is_told_all_and_the_nearest(void **state)
{
    struct text_buffer near = {0}, far = {0};

    (void) state;
    named_network_refuse("camps", &near);
    named_network_refuse("moonbeam", &far);
    assert_string_equal(text_string(&near),
                        "there is no network 'camps'; networks are lan, campus, "
                        "wan; did you mean 'campus'?");
    assert_string_equal(text_string(&far),
                        "there is no network 'moonbeam'; networks are lan, campus, wan");
    text_clear(&near);
    text_clear(&far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(who_misspells_is_told_all_and_the_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
