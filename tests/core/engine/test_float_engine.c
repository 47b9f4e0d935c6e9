/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/workers.h"
#include "engine/float_engine.h"

enum { BATCH = 3, TOKENS = 5, WIDTH = 8 };

static const int32_t ids[BATCH * TOKENS] = {1, 2, 3, 4, 5, 6, 1, 0, 2, 2, 3, 3, 1, 5, 4};
static const int32_t mask[BATCH * TOKENS] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0};

static mpcf_error *err;

static mpcf_node *matrix(mpcf_graph *g, const char *name, int64_t rows)
{
    return mpcf_parameter(g, name, mpcf_shape_2(rows, WIDTH), MPCF_INIT_NORMAL, 0.5);
}

/* A layer with everything that the plan treats in a way of its own. */
static mpcf_graph *build(double chance)
{
    mpcf_graph *g = graph_create();
    mpcf_node *in =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *gamma = mpcf_parameter(g, "gamma", mpcf_shape_1(WIDTH), MPCF_INIT_CONSTANT, 1);
    mpcf_node *beta = mpcf_parameter(g, "beta", mpcf_shape_1(WIDTH), MPCF_INIT_CONSTANT, 0);
    mpcf_node *x = mpcf_embedding(g, matrix(g, "table", 7), in);
    mpcf_node *q;
    mpcf_node *w;

    x = mpcf_add(g, x, mpcf_positions(g, matrix(g, "places", 6), 1));
    x = mpcf_dropout(g, mpcf_tap(g, "embedding", x), chance);
    q = mpcf_split_heads(g, mpcf_linear(g, x, matrix(g, "q", WIDTH), beta), 2);
    w = mpcf_tap(g, "scores", mpcf_scale(g, mpcf_matmul_transposed(g, q, q), 0.5));
    w = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, w, 3)), keep);
    w = mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_row_sum(g, w)));
    w = mpcf_merge_heads(g, mpcf_matmul(g, mpcf_dropout(g, w, chance), q));
    w = mpcf_dropout(g, mpcf_linear(g, w, matrix(g, "o", WIDTH), beta), chance);
    x = mpcf_tap(g, "hidden", mpcf_layer_norm(g, mpcf_add(g, w, x), gamma, beta, 1e-6));
    mpcf_output(g, "logits", mpcf_linear(g, mpcf_token(g, x, 0), matrix(g, "c", 2), NULL));
    return g;
}

struct net {
    mpcf_graph *g;
    struct parameters *p;
    struct float_engine *e;
};

static void net_open(struct net *n, double chance, enum float_mode mode, size_t batch,
                     size_t tokens, size_t elements)
{
    n->g = build(chance);
    assert_ok(graph_check(n->g, err), err);
    assert_ok(parameters_create(n->g, true, &n->p, err), err);
    parameters_init(n->p, n->g, 4);
    assert_ok(float_engine_create(n->g, n->p, mode, batch, tokens, elements, &n->e, err), err);
}

static void net_close(struct net *n)
{
    float_engine_destroy(n->e);
    parameters_destroy(n->p);
    graph_destroy(n->g);
}

static const float *tap(const struct net *n, const char *label)
{
    return float_value(n->e, graph_find_tap(n->g, label));
}

static struct float_batch batch_of(uint64_t seed)
{
    return (struct float_batch){BATCH, TOKENS, ids, NULL, mask, seed};
}

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

/* Logits and all gradients of one step, as bits. */
static float *step(struct net *n, uint64_t seed, size_t *count)
{
    const struct float_batch batch = batch_of(seed);
    const mpcf_node *logits = graph_find_tap(n->g, "logits");
    float *all = calloc(4096, sizeof(float));
    float *dy;

    assert_ok(float_forward(n->e, &batch, err), err);
    memcpy(all, float_value(n->e, logits), BATCH * 2 * sizeof(float));
    *count = BATCH * 2;
    dy = float_seed(n->e, logits);
    for (size_t i = 0; i < BATCH * 2; i++) {
        dy[i] += i % 2 == 0 ? 1.0F : -0.5F;
    }
    parameters_zero_gradients(n->p);
    assert_ok(float_backward(n->e, err), err);
    for (size_t i = 0; i < n->p->count; i++) {
        memcpy(all + *count, n->p->items[i].gradient, n->p->items[i].count * sizeof(float));
        *count += n->p->items[i].count;
    }
    return all;
}

static void dropout_follows_the_seed_not_the_workers(void **state)
{
    struct net n;
    size_t count = 0;
    float *first;
    float *other;

    (void) state;
    net_open(&n, 0.3, FLOAT_TRAIN, BATCH, TOKENS, 0);
    first = step(&n, 7, &count);
    for (size_t workers = 1; workers < 5; workers++) {
        float *again;

        workers_set(workers);
        again = step(&n, 7, &count);
        assert_memory_equal(first, again, count * sizeof(float));
        free(again);
    }
    workers_set(0);
    other = step(&n, 8, &count);
    assert_memory_not_equal(first, other, count * sizeof(float));
    free(first);
    free(other);
    net_close(&n);
}

static void gradients_add_up_over_runs(void **state)
{
    const struct float_batch batch = batch_of(0);
    struct net n;
    size_t count = 0;
    float *once;
    float *dy;
    size_t at = BATCH * 2;

    (void) state;
    net_open(&n, 0, FLOAT_TRAIN, BATCH, TOKENS, 0);
    once = step(&n, 0, &count);
    assert_ok(float_forward(n.e, &batch, err), err);
    dy = float_seed(n.e, graph_find_tap(n.g, "logits"));
    for (size_t i = 0; i < BATCH * 2; i++) {
        dy[i] += i % 2 == 0 ? 1.0F : -0.5F;
    }
    assert_ok(float_backward(n.e, err), err);
    for (size_t i = 0; i < n.p->count; i++) {
        for (size_t k = 0; k < n.p->items[i].count; k++, at++) {
            assert_true(fabs((double) n.p->items[i].gradient[k] - 2 * (double) once[at]) <
                        1e-5 * (1 + fabs((double) once[at])));
        }
    }
    free(once);
    net_close(&n);
}

static void tables_name_the_rows_they_touched(void **state)
{
    struct net n;
    size_t count = 0;
    struct parameter *table;
    bool seen[7] = {false};

    (void) state;
    net_open(&n, 0, FLOAT_TRAIN, BATCH, TOKENS, 0);
    free(step(&n, 0, &count));
    table = parameters_find(n.p, "table");
    assert_true(table->is_table);
    assert_false(parameters_find(n.p, "places")->is_table);
    assert_int_equal(table->touched_count, 7);
    for (size_t i = 0; i < table->touched_count; i++) {
        assert_false(seen[table->touched[i]]);
        seen[table->touched[i]] = true;
    }
    parameters_zero_gradients(n.p);
    assert_int_equal(table->touched_count, 0);
    for (size_t i = 0; i < table->count; i++) {
        assert_true(table->gradient[i] == 0.0F);
    }
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

static void parameters_without_gradients_are_left_alone(void **state)
{
    mpcf_graph *g = build(0);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;
    const struct float_batch batch = batch_of(0);

    (void) state;
    assert_ok(parameters_create(g, false, &p, err), err);
    parameters_init(p, g, 4);
    assert_null(parameters_find(p, "q")->gradient);
    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, BATCH, TOKENS, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    float_seed(e, graph_find_tap(g, "logits"))[0] = 1;
    assert_ok(float_backward(e, err), err);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

static void stopped_gradients_do_not_pass(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *w = mpcf_parameter(g, "w", mpcf_shape_2(2, 2), MPCF_INIT_NORMAL, 1);
    mpcf_node *v = mpcf_parameter(g, "v", mpcf_shape_2(2, 2), MPCF_INIT_NORMAL, 1);
    mpcf_node *y = mpcf_tap(g, "y", mpcf_mul(g, mpcf_stop_gradient(g, w), v));
    const struct float_batch batch = {1, 1, ids, NULL, mask, 0};
    struct parameters *p = NULL;
    struct float_engine *e = NULL;

    (void) state;
    assert_ok(parameters_create(g, true, &p, err), err);
    parameters_init(p, g, 1);
    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, 1, 1, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    float_seed(e, y)[1] = 3;
    assert_ok(float_backward(e, err), err);
    assert_true(parameters_find(p, "w")->gradient[1] == 0.0F);
    assert_true(parameters_find(p, "v")->gradient[1] == 3 * parameters_find(p, "w")->value[1]);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
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

/* --- Constants --- */

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
        cmocka_unit_test(only_what_is_kept_can_be_read),
        cmocka_unit_test(dropout_follows_the_seed_not_the_workers),
        cmocka_unit_test(gradients_add_up_over_runs),
        cmocka_unit_test(tables_name_the_rows_they_touched),
        cmocka_unit_test(smaller_batches_run_after_larger_ones),
        cmocka_unit_test(padding_does_not_matter),
        cmocka_unit_test(wrong_runs_are_refused),
        cmocka_unit_test(too_many_positions_are_refused),
        cmocka_unit_test(not_finite_names_the_first_node),
        cmocka_unit_test(parameters_without_gradients_are_left_alone),
        cmocka_unit_test(stopped_gradients_do_not_pass),
        cmocka_unit_test(unknown_inputs_are_refused),
        cmocka_unit_test(constants_of_folded_weights),
        cmocka_unit_test(constants_do_not_read_inputs),
        cmocka_unit_test(operations_of_passes),
        cmocka_unit_test(init_and_copy_go_by_name),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
