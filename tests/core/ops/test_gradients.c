/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gradient of every operation against central differences of its own forward run, on every
 * parameter element, with two consumers of each operand, so that gradients are added as well as
 * written.
 */
#include "graph/head_nodes.h"
#include "graph/node.h"
#include "graph/slot_name.h"
#include "graph/slots.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

#include <mpcf/model.h>

#include "base/workers.h"
#include "float_engine/float_engine.h"

enum { BATCH = 3, TOKENS = 5, WIDTH = 6, HEADS = 2, TABLE = 7 };

typedef mpcf_node *build_case(mpcf_graph *g);

static const int32_t ids[BATCH * TOKENS] = {1, 2, 3, 4, 5, 6, 1, 0, 2, 2, 3, 3, 1, 5, 4};
static const int32_t types[BATCH * TOKENS] = {0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
static const int32_t mask[BATCH * TOKENS] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0};

/* A value [B, T, WIDTH] that depends on a parameter NAME through a look-up. */
static mpcf_node *hidden(mpcf_graph *g, const char *name)
{
    mpcf_node *in = graph_find_input(g, "input_ids");

    if (in == NULL) {
        in = mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    }
    return mpcf_embedding(
        g, mpcf_parameter(g, name, mpcf_shape_2(TABLE, WIDTH), MPCF_INIT_NORMAL, 1), in);
}

static mpcf_node *keep(mpcf_graph *g)
{
    mpcf_node *in = graph_find_input(g, "attention_mask");

    return in != NULL ? in
                      : mpcf_input(g, "attention_mask",
                                   mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
}

static mpcf_node *vector(mpcf_graph *g, const char *name)
{
    return mpcf_parameter(g, name, mpcf_shape_1(WIDTH), MPCF_INIT_NORMAL, 1);
}

static mpcf_node *matrix(mpcf_graph *g, const char *name, int64_t o)
{
    return mpcf_parameter(g, name, mpcf_shape_2(o, WIDTH), MPCF_INIT_NORMAL, 0.5);
}

static mpcf_node *scores(mpcf_graph *g)
{
    mpcf_node *q =
        mpcf_split_heads(g, mpcf_linear(g, hidden(g, "a"), matrix(g, "q", WIDTH), NULL), HEADS);
    mpcf_node *k =
        mpcf_split_heads(g, mpcf_linear(g, hidden(g, "a"), matrix(g, "k", WIDTH), NULL), HEADS);

    return mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 0.57);
}

/* A positive value. */
static mpcf_node *positive(mpcf_graph *g)
{
    return mpcf_offset(g, mpcf_square(g, hidden(g, "a")), 0.5);
}

static mpcf_node *linear_case(mpcf_graph *g)
{
    return mpcf_linear(g, hidden(g, "a"), matrix(g, "w", 9),
                       mpcf_parameter(g, "b", mpcf_shape_1(9), MPCF_INIT_NORMAL, 1));
}
static mpcf_node *linear_tied_case(mpcf_graph *g)
{
    mpcf_node *w = matrix(g, "w", WIDTH);

    return mpcf_linear(g, mpcf_linear(g, hidden(g, "a"), w, vector(g, "b")), w, NULL);
}
static mpcf_node *matmul_case(mpcf_graph *g)
{
    mpcf_node *v = mpcf_split_heads(g, hidden(g, "v"), HEADS);

    return mpcf_matmul(g, scores(g), v);
}
static mpcf_node *attention_case(mpcf_graph *g)
{
    mpcf_node *v =
        mpcf_split_heads(g, mpcf_linear(g, hidden(g, "a"), matrix(g, "v", WIDTH), NULL), HEADS);
    mpcf_node *p = mpcf_tap(g, "probs", mpcf_mask(g, mpcf_square(g, scores(g)), keep(g)));

    return mpcf_merge_heads(g, mpcf_matmul(g, p, v));
}
static mpcf_node *positions_case(mpcf_graph *g)
{
    return mpcf_add(g, hidden(g, "a"), mpcf_positions(g, matrix(g, "p", 9), 2));
}
static mpcf_node *types_case(mpcf_graph *g)
{
    mpcf_node *in =
        mpcf_input(g, "token_type_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);

    return mpcf_add(g, mpcf_embedding(g, matrix(g, "t", 2), in), hidden(g, "a"));
}
static mpcf_node *sub_case(mpcf_graph *g)
{
    return mpcf_sub(g, mpcf_row_sum(g, hidden(g, "b")), hidden(g, "a"));
}
static mpcf_node *mul_case(mpcf_graph *g)
{
    return mpcf_mul(g, hidden(g, "a"), hidden(g, "b"));
}
static mpcf_node *mul_rows_case(mpcf_graph *g)
{
    return mpcf_mul(g, hidden(g, "a"), mpcf_row_sum(g, hidden(g, "b")));
}
static mpcf_node *mul_parameter_case(mpcf_graph *g)
{
    return mpcf_mul(g, mpcf_parameter(g, "s", mpcf_shape_3(1, 1, WIDTH), MPCF_INIT_NORMAL, 1),
                    hidden(g, "a"));
}
static mpcf_node *mul_heads_case(mpcf_graph *g)
{
    return mpcf_mul(g, scores(g),
                    mpcf_parameter(g, "s", mpcf_shape_4(1, HEADS, 1, 1), MPCF_INIT_NORMAL, 1));
}
static mpcf_node *poly_case(mpcf_graph *g)
{
    const double coef[] = {0.5, 0.25, 0.125};

    return mpcf_poly(g, hidden(g, "a"), coef, 2);
}
static mpcf_node *poly_high_case(mpcf_graph *g)
{
    const double coef[] = {0.5, 0.25, 0.125, -0.1, 0.02};

    return mpcf_poly(g, hidden(g, "a"), coef, 4);
}
/* Continuous with a continuous slope, so that differences near the cuts hold. */
static mpcf_node *piecewise_case(mpcf_graph *g)
{
    const double cuts[] = {-1, 1};
    const double coef[] = {-0.5, -1, 0, 0, 0, 0.5, -0.5, 1, 0};

    return mpcf_piecewise(g, hidden(g, "a"), cuts, 2, coef, 2);
}
static mpcf_node *square_case(mpcf_graph *g)
{
    return mpcf_square(g, hidden(g, "a"));
}
static mpcf_node *relu_case(mpcf_graph *g)
{
    return mpcf_mul(g, mpcf_relu(g, hidden(g, "a")), hidden(g, "a")); /* smooth at 0 */
}
static mpcf_node *exp_case(mpcf_graph *g)
{
    return mpcf_exp(g, hidden(g, "a"));
}
static mpcf_node *erf_case(mpcf_graph *g)
{
    return mpcf_erf(g, hidden(g, "a"));
}
static mpcf_node *tanh_case(mpcf_graph *g)
{
    return mpcf_tanh(g, hidden(g, "a"));
}
static mpcf_node *reciprocal_case(mpcf_graph *g)
{
    return mpcf_reciprocal(g, positive(g));
}
static mpcf_node *rsqrt_case(mpcf_graph *g)
{
    return mpcf_rsqrt(g, positive(g));
}
static mpcf_node *softmax_case(mpcf_graph *g)
{
    mpcf_node *x = scores(g);
    mpcf_node *e = mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, x, mpcf_row_max(g, x, keep(g)))), keep(g));

    return mpcf_mul(g, e, mpcf_reciprocal(g, mpcf_row_sum(g, e)));
}
static mpcf_node *layer_norm_case(mpcf_graph *g)
{
    return mpcf_layer_norm(g, hidden(g, "a"), vector(g, "gamma"), vector(g, "beta"), 1e-5);
}
static mpcf_node *sines_case(mpcf_graph *g)
{
    static const double cuts[] = {-1.5, 0, 1.5}; /* no jumps: the sines are 0 there */
    static const double coef[4][2] = {{1.5, 0}, {0, -1}, {0, 1}, {1.5, 0}};
    static const double sines[4][3] = {{0}, {0.5, -0.25, 0.125}, {-0.3, 0.2, 0.4}, {0}};

    return mpcf_piecewise_sines(g, hidden(g, "a"), cuts, 3, coef[0], 1, sines[0], 3, 3);
}
static mpcf_node *trained_pieces_case(mpcf_graph *g)
{
    static const double cuts[] = {-2.01, 0.003, 2.02};
    static const double coef[4][3] = {{0, 0.5, 0}, {0, 0.5, 0}, {0, 0.5, 0}, {0, 0.5, 0}};
    mpcf_node *delta = mpcf_parameter(g, "delta", mpcf_shape_2(3, 2), MPCF_INIT_CONSTANT, 0);

    return mpcf_piecewise_of(g, hidden(g, "a"), cuts, 3, coef[0], 2, delta);
}
static mpcf_node *builders_case(mpcf_graph *g)
{
    mpcf_node *clamped = mpcf_clamp(g, hidden(g, "a"), -1.01, 1.23);
    mpcf_node *power = mpcf_power(g, hidden(g, "b"), 5);

    return mpcf_max(g, clamped, power);
}
static mpcf_node *slice_case(mpcf_graph *g)
{
    return mpcf_add(g, mpcf_slice(g, hidden(g, "a"), 1, 3), mpcf_slice(g, hidden(g, "a"), 3, 3));
}
static mpcf_node *token_case(mpcf_graph *g)
{
    return mpcf_token(g, hidden(g, "a"), 0);
}
static mpcf_node *dropout_case(mpcf_graph *g)
{
    return mpcf_dropout(g, hidden(g, "a"), 0.4);
}
static mpcf_node *dropout_chain_case(mpcf_graph *g)
{
    mpcf_node *x = mpcf_linear(g, hidden(g, "a"), matrix(g, "w", WIDTH), vector(g, "b"));

    return mpcf_layer_norm(g, mpcf_add(g, mpcf_dropout(g, x, 0.3), hidden(g, "a")),
                           vector(g, "gamma"), vector(g, "beta"), 1e-5);
}
static mpcf_node *residual_case(mpcf_graph *g)
{
    mpcf_node *x = mpcf_tap(g, "hidden", mpcf_tanh(g, hidden(g, "a")));
    mpcf_node *y = mpcf_tanh(g, mpcf_linear(g, x, matrix(g, "w", WIDTH), vector(g, "b")));

    return mpcf_add(g, mpcf_offset(g, y, 0.1), x);
}
static mpcf_node *stop_case(mpcf_graph *g)
{
    return mpcf_add(g, hidden(g, "a"), mpcf_scale(g, hidden(g, "a"), 2));
}
static mpcf_node *same_operand_case(mpcf_graph *g)
{
    mpcf_node *x = mpcf_tanh(g, hidden(g, "a"));

    return mpcf_mul(g, mpcf_add(g, x, x), x);
}

static void fused_forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        y[i] = shape->keep == NULL || shape->keep[i] != 0.0F ? x[i] * x[i] : 0;
    }
}
static void fused_backward(const void *config, const mpcf_rows *shape, const float *x,
                           const float *y, const float *dy, float *dx)
{
    (void) config, (void) y;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        dx[i] = shape->keep == NULL || shape->keep[i] != 0.0F ? 2 * x[i] * dy[i] : 0;
    }
}
static mpcf_node *fused_build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *k)
{
    (void) config;
    return k == NULL ? mpcf_square(g, x) : mpcf_mask(g, mpcf_square(g, x), k);
}
static mpcf_node *fused_of(mpcf_graph *g, mpcf_slot slot, mpcf_node *x, mpcf_node *k)
{
    static const mpcf_approx approx = {.name = "fused",
                                       .build = fused_build,
                                       .forward = fused_forward,
                                       .backward = fused_backward};
    static mpcf_approx filled[SLOT_COUNT + 1];
    struct slot_filling filling = {.slot = slot, .last_layer = 9, .approx = &filled[slot]};
    mpcf_error *err = mpcf_error_create();
    mpcf_node *y;

    filled[slot] = approx;
    filled[slot].slot = slot;
    assert_ok(graph_fill_slots(g, &filling, 1, true, err), err);
    mpcf_error_destroy(err);
    y = mpcf_slot_apply(g, slot, 0, x, k);
    assert_int_equal(y->kind, OP_FUSED);
    return y;
}
static mpcf_node *fused_case(mpcf_graph *g)
{
    return fused_of(g, MPCF_SLOT_ACTIVATION, hidden(g, "a"), NULL);
}
static mpcf_node *fused_mask_case(mpcf_graph *g)
{
    return fused_of(g, MPCF_SLOT_NORMALISER, mpcf_tap(g, "scores", scores(g)), keep(g));
}

static mpcf_node *scale_columns_case(mpcf_graph *g)
{
    mpcf_node *in[2] = {hidden(g, "a"), vector(g, "gamma")};

    return graph_add_node(g, OP_SCALE_COLUMNS, mpcf_node_shape(in[0]), in, 2);
}
/* Head 0 is taken twice, and the parts come back in another order. */
static mpcf_node *heads_case(mpcf_graph *g)
{
    mpcf_node *x = mpcf_split_heads(g, hidden(g, "a"), 3);
    const struct head_set ends = {{5}}, middle = {{2}}, first = {{1}};
    const struct head_set sets[2] = {middle, ends};
    mpcf_node *parts[2] = {mpcf_tanh(g, graph_take_heads(g, x, &middle)),
                           graph_take_heads(g, x, &ends)};
    mpcf_node *y = graph_join_heads(g, parts, sets, 2);

    return mpcf_merge_heads(g, mpcf_mul(g, y, graph_take_heads(g, x, &first)));
}

struct run {
    mpcf_graph *g;
    struct parameters *p;
    struct float_engine *e;
    float *weights; /* of the loss sum_i weights[i] y[i] */
    size_t count;
    struct float_batch batch;
    mpcf_error *err;
};

static double loss_of(struct run *r, mpcf_node *y)
{
    const float *value;
    double sum = 0;

    assert_ok(float_forward(r->e, &r->batch, r->err), r->err);
    value = float_value(r->e, y);
    for (size_t i = 0; i < r->count; i++) {
        sum += (double) value[i] * (double) r->weights[i];
    }
    return sum;
}

static void check_parameter(struct run *r, mpcf_node *y, const char *name, struct parameter *p,
                            double scale)
{
    const double h = 4e-3;

    for (size_t i = 0; i < p->count; i++) {
        const float old = p->value[i];
        double up;
        double down;
        double want;

        p->value[i] = (float) ((double) old + h);
        up = loss_of(r, y);
        p->value[i] = (float) ((double) old - h);
        down = loss_of(r, y);
        p->value[i] = old;
        want = (up - down) / (2 * h);
        if (fabs(want - (double) p->gradient[i]) > 2e-3 * scale) {
            fail_msg("%s: gradient of %s[%zu] is %g, differences say %g (largest %g)", name,
                     p->name, i, (double) p->gradient[i], want, scale);
        }
    }
}

static double largest_gradient(const struct parameters *p)
{
    double largest = 0.1;

    for (size_t k = 0; k < p->count; k++) {
        for (size_t i = 0; i < p->items[k].count; i++) {
            largest = fmax(largest, fabs((double) p->items[k].gradient[i]));
        }
    }
    return largest;
}

static void check_case(const char *name, build_case *build)
{
    struct run r = {.g = graph_create(),
                    .err = mpcf_error_create(),
                    .batch = {BATCH, TOKENS, ids, types, mask, 77}};
    struct test_random random = {11};
    mpcf_node *y = build(r.g);
    mpcf_node *seen;
    float *seed;

    /* a second reader of every value on the way: its gradient is added to the first one's */
    seen = y == NULL ? NULL : mpcf_tap(r.g, "result", mpcf_add(r.g, y, mpcf_scale(r.g, y, 0.5)));
    mpcf_output(r.g, "y", seen);
    assert_ok(graph_check(r.g, r.err), r.err);
    assert_ok(parameters_create(r.g, true, &r.p, r.err), r.err);
    parameters_init(r.p, r.g, 5);
    assert_ok(float_engine_create(r.g, r.p, FLOAT_TRAIN, BATCH, TOKENS, 0, &r.e, r.err), r.err);
    r.count = shape_resolve(mpcf_node_shape(seen), BATCH, TOKENS).count;
    r.weights = calloc(r.count, sizeof(float));
    for (size_t i = 0; i < r.count; i++) {
        r.weights[i] = (float) test_random_real(&random, -1, 1);
    }
    for (int times = 0; times < 2; times++) { /* buffers hold the last run's remains */
        parameters_zero_gradients(r.p);
        (void) loss_of(&r, seen);
        assert_null(float_not_finite(r.e));
        seed = float_seed(r.e, seen);
        for (size_t i = 0; i < r.count; i++) {
            seed[i] += r.weights[i];
        }
        assert_ok(float_backward(r.e, r.err), r.err);
    }
    for (size_t k = 0; k < r.p->count; k++) {
        check_parameter(&r, seen, name, &r.p->items[k], largest_gradient(r.p));
    }
    free(r.weights);
    float_engine_destroy(r.e);
    parameters_destroy(r.p);
    graph_destroy(r.g);
    mpcf_error_destroy(r.err);
}

static const struct {
    const char *name;
    build_case *build;
} cases[] = {
    {"linear", linear_case},
    {"linear tied", linear_tied_case},
    {"matmul", matmul_case},
    {"attention", attention_case},
    {"positions", positions_case},
    {"types", types_case},
    {"sub", sub_case},
    {"mul", mul_case},
    {"mul rows", mul_rows_case},
    {"mul parameter", mul_parameter_case},
    {"mul heads", mul_heads_case},
    {"poly", poly_case},
    {"poly high", poly_high_case},
    {"piecewise", piecewise_case},
    {"piecewise sines", sines_case},
    {"trained pieces", trained_pieces_case},
    {"clamp, max, power", builders_case},
    {"square", square_case},
    {"relu", relu_case},
    {"exp", exp_case},
    {"erf", erf_case},
    {"tanh", tanh_case},
    {"reciprocal", reciprocal_case},
    {"rsqrt", rsqrt_case},
    {"softmax", softmax_case},
    {"layer norm", layer_norm_case},
    {"scale columns", scale_columns_case},
    {"heads", heads_case},
    {"slice", slice_case},
    {"token", token_case},
    {"dropout", dropout_case},
    {"dropout chain", dropout_chain_case},
    {"residual", residual_case},
    {"stop", stop_case},
    {"same operand", same_operand_case},
    {"fused", fused_case},
    {"fused mask", fused_mask_case},
};

static void gradients_agree_with_differences(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_case(cases[i].name, cases[i].build);
    }
}

static void gradients_agree_on_one_worker(void **state)
{
    workers_set(1);
    gradients_agree_with_differences(state);
    workers_set(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_agree_with_differences),
        cmocka_unit_test(gradients_agree_on_one_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
