/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin eval: floats and exact functions as the formulas give them by hand, integers near them, and what
 * is refused.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/program.h"
#include "support/support.h"

/* Object I of what ARGUMENTS, with --json, print. json_decref() it. */
static json_t *line_of(const char *const *arguments, size_t i)
{
    static struct program_result result;
    const char *at = result.out;
    json_t *line;

    program_run(NULL, arguments, &result);
    if (result.status != 0) {
        fail_msg("status %d: %s", result.status, result.out);
    }
    for (size_t k = 0; k < i; k++) {
        at = strchr(at, '\n');
        assert_non_null(at);
        at++;
    }
    line = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
    assert_non_null(line);
    return line;
}
#define LINE(i, ...)                                                                               \
    line_of((const char *const[]){"plugin", "eval", "--json", __VA_ARGS__, NULL}, (i))

static void assert_numbers(const json_t *line, const char *key, const double *want, size_t count,
                           double error)
{
    const json_t *array = json_object_get(line, key);

    assert_int_equal(json_array_size(array), count);
    for (size_t i = 0; i < count; i++) {
        const double got = json_number_value(json_array_get(array, i));

        if (!(fabs(got - want[i]) <= error)) {
            fail_msg("%s %zu: %.9g, expected %.9g", key, i, got, want[i]);
        }
    }
}

/* 0.125 x^2 + 0.25 x + 0.5 beside x/2 (1 + erf(x / sqrt 2)). */
static void points_are_those_of_the_formula(void **state)
{
    const double x[] = {-3, 0.5, 2}, quad[] = {0.875, 0.65625, 1.5};
    double gelu[3];
    json_t *line = LINE(0, "quad", "-3 0.5,2");

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        gelu[i] = x[i] / 2 * (1 + erf(x[i] / sqrt(2)));
    }
    assert_numbers(line, "input", x, 3, 0);
    assert_numbers(line, "float", quad, 3, 1e-6);
    assert_numbers(line, "exact", gelu, 3, 1e-6);
    assert_numbers(line, "reference", quad, 3, 5e-4);
    json_decref(line);
}

/* A word a row: (x + 4)^2 / sum (x + 4)^2 beside softmax, the shorter row without the third column. */
static void rows_of_scores_have_their_own_lengths(void **state)
{
    const double first[] = {25.0 / 110, 36.0 / 110, 49.0 / 110},
                 second[] = {64.0 / 145, 81.0 / 145};
    const double sum = exp(1) + exp(2) + exp(3);
    const double exact[] = {exp(1) / sum, exp(2) / sum, exp(3) / sum};
    const double shorter[] = {1 / (1 + exp(1)), exp(1) / (1 + exp(1))};
    json_t *line = LINE(0, "2quad", "--options", "c: 4", "1 2 3", "4 5");

    (void) state;
    assert_numbers(line, "float", first, 3, 1e-6);
    assert_numbers(line, "exact", exact, 3, 1e-6);
    assert_numbers(line, "reference", first, 3, 1e-3);
    json_decref(line);
    line = LINE(1, "2quad", "--options", "c: 4", "1 2 3", "4 5");
    assert_numbers(line, "float", second, 2, 1e-6);
    assert_numbers(line, "exact", shorter, 2, 1e-6);
    assert_numbers(line, "reference", second, 2, 1e-3);
    json_decref(line);
}

/* Each row is a token; R is what these rows measure, 1.2 times the largest deviation. */
static void layer_norms_and_measured_constants(void **state)
{
    const double deviation = sqrt(14.0 / 9), r = 1.2 * deviation;
    const double x[] = {(4 - 16.0 / 3) / r, (5 - 16.0 / 3) / r, (7 - 16.0 / 3) / r};
    const double exact[] = {(4 - 16.0 / 3) / deviation, (5 - 16.0 / 3) / deviation,
                            (7 - 16.0 / 3) / deviation};
    json_t *line = LINE(1, "batch_ln", "--options", "l: 1.2", "1 2 3", "4 5 7");

    (void) state;
    assert_numbers(line, "float", x, 3, 1e-5);
    assert_numbers(line, "exact", exact, 3, 1e-5);
    assert_numbers(line, "reference", x, 3, 2e-3);
    json_decref(line);
}

/* SiLU, x sigmoid(x), is what shaft_silu stands for: off by 0.0053. */
static void another_exact_function_and_a_file(void **state)
{
    static const char text[] = "-3\n\n2 0.25\n";
    const double silu[] = {2 / (1 + exp(-2)), 0.25 / (1 + exp(-0.25))};
    char *points = file_join(test_folder(), "points.txt");
    json_t *line;

    (void) state;
    assert_int_equal(file_write_whole(points, text, sizeof text - 1, NULL), MPCF_OK);
    line = LINE(1, "shaft_silu", "--exact", "silu", "--input", points);
    assert_numbers(line, "exact", silu, 2, 1e-6);
    assert_numbers(line, "float", silu, 2, 0.0054);
    json_decref(line);
    mpcf_free(points);
}

static void text_has_a_line_a_point(void **state)
{
    (void) state;
    ASSERT_HOST(0, "   row            input            float            exact        reference\n",
                "plugin", "eval", "tanh", "0");
    ASSERT_HOST(0, "     2                4                4                4                4\n",
                "plugin", "eval", "relu", "--exact", "relu", "1", "4");
}

/* Where a secure run has no answer, floats have one; the reason is told. */
static void what_a_secure_run_refuses_is_said(void **state)
{
    (void) state;
    ASSERT_HOST(1, "exp takes numbers up to 11", "plugin", "eval", "softmax_const", "1 200 3");
    ASSERT_HOST(1, "                1                -\n", "plugin", "eval", "softmax_const",
                "1 200 3");
}

static void what_is_wrong_is_told(void **state)
{
    (void) state;
    ASSERT_HOST(2, "did you mean 'plugin eval'?", "plugin", "evl", "quad");
    ASSERT_HOST(2, "point 2: 'x' is not a number", "plugin", "eval", "quad", "-1", "x");
    ASSERT_HOST(2, "there are no points", "plugin", "eval", "quad", "");
    ASSERT_HOST(2, "cannot read '/nowhere/points'", "plugin", "eval", "quad", "--input",
                "/nowhere/points");
    ASSERT_HOST(2, "not both", "plugin", "eval", "quad", "--input", "-", "1");
    ASSERT_HOST(2, "did you mean 'quad'?", "plugin", "eval", "qaud", "1");
    ASSERT_HOST(2, "has no option 'd'", "plugin", "eval", "2quad", "--options", "d: 1", "1");
    ASSERT_HOST(2, "'relu' has no options", "plugin", "eval", "relu", "--options", "d: 1", "1");
    ASSERT_HOST(2, "for the slot 'activation'", "plugin", "eval", "2quad", "--exact", "gelu", "1");
    ASSERT_HOST(2, "row 2 has 2 values, another 3", "plugin", "eval", "dyt", "1 2 3", "4 5");
    ASSERT_HOST(2, "--layer: '-1' is not a whole number", "plugin", "eval", "quad", "--layer", "-1",
                "1");
}

/* By its file: the one approximation that it has, of several none. */
static void a_plug_in_by_its_path(void **state)
{
    char *quad = file_join(getenv("MPCF_PLUGIN_PATH"), "mpcf-quad.so");
    char *many = file_join(getenv("MPCF_PLUGIN_PATH"), "mpcf-polynomials.so");

    (void) state;
    ASSERT_HOST(0, "             1.5", "plugin", "eval", quad, "2");
    ASSERT_HOST(2, "one is named as `plugin list` shows it", "plugin", "eval", many, "2");
    mpcf_free(quad);
    mpcf_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_those_of_the_formula),
        cmocka_unit_test(rows_of_scores_have_their_own_lengths),
        cmocka_unit_test(layer_norms_and_measured_constants),
        cmocka_unit_test(another_exact_function_and_a_file),
        cmocka_unit_test(text_has_a_line_a_point),
        cmocka_unit_test(what_a_secure_run_refuses_is_said),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(a_plug_in_by_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
