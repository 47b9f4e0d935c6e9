/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: modes, memory, shapes and what is refused. */
#include <math.h>
#include <string.h>

#include "float_net.h"
#include "graph/finish.h"
#include "graph/node.h"

static void modes_compute_the_same(void **state)
{
    static const enum float_mode modes[] = {FLOAT_TRAIN, FLOAT_OBSERVE};
    const struct float_batch batch = batch_of(0);
    struct net want;

    (void) state;
    net_open(&want, 0.2, FLOAT_EVALUATE, BATCH, TOKENS, 0);
    assert_ok(float_forward(want.e, &batch, err), err);
    for (size_t i = 0; i < 2; i++) {
        struct net got;

        net_open(&got, 0.2, modes[i], BATCH, TOKENS, 0);
        assert_ok(float_forward(got.e, &batch, err), err);
        assert_close_floats("hidden", tap(&want, "hidden"), tap(&got, "hidden"),
                            BATCH * TOKENS * WIDTH, 1e-6, 1e-6);
        assert_close_floats("logits", tap(&want, "logits"), tap(&got, "logits"), BATCH * 2, 1e-6,
                            1e-6);
        net_close(&got);
    }
    net_close(&want);
}

static void evaluation_needs_less_memory_than_training(void **state)
{
    struct net evaluate;
    struct net train;
    struct net observe;

    (void) state;
    net_open(&evaluate, 0.1, FLOAT_EVALUATE, 16, 64, 0);
    net_open(&train, 0.1, FLOAT_TRAIN, 16, 64, 0);
    net_open(&observe, 0.1, FLOAT_OBSERVE, 16, 64, 0);
    assert_true(float_engine_bytes(evaluate.e) < float_engine_bytes(train.e));
    assert_true(float_engine_bytes(evaluate.e) < float_engine_bytes(observe.e));
    net_close(&evaluate);
    net_close(&train);
    net_close(&observe);
}

/* From names and shapes alone. */
static void memory_is_known_before(void **state)
{
    static const enum float_mode modes[] = {FLOAT_EVALUATE, FLOAT_TRAIN, FLOAT_OBSERVE};

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        struct parameters *outline = NULL;
        struct net n;
        size_t bytes = 0;

        net_open(&n, 0.1, modes[i], 16, 64, 0);
        assert_ok(parameters_outline(n.g, modes[i] == FLOAT_TRAIN, &outline, err), err);
        assert_int_equal(outline->count, n.p->count);
        assert_null(outline->items[0].value);
        assert_ok(float_engine_measure(n.g, outline, modes[i], 16, 64, &bytes, err), err);
        assert_int_equal(bytes, float_engine_bytes(n.e));
        parameters_destroy(outline);
        net_close(&n);
    }
}

static void only_what_is_kept_can_be_read(void **state)
{
    const struct float_batch batch = batch_of(0);
    struct net n;

    (void) state;
    net_open(&n, 0, FLOAT_EVALUATE, BATCH, TOKENS, 0);
    assert_null(tap(&n, "hidden")); /* nothing has run */
    assert_ok(float_forward(n.e, &batch, err), err);
    assert_non_null(tap(&n, "hidden"));
    assert_null(float_value(n.e, graph_find(n.g, "row_sum")));
    assert_null(float_seed(n.e, graph_find_tap(n.g, "hidden")));
    net_close(&n);
    net_open(&n, 0, FLOAT_OBSERVE, BATCH, TOKENS, 0);
    assert_ok(float_forward(n.e, &batch, err), err);
    assert_non_null(float_value(n.e, graph_find(n.g, "row_sum")));
    net_close(&n);
}

static void smaller_batches_run_after_larger_ones(void **state)
{
    const struct float_batch whole = batch_of(0);
    struct float_batch first = {1, TOKENS, ids, NULL, mask, 0};
    struct net n;
    float want[2];

    (void) state;
    net_open(&n, 0, FLOAT_TRAIN, BATCH, TOKENS, 0);
    assert_ok(float_forward(n.e, &whole, err), err);
    memcpy(want, tap(&n, "logits"), sizeof(want));
    assert_ok(float_forward(n.e, &first, err), err);
    assert_close_floats("logits", want, tap(&n, "logits"), 2, 1e-6, 1e-6);
    net_close(&n);
}

/* Padding changes nothing for the real tokens. */
static void padding_does_not_matter(void **state)
{
    static const int32_t padded[8] = {5, 6, 1, 0, 0, 0, 0, 0};
    static const int32_t real[8] = {1, 1, 1, 0, 0, 0, 0, 0};
    struct float_batch exact = {1, 3, padded, NULL, real, 0};
    struct float_batch longer = {1, 5, padded, NULL, real, 0};
    struct net n;
    float want[2];

    (void) state;
    net_open(&n, 0, FLOAT_EVALUATE, BATCH, TOKENS, 0);
    assert_ok(float_forward(n.e, &exact, err), err);
    memcpy(want, tap(&n, "logits"), sizeof(want));
    assert_ok(float_forward(n.e, &longer, err), err);
    assert_close_floats("logits", want, tap(&n, "logits"), 2, 1e-6, 1e-5);
    net_close(&n);
}

static void wrong_runs_are_refused(void **state)
{
    static const int32_t beyond[BATCH * TOKENS] = {0, 0, 7};
    static const int32_t marks[BATCH * TOKENS] = {1, 2};
    struct float_batch batch = batch_of(0);
    struct net n;

    (void) state;
    net_open(&n, 0, FLOAT_EVALUATE, BATCH, TOKENS, 2 * TOKENS);
    assert_status(MPCF_E_INVALID, float_forward(n.e, &batch, err), err);
    assert_message_contains(err, "3 examples of 5 tokens; the engine takes 3 of 5, 10 in all");
    batch.batch = 2;
    assert_ok(float_forward(n.e, &batch, err), err);
    batch.input_ids = beyond;
    assert_status(MPCF_E_INVALID, float_forward(n.e, &batch, err), err);
    assert_message_contains(err, "input_ids 7 is outside the table 'table' of 7 rows");
    assert_null(tap(&n, "logits"));
    batch.input_ids = ids;
    batch.attention_mask = marks;
    assert_status(MPCF_E_INVALID, float_forward(n.e, &batch, err), err);
    batch.attention_mask = NULL;
    assert_status(MPCF_E_INVALID, float_forward(n.e, &batch, err), err);
    assert_status(MPCF_E_INVALID, float_backward(n.e, err), err);
    net_close(&n);
}

static void too_many_positions_are_refused(void **state)
{
    static const int32_t zeros[16] = {0};
    struct float_batch batch = {1, 6, zeros, NULL, zeros, 0};
    struct net n;

    (void) state;
    net_open(&n, 0, FLOAT_EVALUATE, 1, 16, 0);
    assert_status(MPCF_E_INVALID, float_forward(n.e, &batch, err), err);
    assert_message_contains(err, "6 tokens, but 'places' has 5 positions");
    net_close(&n);
}

/* Columns and rows of tokens that a run may not have. */
static void tokens_that_are_not_there_are_refused(void **state)
{
    static const int32_t zeros[16] = {0};
    struct float_batch batch = {1, 6, zeros, NULL, zeros, 0};
    mpcf_graph *g = graph_create();
    mpcf_node *in =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x = mpcf_split_heads(g, mpcf_embedding(g, matrix(g, "table", 7), in), 1);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;

    (void) state;
    mpcf_output(g, "logits", mpcf_slice(g, mpcf_matmul_transposed(g, x, x), 3, 2));
    mpcf_output(g, "fourth", mpcf_token(g, mpcf_merge_heads(g, x), 3));
    assert_ok(graph_finish(g, err), err);
    assert_ok(parameters_create(g, false, &p, err), err);
    assert_ok(float_engine_create(g, p, FLOAT_EVALUATE, 1, 16, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    batch.tokens = 5;
    assert_ok(float_forward(e, &batch, err), err);
    batch.tokens = 4;
    assert_status(MPCF_E_INVALID, float_forward(e, &batch, err), err);
    assert_message_contains(err, "4 tokens, but 'slice' takes columns 3 .. 4");
    batch.tokens = 3;
    assert_status(MPCF_E_INVALID, float_forward(e, &batch, err), err);
    assert_message_contains(err, "3 tokens, but '");
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

static void not_finite_names_the_first_node(void **state)
{
    const struct float_batch batch = batch_of(0);
    struct net n;

    (void) state;
    net_open(&n, 0, FLOAT_OBSERVE, BATCH, TOKENS, 0);
    parameters_find(n.p, "q")->value[3] = NAN;
    assert_ok(float_forward(n.e, &batch, err), err);
    assert_string_equal(float_not_finite(n.e), "linear");
    net_close(&n);
}

static void unknown_inputs_are_refused(void **state)
{
    mpcf_graph *g = graph_create();
    struct parameters *p = NULL;
    struct float_engine *e = NULL;

    (void) state;
    mpcf_output(g, "y", mpcf_square(g, mpcf_input(g, "pixels", mpcf_shape_2(2, 2), MPCF_USER)));
    assert_ok(parameters_create(g, false, &p, err), err);
    assert_status(MPCF_E_UNSUPPORTED, float_engine_create(g, p, FLOAT_EVALUATE, 1, 1, 0, &e, err),
                  err);
    assert_message_contains(err, "pixels");
    parameters_destroy(p);
    graph_destroy(g);
}

/* A masked product and a row's mean square, as passes make them, against their definitions. */
static void operations_of_passes(void **state)
{
    mpcf_graph *g = build(0);
    mpcf_node *u = graph_find_tap(g, "scores");
    mpcf_node *q = graph_find(g, "split_heads");
    mpcf_node *keep = graph_find_input(g, "attention_mask");
    mpcf_node *in[3] = {u, q, keep};
    mpcf_shape rows = q->shape;
    mpcf_node *masked = graph_add_node(g, OP_MATMUL_MASKED, q->shape, in, 3);
    mpcf_node *other = mpcf_matmul(g, mpcf_mask(g, u, keep), q);
    mpcf_node *square;
    const struct float_batch batch = batch_of(0);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;

    (void) state;
    rows.dim[3] = 1;
    square = graph_add_node(g, OP_ROW_MEAN_SQUARE, rows, &q, 1);
    square->real = 0.25;
    mpcf_output(g, "masked", masked);
    mpcf_output(g, "other", other);
    mpcf_output(g, "square", square);
    mpcf_output(
        g, "mean",
        mpcf_offset(g, mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, q)), 2.0 / WIDTH), 0.25));
    assert_ok(parameters_create(g, false, &p, err), err);
    parameters_init(p, g, 4);
    assert_ok(float_engine_create(g, p, FLOAT_OBSERVE, BATCH, TOKENS, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    assert_close_floats("masked product", float_value(e, other), float_value(e, masked),
                        BATCH * TOKENS * WIDTH, 1e-5, 1e-5);
    assert_close_floats("mean square", float_value(e, graph_find_tap(g, "mean")),
                        float_value(e, square), BATCH * 2 * TOKENS, 1e-5, 1e-5);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

static void init_and_copy_go_by_name(void **state)
{
    mpcf_graph *g = build(0);
    struct parameters *a = NULL;
    struct parameters *b = NULL;
    size_t copied = 0;

    (void) state;
    assert_ok(parameters_create(g, false, &a, err), err);
    assert_ok(parameters_create(g, false, &b, err), err);
    parameters_init(a, g, 1);
    assert_true(parameters_find(a, "gamma")->value[0] == 1.0F);
    assert_true(parameters_find(a, "q")->value[0] != parameters_find(a, "o")->value[0]);
    parameters_copy(b, a, &copied);
    assert_int_equal(copied, a->count);
    assert_memory_equal(parameters_find(a, "q")->value, parameters_find(b, "q")->value,
                        WIDTH * WIDTH * sizeof(float));
    parameters_destroy(a);
    parameters_destroy(b);
    graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_compute_the_same),
        cmocka_unit_test(evaluation_needs_less_memory_than_training),
        cmocka_unit_test(memory_is_known_before),
        cmocka_unit_test(only_what_is_kept_can_be_read),
        cmocka_unit_test(smaller_batches_run_after_larger_ones),
        cmocka_unit_test(padding_does_not_matter),
        cmocka_unit_test(wrong_runs_are_refused),
        cmocka_unit_test(too_many_positions_are_refused),
        cmocka_unit_test(tokens_that_are_not_there_are_refused),
        cmocka_unit_test(not_finite_names_the_first_node),
        cmocka_unit_test(unknown_inputs_are_refused),
        cmocka_unit_test(operations_of_passes),
        cmocka_unit_test(init_and_copy_go_by_name),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
