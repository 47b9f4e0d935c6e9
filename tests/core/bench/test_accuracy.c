/* SPDX-License-Identifier: Apache-2.0 */
/* Every secure primitive is more exact than the systems it is compared with. */
#include "bench/bench_accuracy.h"

#include <string.h>

#include "base/memory.h"
#include "support/support.h"

static void every_known_figure_is_beaten(void **state)
{
    mpcf_error *err = mpcf_error_create();
    json_t *result = NULL, *line = NULL;
    size_t i = 0, compared = 0;

    (void) state;
    assert_ok(bench_accuracy(&result, err), err);
    json_array_foreach(json_object_get(result, "results"), i, line)
    {
        double error = json_real_value(json_object_get(line, "max_error"));
        const json_t *beat = json_object_get(line, "to_beat");

        if (beat != NULL && !(error < json_real_value(beat))) {
            fail_msg(
                "%s on %s: %g, to beat %g", json_string_value(json_object_get(line, "primitive")),
                json_string_value(json_object_get(line, "range")), error, json_real_value(beat));
        }
        compared += beat != NULL;
    }
    assert_true(compared > 8);
    json_decref(result);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_known_figure_is_beaten)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
