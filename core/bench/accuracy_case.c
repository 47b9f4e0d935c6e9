/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of primitives: the graph of each, its range, and what it is in double.
 */
#include "bench/accuracy_case.h"

#include <math.h>

#define ROOT_HALF 0.70710678118654752

enum { MANY = 4096 };

/* --- Elementwise --- */

static mpcf_node *gelu_of(mpcf_graph *g, mpcf_node *x)
{
    mpcf_node *erf = mpcf_erf(g, mpcf_scale(g, x, ROOT_HALF));
    mpcf_node *half = mpcf_scale(g, x, 0.5);

    return mpcf_mul(g, half, mpcf_offset(g, erf, 1));
}

/* x sigmoid(rate x). */
static mpcf_node *gate_of(mpcf_graph *g, mpcf_node *x, double rate)
{
    mpcf_node *t = mpcf_tanh(g, mpcf_scale(g, x, rate / 2));

    return mpcf_mul(g, mpcf_scale(g, x, 0.5), mpcf_offset(g, t, 1));
}

/* sin(pi x / 4) / 2 - sin(pi x / 2) / 4 between -4 and 4. */
static mpcf_node *sines_of(mpcf_graph *g, mpcf_node *x)
{
    static const double cuts[] = {-4, 4}, constants[3] = {0};
    static const double sines[3][2] = {{0}, {0.5, -0.25}, {0}};

    return mpcf_piecewise_sines(g, x, cuts, 2, constants, 0, sines[0], 2, 8);
}

static double sines_at(double x)
{
    const double angle = acos(-1) * x / 4;

    return fabs(x) < 4 ? sin(angle) / 2 - sin(2 * angle) / 4 : 0;
}

#define ELEMENTWISE(name, node, value)                                                             \
    static mpcf_node *build_##name(mpcf_graph *g, mpcf_node *x, mpcf_node *y)                      \
    {                                                                                              \
        (void) y;                                                                                  \
        return node;                                                                               \
    }                                                                                              \
    static void exact_##name(const struct accuracy_case *c, const double *row,                     \
                             const double *other, double *out)                                     \
    {                                                                                              \
        (void) other;                                                                              \
        for (size_t i = 0; i < c->cols; i++) {                                                     \
            double x = row[i];                                                                     \
                                                                                                   \
            out[i] = value;                                                                        \
        }                                                                                          \
    }

ELEMENTWISE(square, mpcf_square(g, x), x *x)
ELEMENTWISE(relu, mpcf_relu(g, x), x > 0 ? x : 0)
ELEMENTWISE(gelu, gelu_of(g, x), x / 2 * (1 + erf(x * ROOT_HALF)))
ELEMENTWISE(silu, gate_of(g, x, 1), x / (1 + exp(-x)))
ELEMENTWISE(quick_gelu, gate_of(g, x, 1.702), x / (1 + exp(-1.702 * x)))
ELEMENTWISE(erf, mpcf_erf(g, x), erf(x))
ELEMENTWISE(tanh, mpcf_tanh(g, x), tanh(x))
ELEMENTWISE(exp, mpcf_exp(g, x), exp(x))
ELEMENTWISE(clamp, mpcf_clamp(g, x, -1, 2), fmin(fmax(x, -1), 2))
ELEMENTWISE(power, mpcf_power(g, x, 5), x *x *x *x *x)
ELEMENTWISE(sines, sines_of(g, x), sines_at(x))
ELEMENTWISE(reciprocal, mpcf_reciprocal(g, x), 1 / x)
ELEMENTWISE(rsqrt, mpcf_rsqrt(g, x), 1 / sqrt(x))

static mpcf_node *build_product(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    return mpcf_mul(g, x, y);
}

static void exact_product(const struct accuracy_case *c, const double *x, const double *y,
                          double *out)
{
    for (size_t i = 0; i < c->cols; i++) {
        out[i] = x[i] * y[i];
    }
}

static mpcf_node *build_matmul(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    return mpcf_matmul_transposed(g, x, y);
}

static void exact_matmul(const struct accuracy_case *c, const double *x, const double *y,
                         double *out)
{
    for (size_t j = 0; j < c->second_cols; j++) {
        out[j] = 0;
        for (size_t i = 0; i < c->cols; i++) {
            out[j] += x[i] * y[j * c->cols + i];
        }
    }
}

/* --- Rows --- */

static double row_largest(const double *x, size_t n)
{
    double most = x[0];

    for (size_t i = 1; i < n; i++) {
        most = fmax(most, x[i]);
    }
    return most;
}

static mpcf_node *build_maximum(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    return mpcf_row_max(g, x, y);
}

static void exact_maximum(const struct accuracy_case *c, const double *x, const double *y,
                          double *out)
{
    (void) y;
    out[0] = row_largest(x, c->cols);
}

static mpcf_node *build_softmax(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    mpcf_node *e = mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, x, mpcf_row_max(g, x, y))), y);

    return mpcf_mul(g, e, mpcf_reciprocal(g, mpcf_row_sum(g, e)));
}

static void exact_softmax(const struct accuracy_case *c, const double *x, const double *y,
                          double *out)
{
    double most = row_largest(x, c->cols), sum = 0;

    (void) y;
    for (size_t i = 0; i < c->cols; i++) {
        sum += out[i] = exp(x[i] - most);
    }
    for (size_t i = 0; i < c->cols; i++) {
        out[i] /= sum;
    }
}

static mpcf_node *build_2quad(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    mpcf_node *w = mpcf_square(g, mpcf_offset(g, x, 5));

    (void) y;
    return mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_row_sum(g, w)));
}

static void exact_2quad(const struct accuracy_case *c, const double *x, const double *y,
                        double *out)
{
    double sum = 0;

    (void) y;
    for (size_t i = 0; i < c->cols; i++) {
        sum += out[i] = (x[i] + 5) * (x[i] + 5);
    }
    for (size_t i = 0; i < c->cols; i++) {
        out[i] /= sum;
    }
}

/* gamma 1, beta 0: parameters of the case's graph. */
static mpcf_node *build_layer_norm(mpcf_graph *g, mpcf_node *x, mpcf_node *y)
{
    mpcf_shape row = mpcf_shape_1(mpcf_node_shape(x).dim[mpcf_node_shape(x).rank - 1]);
    mpcf_node *gamma = mpcf_parameter(g, "gamma", row, MPCF_INIT_CONSTANT, 1);
    mpcf_node *beta = mpcf_parameter(g, "beta", row, MPCF_INIT_CONSTANT, 0);

    (void) y;
    return mpcf_layer_norm(g, x, gamma, beta, 1e-12);
}

static void exact_layer_norm(const struct accuracy_case *c, const double *x, const double *y,
                             double *out)
{
    double mean = 0, variance = 0;

    (void) y;
    for (size_t i = 0; i < c->cols; i++) {
        mean += x[i] / (double) c->cols;
    }
    for (size_t i = 0; i < c->cols; i++) {
        variance += (x[i] - mean) * (x[i] - mean) / (double) c->cols;
    }
    for (size_t i = 0; i < c->cols; i++) {
        out[i] = (x[i] - mean) / sqrt(variance + 1e-12);
    }
}

#define CASE(primitive, text) .name = text, .build = build_##primitive, .exact = exact_##primitive

const struct accuracy_case accuracy_cases[] = {
    {CASE(product, "product"), .range = "N(0, 1)", .deviation = 1, .rows = 64, .cols = MANY / 64,
     .second_cols = ACCURACY_SAME, .result_cols = MANY / 64, .limit = 1.8e-5, .to_beat = 8.7e-5},
    {CASE(square, "square"), .range = "N(0, 2)", .deviation = 2, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 1.7e-4, .to_beat = 2.3e-4},
    {CASE(matmul, "matrix product, 768 terms"), .range = "N(0, 1)", .deviation = 1, .rows = 64,
     .cols = 768, .second_cols = 64, .result_cols = 64, .limit = 1.1e-3, .to_beat = 1.2e-3},
    {CASE(relu, "ReLU"), .range = "-20 .. 20", .low = -20, .high = 20, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 1.1e-5, .to_beat = 1.5e-5},
    {CASE(gelu, "GeLU"), .range = "-6 .. 6", .low = -6, .high = 6, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 4.5e-5, .to_beat = 1.6e-3},
    {CASE(gelu, "GeLU"), .range = "-17 .. 28", .low = -17, .high = 28, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 4.5e-5},
    {CASE(gelu, "GeLU"), .range = "-30 .. 30", .low = -30, .high = 30, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 4.5e-5},
    {CASE(silu, "SiLU"), .range = "-8 .. 8", .low = -8, .high = 8, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 6.5e-5},
    {CASE(silu, "SiLU"), .range = "-30 .. 30", .low = -30, .high = 30, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 6.5e-5},
    {CASE(quick_gelu, "quick GeLU"), .range = "-8 .. 8", .low = -8, .high = 8, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 6e-5},
    {CASE(erf, "erf"), .range = "-8 .. 8", .low = -8, .high = 8, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 4.5e-5},
    {CASE(tanh, "tanh"), .range = "-8 .. 8", .low = -8, .high = 8, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 6e-5, .to_beat = 5.6e-3},
    {CASE(exp, "exp"), .range = "-16 .. 0", .low = -16, .high = 0, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 3.6e-5, .to_beat = 5.0e-3},
    {CASE(exp, "exp"), .range = "-10000 .. -2^-4", .low = -10000, .high = -0x1p-4,
     .by_logarithm = true, .rows = 64, .cols = MANY / 64, .result_cols = MANY / 64,
     .limit = 3.5e-5},
    {CASE(exp, "exp"), .range = "-16 .. 9", .low = -16, .high = 9, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 9.0e-2},
    {CASE(clamp, "clamp to -1 .. 2"), .range = "-8 .. 8", .low = -8, .high = 8, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 1.1e-5},
    {CASE(power, "x^5"), .range = "-2 .. 2", .low = -2, .high = 2, .rows = 64, .cols = MANY / 64,
     .result_cols = MANY / 64, .limit = 1.3e-4},
    {CASE(sines, "two sines"), .range = "-6 .. 6", .low = -6, .high = 6, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .limit = 7.0e-5},
    {CASE(reciprocal, "reciprocal"), .range = "1 .. 128", .low = 1, .high = 128, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .by_logarithm = true, .limit = 1.3e-5,
     .to_beat = 2.1e-3},
    {CASE(reciprocal, "reciprocal"), .range = "40 .. 41437", .low = 40, .high = 41437, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .by_logarithm = true, .limit = 1.1e-5},
    {CASE(rsqrt, "inverse square root"), .range = "0.1 .. 1", .low = 0.1, .high = 1, .rows = 64,
     .cols = MANY / 64, .result_cols = MANY / 64, .by_logarithm = true, .limit = 1.8e-5,
     .to_beat = 0.016},
    {CASE(rsqrt, "inverse square root"), .range = "2^-9 .. 2^11", .low = 0x1p-9, .high = 0x1p11,
     .rows = 64, .cols = MANY / 64, .result_cols = MANY / 64, .by_logarithm = true,
     .limit = 3.5e-4},
    {CASE(maximum, "maximum of 128"), .range = "-60 .. 45", .low = -60, .high = 45, .rows = 128,
     .cols = 128, .result_cols = 1, .is_scores = true, .limit = 0.17},
    {CASE(softmax, "softmax over 128"), .range = "N(0, 4)", .deviation = 4, .rows = 128,
     .cols = 128, .result_cols = 128, .is_scores = true, .limit = 2.4e-4, .to_beat = 8e-3},
    {CASE(2quad, "2Quad over 128"), .range = "N(0, 10)", .deviation = 10, .rows = 64, .cols = 128,
     .result_cols = 128, .limit = 1.2e-5},
    {CASE(layer_norm, "LayerNorm of 768"), .range = "deviation 1", .deviation = 1, .rows = 64,
     .cols = 768, .result_cols = 768, .limit = 1.9e-5, .to_beat = 6e-3},
    {CASE(layer_norm, "LayerNorm of 768"), .range = "deviation 0.3", .deviation = 0.3, .rows = 64,
     .cols = 768, .result_cols = 768, .limit = 2.1e-5, .to_beat = 0.05},
    {CASE(layer_norm, "LayerNorm of 768"), .range = "deviation 16", .deviation = 16, .rows = 64,
     .cols = 768, .result_cols = 768, .limit = 2.0e-5, .to_beat = 9},
    {CASE(layer_norm, "LayerNorm of 768"), .range = "var. 1e-6 .. 1e3", .low = 1e-6, .high = 1e3,
     .by_row = true, .rows = 64, .cols = 768, .result_cols = 768, .limit = 1.9e-4},
};
const size_t accuracy_case_count = sizeof accuracy_cases / sizeof accuracy_cases[0];
