/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "base/memory.h"
#include "metrics/metrics.h"
#include "support/support.h"

static double *numbers(const json_t *list, size_t *count)
{
    double *values = mpcf_alloc_array(json_array_size(list) + 1, sizeof(*values));

    assert_non_null(values);
    *count = json_array_size(list);
    for (size_t i = 0; i < *count; i++) {
        values[i] = json_number_value(json_array_get(list, i));
    }
    return values;
}

static void check_case(const json_t *one, mpcf_error *err, size_t *checked)
{
    size_t count = 0, other = 0;
    double *labels = numbers(json_object_get(one, "labels"), &count);
    double *predictions = numbers(json_object_get(one, "predictions"), &other);

    assert_int_equal(count, other);
    for (size_t i = 0; metric_names[i] != NULL; i++) {
        const json_t *want = json_object_get(one, metric_names[i]);
        double got = 0;

        if (want == NULL) {
            continue;
        }
        assert_ok(metric_compute(metric_names[i], labels, predictions, count, &got, err), err);
        assert_true(got - json_number_value(want) <= 1e-9);
        assert_true(json_number_value(want) - got <= 1e-9);
        (*checked)++;
    }
    mpcf_free(labels);
    mpcf_free(predictions);
}

static void test_cases(void **state)
{
    mpcf_error *err = mpcf_error_create();
    json_error_t where;
    json_t *cases = json_load_file(shared_path("oracle/metrics/cases.json"), 0, &where);
    size_t checked = 0;

    (void) state;
    assert_non_null(cases);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        check_case(json_array_get(cases, i), err, &checked);
    }
    assert_true(checked > 0);
    json_decref(cases);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

    require_shared("oracle/metrics/cases.json");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
