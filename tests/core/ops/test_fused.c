/* SPDX-License-Identifier: Apache-2.0 */
/* Fused kernels in the float engine: what they are called with, and rows longer than a piece. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include <mpcf/model.h>

#include "float_engine/float_engine.h"
#include "graph/slots.h"
#include "support/support.h"

enum { BATCH = 2, ROWS = 2, LONG_ROW = MPCF_PIECE_MAX + 1000 };

static mpcf_error *err;

/* y = x^2 on kept columns; the kernels also note what they were called with. */
static mpcf_node *build_square(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *y = mpcf_square(g, x);

    (void) config;
    return keep == NULL ? y : mpcf_mask(g, y, keep);
}

static size_t most_elements, most_rows;

/* From many threads. */
static void note(const mpcf_rows *shape)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const size_t elements = shape->rows * shape->cols;

    (void) pthread_mutex_lock(&lock);
    most_elements = elements > most_elements ? elements : most_elements;
    most_rows = shape->rows > most_rows ? shape->rows : most_rows;
    (void) pthread_mutex_unlock(&lock);
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    note(shape);
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        y[i] = shape->keep == NULL || shape->keep[i] != 0.0F ? x[i] * x[i] : 0.0F;
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config, (void) y;
    note(shape);
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        dx[i] = shape->keep == NULL || shape->keep[i] != 0.0F ? 2.0F * x[i] * dy[i] : 0.0F;
    }
}

static mpcf_approx square(mpcf_slot slot)
{
    return (mpcf_approx){.struct_size = sizeof(mpcf_approx),
                         .name = "square",
                         .slot = slot,
                         .build = build_square,
                         .forward = forward,
                         .backward = backward};
}

static mpcf_node *normed(mpcf_graph *g, mpcf_node *x, size_t cols)
{
    const mpcf_shape width = mpcf_shape_1((int64_t) cols);
    mpcf_node *gain = mpcf_parameter(g, "z.gain", width, MPCF_INIT_CONSTANT, 1);
    mpcf_node *bias = mpcf_parameter(g, "z.bias", width, MPCF_INIT_CONSTANT, 0);

    return mpcf_slot_layer_norm(g, 0, MPCF_NORM_ATTENTION, x, gain, bias, 1e-5);
}

/* logits = f(x) + x, so that the gradient of f is added to another. x [B, 1, ROWS, cols] = w times 1
 * in the first example, 2 in the second; keep [B, 1, 1, 1] takes all of the first, none of the second. */
static mpcf_graph *build(const mpcf_approx *approx, bool fuse, size_t cols)
{
    const struct slot_filling filling = {
        .slot = approx->slot, .last_layer = SIZE_MAX, .approx = approx};
    mpcf_graph *g = graph_create();
    mpcf_node *mask = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_row_sum(g, mask);
    mpcf_node *factor = mpcf_offset(g, mpcf_scale(g, keep, -1), 2);
    mpcf_node *w =
        mpcf_parameter(g, "w", mpcf_shape_4(1, 1, ROWS, (int64_t) cols), MPCF_INIT_NORMAL, 1);
    mpcf_node *x = mpcf_mul(g, factor, w);
    mpcf_node *y;

    assert_ok(graph_fill_slots(g, &filling, 1, fuse, err), err);
    y = approx->slot == MPCF_SLOT_LAYER_NORM
            ? normed(g, x, cols)
            : mpcf_slot_apply(g, approx->slot, 0, x,
                              approx->slot == MPCF_SLOT_NORMALISER ? keep : NULL);
    mpcf_output(g, "logits", mpcf_add(g, y, x));
    assert_ok(graph_check(g, err), err);
    return g;
}

/* Gradients of w into DW[ROWS * cols]. */
static void run(const mpcf_approx *approx, bool fuse, size_t cols, float *dw)
{
    const int32_t mask[BATCH] = {1, 0};
    const struct float_batch batch = {.batch = BATCH, .tokens = 1, .attention_mask = mask};
    mpcf_graph *g = build(approx, fuse, cols);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;
    float *dy;

    assert_ok(parameters_create(g, true, &p, err), err);
    parameters_init(p, g, 1);
    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, BATCH, 1, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    dy = float_seed(e, graph_find_tap(g, "logits"));
    for (size_t i = 0; i < BATCH * ROWS * cols; i++) {
        dy[i] = (float) (1 + i % 5);
    }
    assert_ok(float_backward(e, err), err);
    assert_int_equal(p->items[0].count, ROWS * cols);
    memcpy(dw, p->items[0].gradient, ROWS * cols * sizeof *dw);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

static void check_against_graph(mpcf_slot slot, size_t cols)
{
    static float fused[ROWS * LONG_ROW], plain[ROWS * LONG_ROW];
    const mpcf_approx approx = square(slot);

    most_elements = most_rows = 0;
    run(&approx, true, cols, fused);
    assert_true(most_elements > 0);
    run(&approx, false, cols, plain);
    for (size_t i = 0; i < ROWS * cols; i++) {
        assert_true(fabsf(fused[i] - plain[i]) <= 1e-5F * (1.0F + fabsf(plain[i])));
    }
}

static void rows_longer_than_a_piece_come_one_by_one(void **state)
{
    (void) state;
    check_against_graph(MPCF_SLOT_NORMALISER, LONG_ROW);
    assert_int_equal(most_elements, LONG_ROW);
    assert_int_equal(most_rows, 1);
}

static void layer_norms_get_whole_rows(void **state)
{
    (void) state;
    check_against_graph(MPCF_SLOT_LAYER_NORM, LONG_ROW);
    assert_int_equal(most_elements, LONG_ROW);
    assert_int_equal(most_rows, 1);
    check_against_graph(MPCF_SLOT_LAYER_NORM, 50);
    assert_int_equal(most_rows, ROWS);
}

static void short_rows_come_together(void **state)
{
    (void) state;
    check_against_graph(MPCF_SLOT_NORMALISER, 10);
    assert_int_equal(most_elements, ROWS * 10);
    assert_int_equal(most_rows, ROWS);
}

static void elementwise_kernels_get_flat_pieces(void **state)
{
    (void) state;
    check_against_graph(MPCF_SLOT_ACTIVATION, LONG_ROW);
    assert_int_equal(most_rows, 1);
    assert_true(most_elements <= MPCF_PIECE_MAX);
    check_against_graph(MPCF_SLOT_TANH, 10);
    assert_int_equal(most_rows, 1);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_longer_than_a_piece_come_one_by_one),
        cmocka_unit_test(layer_norms_get_whole_rows),
        cmocka_unit_test(short_rows_come_together),
        cmocka_unit_test(elementwise_kernels_get_flat_pieces),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
