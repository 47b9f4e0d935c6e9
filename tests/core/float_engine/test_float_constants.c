/* SPDX-License-Identifier: Apache-2.0 */
/* Weights that passes have folded, evaluated alone. */
#include <string.h>

#include "float_engine/float_constant.h"
#include "graph/node.h"
#include "support/support.h"

static mpcf_error *err;

static mpcf_node *made(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *a,
                       mpcf_node *b, int64_t first)
{
    mpcf_node *in[2] = {a, b};
    mpcf_node *node = graph_add_node(g, kind, shape, in, b == NULL ? 1 : 2);

    node->first = first;
    return node;
}

static void constants_of_folded_weights(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *a = mpcf_parameter(g, "a", mpcf_shape_2(2, 3), MPCF_INIT_REQUIRED, 0);
    mpcf_node *s = mpcf_parameter(g, "s", mpcf_shape_1(3), MPCF_INIT_REQUIRED, 0);
    mpcf_node *stacked = made(g, OP_CONCAT, mpcf_shape_2(4, 3), a, a, 1);
    mpcf_node *joined = made(g, OP_CONCAT, mpcf_shape_2(2, 6), a, a, 0);
    mpcf_node *rows = made(g, OP_CENTER, mpcf_shape_2(2, 3), a, NULL, 0);
    mpcf_node *outputs = made(g, OP_CENTER, mpcf_shape_2(2, 3), a, NULL, 1);
    mpcf_node *columns = made(g, OP_SCALE_COLUMNS, mpcf_shape_2(2, 3), mpcf_scale(g, a, 2), s, 0);
    static const float values[] = {1, 2, 6, 3, 8, 4};
    static const float want_joined[] = {1, 2, 6, 1, 2, 6, 3, 8, 4, 3, 8, 4};
    static const float want_rows[] = {-2, -1, 3, -2, 3, -1};
    static const float want_outputs[] = {-1, -3, 1, 1, 3, -1};
    static const float want_columns[] = {2, 8, 36, 6, 32, 24};
    struct parameters *p = NULL;
    float got[12];

    (void) state;
    assert_ok(parameters_create(g, false, &p, err), err);
    memcpy(parameters_find(p, "a")->value, values, sizeof(values));
    memcpy(parameters_find(p, "s")->value, values, 3 * sizeof(float));
    parameters_find(p, "s")->value[2] = 3;
    assert_ok(float_evaluate_constant(g, p, stacked, got, 12, err), err);
    assert_memory_equal(got, values, sizeof(values));
    assert_memory_equal(got + 6, values, sizeof(values));
    assert_ok(float_evaluate_constant(g, p, joined, got, 12, err), err);
    assert_memory_equal(got, want_joined, sizeof(want_joined));
    assert_ok(float_evaluate_constant(g, p, rows, got, 6, err), err);
    assert_close_floats("rows", want_rows, got, 6, 1e-6, 0);
    assert_ok(float_evaluate_constant(g, p, outputs, got, 6, err), err);
    assert_close_floats("outputs", want_outputs, got, 6, 1e-6, 0);
    assert_ok(float_evaluate_constant(g, p, columns, got, 6, err), err);
    assert_close_floats("columns", want_columns, got, 6, 1e-6, 0);
    assert_status(MPCF_E_SHAPE, float_evaluate_constant(g, p, rows, got, 5, err), err);
    parameters_destroy(p);
    graph_destroy(g);
}

static void constants_do_not_read_inputs(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_input(g, "input_ids", mpcf_shape_2(2, 2), MPCF_USER);
    mpcf_node *y = mpcf_square(g, x);
    struct parameters *p = NULL;
    float got[4];

    (void) state;
    assert_ok(parameters_create(g, false, &p, err), err);
    assert_status(MPCF_E_INVALID, float_evaluate_constant(g, p, y, got, 4, err), err);
    parameters_destroy(p);
    graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_of_folded_weights),
        cmocka_unit_test(constants_do_not_read_inputs),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
