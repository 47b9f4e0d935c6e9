/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by waves for all x that its value holds, up to that value's last unit on either side, wherever
 * calibration's interval lies: in the plaintext reference and between three parties. And x keeps its own range.
 */
#include "lower/wave_steps.h"

#include <math.h>
#include <stdlib.h>

#include "graph/graph.h"
#include "lower/emit_party.h"
#include "lower/magnitude.h"
#include "lower/ring_search.h"
#include "pass/ranges.h"
#include "protocol/step_operations.h"
#include "secure/reference.h"
#include "support/shared_source.h"
#include "support/support.h"

enum { ROWS = 64, COLUMNS = 8, COUNT = ROWS * COLUMNS, FRACTION = 12 };

#define MARGIN  2
#define ALLOWED 1e-3 /* of the fit, of coefficients and of fixed point */

struct tried {
    const char *what;
    bool is_odd;
    double end, low, high; /* as calibration saw x */
};

static double gelu_less_half(const void *context, double x)
{
    (void) context;
    return x * erf(x / sqrt(2)) / 2;
}

static double tanh_of(const void *context, double x)
{
    (void) context;
    return tanh(x);
}

static double expected(const struct tried *t, double x)
{
    return t->is_odd ? tanh(x) : x / 2 + gelu_less_half(NULL, x);
}

/* Both last units, their neighbours, and numbers all over what M bits hold. */
static int64_t *numbers_of(unsigned m)
{
    const int64_t limit = INT64_C(1) << (m - 1);
    int64_t *x = malloc(COUNT * sizeof *x);

    assert_non_null(x);
    for (int64_t i = 0; i < COUNT; i++) {
        const int64_t edge = i < 8 ? i : i * limit / (COUNT / 2);

        x[i] = i % 2 == 0 ? limit - 1 - edge / 2 : edge / 2 + 1 - limit;
    }
    return x;
}

struct made {
    struct lowering l;
    struct shared_source source;
    value_id x;
    unsigned m; /* of x, before anything read it */
};

/* A program that reveals the function of NUMBERS. */
static void lower_it(const struct tried *t, const struct ranges *ranges, mpcf_error *err,
                     struct made *made, int64_t **numbers)
{
    static const struct lower_options options = {.value_fraction = FRACTION, .weight_fraction = 14};
    const mpcf_shape shape = mpcf_shape_2(MPCF_DIM_BATCH, COLUMNS);
    mpcf_node x = {.name = "x", .function = "x", .kind = OP_ADD, .shape = shape};
    mpcf_node y = {.name = "y", .function = "y", .kind = OP_TANH, .shape = shape, .id = 1};
    struct lowered nodes[2] = {{.is_done = true, .want = FRACTION}, {.want = FRACTION}};
    int growth[2] = {0};
    const struct wave_form form = {
        .function = t->is_odd ? tanh_of : gelu_less_half, .is_odd = t->is_odd, .end = t->end};
    struct lowering *l = &made->l;

    *l = (struct lowering){.node = &y,
                           .ranges = ranges,
                           .options = &options,
                           .nodes = nodes,
                           .growth = growth,
                           .batch_size = ROWS,
                           .tokens = 1,
                           .exact_length = true,
                           .err = err};
    source_init(&made->source, ROWS, COLUMNS);
    l->program = made->source.p;
    made->m = lower_magnitude(l, &x, FRACTION);
    *numbers = numbers_of(made->m);
    made->x = source_shared(&made->source, *numbers, 64, made->m, false);
    l->program->values[made->x].fraction = FRACTION;
    l->program->values[made->x].dims = node_dims(l, &x);
    nodes[0].raw = made->x;
    assert_true(lower_waves_at(l, &y, &x, FRACTION, &form, &nodes[1]));
    emit_reveal(l, nodes[1].raw, "logits");
    assert_was_ok(l->status, err);
    assert_ok(ring_search(l->program, &named_networks[0].link, false, err), err);
}

static void judge(const struct tried *t, const char *who, const int64_t *x, const double *y)
{
    for (size_t i = 0; i < COUNT; i++) {
        const double at = ldexp((double) x[i], -FRACTION);

        if (!(fabs(y[i] - expected(t, at)) < ALLOWED)) {
            fail_msg("%s of %g, %g to %g seen: %s has %g, expected %g", t->what, at, t->low,
                     t->high, who, y[i], expected(t, at));
        }
    }
}

static void check_one(const struct tried *t)
{
    const double most = fmax(-t->low, t->high);
    struct node_range items[2] = {{"x", t->low, t->high}, {"y", -most, most}};
    const struct ranges ranges = {.items = items, .count = 2, .margin_bits = MARGIN};
    mpcf_error *err = mpcf_error_create();
    struct made made;
    int64_t *x = NULL;
    double got[COUNT], want[COUNT];

    lower_it(t, &ranges, err, &made, &x);
    struct weights *w = source_weights(&made.source);
    struct test_parties p = {.program = made.source.p,
                             .weights = w,
                             .input = &made.source.input,
                             .output = got,
                             .output_count = COUNT};
    assert_ok(reference_run(made.source.p, w, &made.source.input, want, NULL, NULL, NULL, err),
              err);
    judge(t, "the reference", x, want);
    test_parties_run(&p);
    test_parties_assert_ok(&p);
    test_parties_assert_cost(&p);
    judge(t, "a party", x, got);
    assert_int_equal(made.source.p->values[made.x].magnitude, made.m);
    test_parties_clear(&p);
    weights_destroy(w);
    source_clear(&made.source);
    mpcf_error_destroy(err);
    free(x);
}

static void functions_are_right_wherever_x_is_held(void **state)
{
    static const struct tried all[] = {
        {"gelu", false, 4.5, -2, 2},     {"gelu", false, 4.5, -2, 9},
        {"gelu", false, 4.5, -9, 2},     {"gelu", false, 4.5, -0.125, 1.2},
        {"gelu", false, 4.5, -100, 100}, {"gelu", false, 4.5, 3, 7.75},
        {"tanh", true, 5.25, -2, 2},     {"tanh", true, 5.25, -1.2, 1},
        {"tanh", true, 5.25, -1, 30},    {"tanh", true, 5.25, -200, 3},
    };

    (void) state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        check_one(&all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_are_right_wherever_x_is_held)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
