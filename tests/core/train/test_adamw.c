/* SPDX-License-Identifier: Apache-2.0 */
/* The optimizer against a plain one in double that updates every element at every step. */
#include "train/adamw.h"

#include <math.h>
#include <string.h>

#include "base/workers.h"
#include "support/support.h"

enum { ROWS = 12, WIDTH = 5, DENSE = 40000, STEPS = 25 };

static float table_value[ROWS * WIDTH], table_gradient[ROWS * WIDTH];
static float dense_value[DENSE], dense_gradient[DENSE];
static float bias_value[3], bias_gradient[3];
static uint32_t touched[ROWS];
static bool is_touched[ROWS];

static struct parameter items[] = {
    {.name = "embeddings.word_embeddings.weight",
     .shape = {2, {ROWS, WIDTH}},
     .count = ROWS * WIDTH,
     .value = table_value,
     .gradient = table_gradient,
     .touched = touched,
     .is_touched = is_touched,
     .is_table = true},
    {.name = "dense.weight",
     .shape = {2, {DENSE / 4, 4}},
     .count = DENSE,
     .value = dense_value,
     .gradient = dense_gradient},
    {.name = "dense.bias",
     .shape = {1, {3}},
     .count = 3,
     .value = bias_value,
     .gradient = bias_gradient},
};
static struct parameters parameters = {items, 3};

struct plain {
    double value[DENSE], first[DENSE], second[DENSE];
};
static struct plain plain[3];

static void plain_step(size_t which, const float *gradient, size_t step, double rate, double decay,
                       double scale)
{
    struct plain *p = &plain[which];

    for (size_t i = 0; i < items[which].count; i++) {
        double g = (double) gradient[i] * scale;

        p->value[i] *= 1 - rate * decay;
        p->first[i] = 0.9 * p->first[i] + 0.1 * g;
        p->second[i] = 0.999 * p->second[i] + 0.001 * g * g;
        p->value[i] -= rate / (1 - pow(0.9, (double) step)) * p->first[i] /
                       (sqrt(p->second[i]) / sqrt(1 - pow(0.999, (double) step)) + 1e-8);
    }
}

static void draw(struct test_random *r, float *x, size_t n, double size)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (float) (size * test_random_normal(r));
    }
}

/* Gradients of one step; rows of the table that no id names get none. Returns their norm. */
static double draw_gradients(struct test_random *r, struct adamw *a, size_t step)
{
    int32_t ids[3];
    double sum = 0;

    for (size_t i = 0; i < 3; i++) {
        ids[i] = (int32_t) ((step / 5 + 3 * i) % (ROWS - 2)); /* two rows are never used */
    }
    adamw_use_rows(a, ids, 3);
    items[0].touched_count = 3;
    for (size_t i = 0; i < 3; i++) {
        touched[i] = (uint32_t) ids[i];
        is_touched[ids[i]] = true;
        draw(r, table_gradient + ids[i] * WIDTH, WIDTH, 0.1);
    }
    draw(r, dense_gradient, DENSE, 0.01);
    draw(r, bias_gradient, 3, 0.1);
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < items[p].count; i++) {
            sum += (double) items[p].gradient[i] * (double) items[p].gradient[i];
        }
    }
    return sqrt(sum);
}

static void start(struct test_random *r)
{
    memset(plain, 0, sizeof plain);
    for (size_t p = 0; p < 3; p++) {
        draw(r, items[p].value, items[p].count, 1);
        memset(items[p].gradient, 0, items[p].count * sizeof(float));
        for (size_t i = 0; i < items[p].count; i++) {
            plain[p].value[i] = (double) items[p].value[i];
        }
    }
}

static void follows_the_plain_one(void **state)
{
    struct test_random r = {5};
    struct adamw_options options;
    struct adamw *a = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    start(&r);
    adamw_options_default(&options);
    options.weight_decay = 0.05;
    assert_ok(adamw_create(&parameters, &options, &a, err), err);
    for (size_t step = 1; step <= STEPS; step++) {
        double rate = 0.01 / (double) step, norm = 0, want = draw_gradients(&r, a, step);
        double scale = want > 1 ? 1 / (want + 1e-6) : 1;

        for (size_t p = 0; p < 3; p++) {
            plain_step(p, items[p].gradient, step, rate, p < 2 ? 0.05 : 0, scale);
        }
        assert_ok(adamw_step(a, rate, &norm, err), err);
        assert_true(fabs(norm - want) < 1e-6 * want);
        for (size_t i = 0; i < ROWS * WIDTH; i++) {
            assert_true(table_gradient[i] == 0.0f);
            assert_false(is_touched[i / WIDTH]);
        }
    }
    adamw_settle(a);
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < items[p].count; i++) {
            if (!(fabs((double) items[p].value[i] - plain[p].value[i]) < 2e-6)) {
                fail_msg("%s[%zu]: %.9g, want %.9g", items[p].name, i, (double) items[p].value[i],
                         plain[p].value[i]);
            }
        }
    }
    adamw_destroy(a);
    mpcf_error_destroy(err);
}

static void gradient_that_is_not_finite_changes_nothing(void **state)
{
    struct test_random r = {6};
    struct adamw_options options;
    struct adamw *a = NULL;
    double norm = 0;
    float before = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    start(&r);
    adamw_options_default(&options);
    assert_ok(adamw_create(&parameters, &options, &a, err), err);
    dense_gradient[77] = (float) NAN;
    before = dense_value[0];
    assert_status(MPCF_E_RANGE, adamw_step(a, 0.1, &norm, err), err);
    assert_true(dense_value[0] == before);
    adamw_destroy(a);
    mpcf_error_destroy(err);
}

static void parameter_left_out_stays(void **state)
{
    struct test_random r = {7};
    struct adamw_options options;
    struct adamw *a = NULL;
    double norm = 0;
    float before = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    start(&r);
    adamw_options_default(&options);
    assert_ok(adamw_create(&parameters, &options, &a, err), err);
    adamw_leave_out(a, "dense.weight");
    before = dense_value[9];
    (void) draw_gradients(&r, a, 1);
    assert_ok(adamw_step(a, 0.1, &norm, err), err);
    assert_true(dense_value[9] == before);
    adamw_destroy(a);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_plain_one),
        cmocka_unit_test(gradient_that_is_not_finite_changes_nothing),
        cmocka_unit_test(parameter_left_out_stays),
    };
    workers_set(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
