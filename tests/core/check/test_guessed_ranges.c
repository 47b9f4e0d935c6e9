/* SPDX-License-Identifier: Apache-2.0 */
/* The signs that follow from a graph, in the ranges that stand in for a calibration's. */
#include "check/guessed_ranges.h"

#include "check/trial_program.h"
#include "support/slot_network.h"
#include "support/support.h"

/* c (1 - (variance + epsilon) / 100): nothing is inverted. */
static mpcf_node *build_plain(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *c = mpcf_sub(g, x, mpcf_scale(g, mpcf_row_sum(g, x), 1.0 / SLOT_WIDTH));
    mpcf_node *v = mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, c)), 1.0 / SLOT_WIDTH);

    (void) config, (void) keep;
    v = mpcf_offset(g, v, mpcf_slot_epsilon(g));
    return mpcf_mul(g, c, mpcf_offset(g, mpcf_scale(g, v, -0.01), 1));
}

static const mpcf_approx plain = {.struct_size = sizeof(mpcf_approx),
                                  .name = "plain",
                                  .slot = MPCF_SLOT_LAYER_NORM,
                                  .build = build_plain};

static void a_variance_need_not_be_inverted(void **state)
{
    const struct slot_filling fillings[] = {
        {.slot = MPCF_SLOT_LAYER_NORM, .approx = &plain, .last_layer = SIZE_MAX},
        {.slot = MPCF_SLOT_NORMALISER, .approx = &slot_test_2quad, .last_layer = SIZE_MAX}};
    const struct secure_shape shape = {.batch = 1, .tokens = SLOT_TOKENS};
    struct slot_network n;
    struct lower_options options;
    struct trial_program trial;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    slot_network_open(&n, fillings, 2, false);
    lower_options_default(&options);
    options.is_trial = true;
    assert_ok(trial_program_make(n.graph, &options, &shape, &trial, err), err);
    trial_program_clear(&trial);
    slot_network_close(&n);
    mpcf_error_destroy(err);
}

/* --- Signs, node by node --- */

struct made {
    mpcf_graph *g;
    mpcf_node *x;
};

static struct made begin(void)
{
    struct made m = {.g = graph_create()};
    mpcf_node *ids =
        mpcf_input(m.g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *table = mpcf_parameter(m.g, "table", mpcf_shape_2(8, 4), MPCF_INIT_NORMAL, 1);

    m.x = mpcf_embedding(m.g, table, ids);
    return m;
}

/* The lower end for Y, a node of M's, which this ends. */
static double low_of(struct made *m, mpcf_node *y)
{
    struct ranges *ranges = NULL;
    mpcf_error *err = mpcf_error_create();
    double low;

    mpcf_output(m->g, "y", y);
    assert_ok(graph_check(m->g, err), err);
    assert_ok(guess_ranges(m->g, &ranges, err), err);
    low = ranges_find(ranges, y->name)->low;
    ranges_destroy(ranges);
    mpcf_error_destroy(err);
    graph_destroy(m->g);
    return low;
}

#define LOW(EXPRESSION) (m = begin(), g = m.g, x = m.x, low_of(&m, (EXPRESSION)))

static void signs_follow_from_operands(void **state)
{
    struct made m;
    mpcf_graph *g;
    mpcf_node *x;

    (void) state;
    /* What may be anything stays so. */
    assert_true(LOW(mpcf_scale(g, x, 2)) < 0);
    assert_true(LOW(mpcf_offset(g, mpcf_relu(g, x), -1)) < 0);
    assert_true(LOW(mpcf_scale(g, mpcf_square(g, x), -1)) < 0);
    assert_true(LOW(mpcf_add(g, mpcf_square(g, x), x)) < 0);
    assert_true(LOW(mpcf_mul(g, mpcf_square(g, x), x)) < 0);
    assert_true(LOW(mpcf_sub(g, mpcf_square(g, x), mpcf_square(g, x))) < 0);
    /* What may be 0 may. */
    assert_true(LOW(mpcf_square(g, x)) == 0);
    assert_true(LOW(mpcf_mul(g, x, x)) == 0);
    assert_true(LOW(mpcf_relu(g, x)) == 0);
    assert_true(LOW(mpcf_row_sum(g, mpcf_relu(g, x))) == 0);
    assert_true(LOW(mpcf_mul(g, mpcf_relu(g, x), mpcf_exp(g, x))) == 0);
    /* What cannot cannot. */
    assert_true(LOW(mpcf_exp(g, x)) > 0);
    assert_true(LOW(mpcf_offset(g, mpcf_relu(g, x), 0.1)) > 0);
    assert_true(LOW(mpcf_row_sum(g, mpcf_square(g, x))) > 0);
    assert_true(LOW(mpcf_add(g, mpcf_exp(g, x), mpcf_relu(g, x))) > 0);
    assert_true(LOW(mpcf_square(g, mpcf_exp(g, x))) > 0);
}

/* A number that is added shows: x is never as large as 1e300, so the sum is. A sum of relus is 0 somewhere. */
static void numbers_of_formulas_show(void **state)
{
    struct made m;
    mpcf_graph *g;
    mpcf_node *x;

    (void) state;
    assert_true(LOW(mpcf_offset(g, x, 1e300)) > 1e29);
    assert_true(LOW(mpcf_square(g, mpcf_offset(g, x, -1e9))) > 9e17);
    assert_true(LOW(mpcf_offset(g, x, 5)) < 0);
    assert_true(LOW(mpcf_offset(g, mpcf_row_sum(g, mpcf_relu(g, x)), 1e-12)) == 1e-12);
    /* One of squares is not, nor need it be where relus are of what is put above 0. */
    assert_true(LOW(mpcf_offset(g, mpcf_row_sum(g, mpcf_relu(g, mpcf_offset(g, x, 1))), 1e-12)) >=
                0.25);
    assert_true(LOW(mpcf_offset(g, mpcf_row_sum(g, mpcf_square(g, x)), 1e-12)) >= 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variance_need_not_be_inverted),
        cmocka_unit_test(signs_follow_from_operands),
        cmocka_unit_test(numbers_of_formulas_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
