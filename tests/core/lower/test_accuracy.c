/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Largest absolute error of each function under the secure arithmetic with 16 fractional bits,
 * against double precision. Limits are what the best of the other systems measured at 16 bits
 * reaches (for MPC in CrypTen 0.4.1); most of its functions have no useful range beyond.
 *
 * Values enter as rows of two embedding tables; a batch of ids picks them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "lower/lower.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "support/support.h"

struct trial {
    const char *name;
    size_t tokens, width;
    /* Values of the tables: NORMAL: mean LOW, deviation HIGH; else uniform (LOGARITHMIC: in its
     * logarithm). */
    enum { UNIFORM, NORMAL, LOGARITHMIC } draw;
    double low, high;
    mpcf_node *(*build)(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep);
    /* y [tokens, columns] of a and b [tokens, width]. */
    void (*reference)(const struct trial *t, const double *a, const double *b, double *y);
    size_t columns;
    double limit;
    bool relative; /* error is relative to the result */
};

/* --- Functions --- */

static mpcf_node *build_product(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) keep;
    return mpcf_mul(g, a, b);
}

static mpcf_node *build_square(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_square(g, a);
}

static mpcf_node *build_matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) keep;
    return mpcf_matmul_transposed(g, mpcf_split_heads(g, a, 1), mpcf_split_heads(g, b, 1));
}

static mpcf_node *build_relu(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_relu(g, a);
}

static mpcf_node *build_gelu(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_mul(g, mpcf_scale(g, a, 0.5),
                    mpcf_offset(g, mpcf_erf(g, mpcf_scale(g, a, 0.70710678118654752)), 1));
}

static mpcf_node *build_erf(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_erf(g, a);
}

static mpcf_node *build_tanh(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_tanh(g, a);
}

static mpcf_node *build_exp(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_exp(g, a);
}

static mpcf_node *build_reciprocal(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_reciprocal(g, a);
}

static mpcf_node *build_rsqrt(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    (void) b, (void) keep;
    return mpcf_rsqrt(g, a);
}

static mpcf_node *build_softmax(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    mpcf_node *scores =
        mpcf_matmul_transposed(g, mpcf_split_heads(g, a, 1), mpcf_split_heads(g, b, 1));
    mpcf_node *e =
        mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, scores, mpcf_row_max(g, scores, keep))), keep);

    return mpcf_mul(g, e, mpcf_reciprocal(g, mpcf_row_sum(g, e)));
}

static mpcf_node *build_layer_norm(mpcf_graph *g, mpcf_node *a, mpcf_node *b, mpcf_node *keep)
{
    const mpcf_shape shape = mpcf_shape_1(mpcf_node_shape(a).dim[2]);

    (void) b, (void) keep;
    return mpcf_layer_norm(g, a, mpcf_parameter(g, "gamma", shape, MPCF_INIT_CONSTANT, 1),
                           mpcf_parameter(g, "beta", shape, MPCF_INIT_CONSTANT, 0), 1e-12);
}

static void each(const struct trial *t, const double *a, double *y, double (*f)(double))
{
    for (size_t i = 0; i < t->tokens * t->width; ++i) {
        y[i] = f(a[i]);
    }
}

static double f_square(double x)
{
    return x * x;
}

static double f_relu(double x)
{
    return x > 0 ? x : 0;
}

static double f_gelu(double x)
{
    return 0.5 * x * erfc(-x * 0.70710678118654752);
}

static double f_reciprocal(double x)
{
    return 1 / x;
}

static double f_rsqrt(double x)
{
    return 1 / sqrt(x);
}

#define EACH(name)                                                                                 \
    static void reference_##name(const struct trial *t, const double *a, const double *b,          \
                                 double *y)                                                        \
    {                                                                                              \
        (void) b;                                                                                  \
        each(t, a, y, f_##name);                                                                   \
    }
#define f_erf  erf
#define f_tanh tanh
#define f_exp  exp
EACH(square)
EACH(relu)
EACH(gelu)
EACH(reciprocal)
EACH(rsqrt)
EACH(erf)
EACH(tanh)
EACH(exp)

static void reference_product(const struct trial *t, const double *a, const double *b, double *y)
{
    for (size_t i = 0; i < t->tokens * t->width; ++i) {
        y[i] = a[i] * b[i];
    }
}

static void reference_matmul(const struct trial *t, const double *a, const double *b, double *y)
{
    for (size_t i = 0; i < t->tokens; ++i) {
        for (size_t j = 0; j < t->tokens; ++j) {
            double sum = 0;
            for (size_t k = 0; k < t->width; ++k) {
                sum += a[i * t->width + k] * b[j * t->width + k];
            }
            y[i * t->tokens + j] = sum;
        }
    }
}

static void reference_softmax(const struct trial *t, const double *a, const double *b, double *y)
{
    reference_matmul(t, a, b, y);
    for (size_t i = 0; i < t->tokens; ++i) {
        double largest = -INFINITY, sum = 0, *row = y + i * t->tokens;
        for (size_t j = 0; j < t->tokens; ++j) {
            largest = fmax(largest, row[j]);
        }
        for (size_t j = 0; j < t->tokens; ++j) {
            row[j] = exp(row[j] - largest);
            sum += row[j];
        }
        for (size_t j = 0; j < t->tokens; ++j) {
            row[j] /= sum;
        }
    }
}

static void reference_layer_norm(const struct trial *t, const double *a, const double *b, double *y)
{
    (void) b;
    for (size_t i = 0; i < t->tokens; ++i) {
        const double *row = a + i * t->width;
        double mean = 0, square = 0;
        for (size_t j = 0; j < t->width; ++j) {
            mean += row[j] / (double) t->width;
        }
        for (size_t j = 0; j < t->width; ++j) {
            square += (row[j] - mean) * (row[j] - mean) / (double) t->width;
        }
        for (size_t j = 0; j < t->width; ++j) {
            y[i * t->width + j] = (row[j] - mean) / sqrt(square);
        }
    }
}

/* --- A trial --- */

static mpcf_graph *build_graph(const struct trial *t)
{
    mpcf_graph *g = graph_create();
    const mpcf_shape ids = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    const mpcf_shape table = mpcf_shape_2((int64_t) t->tokens, (int64_t) t->width);
    mpcf_node *first = mpcf_input(g, "input_ids", ids, MPCF_USER);
    mpcf_node *second = mpcf_input(g, "token_type_ids", ids, MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *a = mpcf_embedding(g, mpcf_parameter(g, "a", table, MPCF_INIT_REQUIRED, 0), first);
    mpcf_node *b = mpcf_embedding(g, mpcf_parameter(g, "b", table, MPCF_INIT_REQUIRED, 0), second);

    mpcf_output(g, "y", t->build(g, a, b, keep));
    return g;
}

static double draw(const struct trial *t, struct test_random *r)
{
    switch (t->draw) {
    case NORMAL:
        return t->low + t->high * test_random_normal(r);
    case LOGARITHMIC:
        return exp(test_random_real(r, log(t->low), log(t->high)));
    default:
        return test_random_real(r, t->low, t->high);
    }
}

#define TOKENS_MAX 128

static struct float_batch make_batch(size_t tokens)
{
    static int32_t ids[TOKENS_MAX], mask[TOKENS_MAX]; /* each id once, all real */

    assert_true(tokens <= TOKENS_MAX);
    for (size_t i = 0; i < tokens; ++i) {
        ids[i] = (int32_t) i;
        mask[i] = 1;
    }
    return (struct float_batch){1, tokens, ids, ids, mask, 0};
}

struct once {
    struct float_batch batch;
    bool given;
};

static mpcf_status next_batch(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct once *o = context;

    (void) err;
    if (!o->given) {
        *batch = o->batch;
        o->given = true;
    }
    return MPCF_OK;
}

static void fill_tables(const struct trial *t, struct parameters *p, double *values[2])
{
    const char *const names[2] = {"a", "b"};
    struct test_random r = {99};

    for (size_t i = 0; i < 2; ++i) {
        struct parameter *table = parameters_find(p, names[i]);
        values[i] = mpcf_alloc_array(t->tokens * t->width, sizeof(double));
        for (size_t j = 0; j < t->tokens * t->width; ++j) {
            const float x = (float) draw(t, &r);
            values[i][j] = (double) x;
            if (table != NULL) {
                table->value[j] = x;
            }
        }
    }
}

static double largest_error(const struct trial *t, const double *want, const double *got)
{
    double largest = 0;

    for (size_t i = 0; i < t->tokens * t->columns; ++i) {
        const double error = fabs(want[i] - got[i]) / (t->relative ? fabs(want[i]) : 1);
        largest = fmax(largest, error);
    }
    return largest;
}

static double run_fixed(const struct trial *t, const struct program *p,
                        const struct parameters *params, const struct float_batch *b,
                        double *values[2], mpcf_error *err)
{
    const size_t count = t->tokens * t->columns;
    double *want = mpcf_alloc_array(count, sizeof(double));
    double *got = mpcf_alloc_array(count, sizeof(double));
    struct weights *w = NULL;
    struct reference_result result;
    const struct secure_input input = {b->input_ids, b->token_type_ids, b->attention_mask};

    t->reference(t, values[0], values[1], want);
    assert_ok(weights_create(p, params, &w, err), err);
    assert_ok(reference_run(p, w, &input, got, &result, NULL, NULL, err), err);
    const double error = largest_error(t, want, got);
    weights_destroy(w);
    mpcf_free(want);
    mpcf_free(got);
    return error;
}

static double error_of(const struct trial *t)
{
    mpcf_error *err = mpcf_error_create();
    struct lower_options options;
    struct parameters *params = NULL;
    struct ranges *ranges = NULL;
    struct program *p = NULL;
    mpcf_graph *before = build_graph(t), *g = NULL;
    struct once once = {make_batch(t->tokens), false};
    double *values[2];

    lower_options_default(&options);
    options.value_fraction = options.weight_fraction = options.reveal_fraction = 16;
    assert_ok(pass_all(before, &g, err), err);
    assert_ok(parameters_create(before, false, &params, err), err);
    parameters_init(params, before, 1);
    fill_tables(t, params, values);
    assert_ok(calibrate(g, params, 1, t->tokens, next_batch, &once, &ranges, err), err);
    assert_ok(lower_graph(g, ranges, &options, 1, t->tokens, true, &p, err), err);
    const double error = run_fixed(t, p, params, &once.batch, values, err);
    mpcf_free(values[0]);
    mpcf_free(values[1]);
    program_destroy(p);
    ranges_destroy(ranges);
    parameters_destroy(params);
    graph_destroy(g);
    graph_destroy(before);
    mpcf_error_destroy(err);
    return error;
}

static const struct trial trials[] = {
    {"product, N(0, 1)", 64, 128, NORMAL, 0, 1, build_product, reference_product, 128, 8.7e-5,
     false},
    {"square, N(0, 2)", 64, 128, NORMAL, 0, 2, build_square, reference_square, 128, 2.3e-4, false},
    {"matrix product, 768 terms of N(0, 1)", 64, 768, NORMAL, 0, 1, build_matmul, reference_matmul,
     64, 1.2e-3, false},
    {"ReLU, [-8, 8]", 64, 128, UNIFORM, -8, 8, build_relu, reference_relu, 128, 1.6e-5, false},
    {"GeLU, [-6, 6]", 64, 128, UNIFORM, -6, 6, build_gelu, reference_gelu, 128, 1.6e-3, false},
    {"GeLU, [-30, 30]", 64, 128, UNIFORM, -30, 30, build_gelu, reference_gelu, 128, 1.6e-3, false},
    {"erf, [-6, 6]", 64, 128, UNIFORM, -6, 6, build_erf, reference_erf, 128, 1e-4, false},
    {"tanh, [-10, 10]", 64, 128, UNIFORM, -10, 10, build_tanh, reference_tanh, 128, 5.6e-3, false},
    {"exp, [-16, 0]", 64, 128, UNIFORM, -16, 0, build_exp, reference_exp, 128, 1e-4, false},
    {"exp, [-10000, 0]", 64, 128, UNIFORM, -10000, 0, build_exp, reference_exp, 128, 1e-4, false},
    {"1/x, [1, 128]", 64, 128, UNIFORM, 1, 128, build_reciprocal, reference_reciprocal, 128, 2.1e-3,
     false},
    {"1/x, [40, 41437]", 64, 128, LOGARITHMIC, 40, 41437, build_reciprocal, reference_reciprocal,
     128, 2.1e-3, false},
    {"1/sqrt(x), [0.1, 1]", 64, 128, UNIFORM, 0.1, 1, build_rsqrt, reference_rsqrt, 128, 0.016,
     false},
    {"1/sqrt(x), [2^-9, 2^11]", 64, 128, LOGARITHMIC, 0.001953125, 2048, build_rsqrt,
     reference_rsqrt, 128, 0.016, false},
    {"softmax over 128", 128, 64, NORMAL, 0, 0.5, build_softmax, reference_softmax, 128, 8e-3,
     false},
    {"layer norm of 768, deviation 1", 32, 768, NORMAL, 0, 1, build_layer_norm,
     reference_layer_norm, 768, 6e-3, false},
    {"layer norm of 768, deviation 0.3", 32, 768, NORMAL, 0, 0.3, build_layer_norm,
     reference_layer_norm, 768, 6e-3, false},
    {"layer norm of 768, deviation 16", 32, 768, NORMAL, 0, 16, build_layer_norm,
     reference_layer_norm, 768, 6e-3, false},
};

static void every_function_is_closer_than_its_limit(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; ++i) {
        const double error = error_of(&trials[i]);
        print_message("%-40s %10.2e   limit %8.1e\n", trials[i].name, error, trials[i].limit);
        assert_true(error < trials[i].limit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_is_closer_than_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
