/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "bench/bench_kernels.h"

/* On the portable level alone, so that it is short. */
static void every_case_is_measured_and_stands_in_the_table(void **state)
{
    mpcf_error *err = mpcf_error_create();
    enum cpu_level before = cpu_level();
    json_t *result = NULL, *results = NULL, *entry = NULL;
    char *table = NULL;
    size_t i = 0;

    (void) state;
    cpu_force(CPU_PORTABLE);
    assert_ok(bench_kernels(1, &result, err), err);
    assert_int_equal(CPU_PORTABLE, cpu_level());
    results = json_object_get(result, "results");
    table = bench_kernels_table(result);
    assert_non_null(table);
    assert_true(json_array_size(results) > 10);
    json_array_foreach(results, i, entry)
    {
        assert_true(json_number_value(json_object_get(entry, "rate")) > 0);
        assert_non_null(strstr(table, json_string_value(json_object_get(entry, "case"))));
    }
    mpcf_free(table);
    json_decref(result);
    cpu_force(before);
    mpcf_error_destroy(err);
}

static void missing_memory_is_reported(void **state)
{
    mpcf_error *err = mpcf_error_create();
    json_t *result = NULL;

    (void) state;
    for (size_t n = 1; n <= 4; n++) {
        mpcf_test_fail_alloc(n);
        assert_status(MPCF_E_NOMEM, bench_kernels(1, &result, err), err);
        mpcf_test_fail_alloc(0);
        mpcf_error_reset(err);
    }
    assert_null(result);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_measured_and_stands_in_the_table),
        cmocka_unit_test(missing_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
