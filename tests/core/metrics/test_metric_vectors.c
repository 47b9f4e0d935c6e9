/* SPDX-License-Identifier: Apache-2.0 */
/* What scikit-learn and scipy say of the same numbers (tests/vectors/make_metrics.py). */
#include <jansson.h>
#include <math.h>

#include "base/memory.h"
#include "metrics/metrics.h"
#include "support/support.h"
#include "support/vectors.h"

#define TOLERANCE 1e-9

static mpcf_error *err;

static double *numbers(const json_t *list)
{
    double *values = mpcf_alloc_array(json_array_size(list), sizeof(*values));

    assert_non_null(values);
    for (size_t i = 0; i < json_array_size(list); i++) {
        values[i] = json_number_value(json_array_get(list, i));
    }
    return values;
}

/* Where the libraries have no figure (null) there is 0. */
static void check_metric(const json_t *one, const char *metric, const json_t *want)
{
    const size_t count = json_array_size(json_object_get(one, "labels"));
    double *labels = numbers(json_object_get(one, "labels"));
    double *predictions = numbers(json_object_get(one, "predictions"));
    double got = -7;

    assert_int_equal(count, json_array_size(json_object_get(one, "predictions")));
    assert_ok(metric_compute(metric, labels, predictions, count, &got, err), err);
    if (json_is_null(want) ? got != 0.0 : !(fabs(got - json_number_value(want)) <= TOLERANCE)) {
        fail_msg("%s, %s: %.17g, expected %.17g", json_string_value(json_object_get(one, "name")),
                 metric, got, json_number_value(want));
    }
    mpcf_free(labels);
    mpcf_free(predictions);
}

static void test_vectors(void **state)
{
    json_t *cases = vector_json("metrics/cases.json");
    size_t checked[5] = {0};

    (void) state;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i);

        for (size_t m = 0; metric_names[m] != NULL; m++) {
            const json_t *want = json_object_get(one, metric_names[m]);

            if (want != NULL) {
                check_metric(one, metric_names[m], want);
                checked[m]++;
            }
        }
    }
    for (size_t m = 0; metric_names[m] != NULL; m++) {
        assert_true(checked[m] >= 10);
    }
    json_decref(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
