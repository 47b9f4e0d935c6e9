/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of float_kernel.h. Included once for each processor level, which differ in compiler
 * flags only.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "float/float_kernel.h"

#include "float/float_functions_template.h"

/* Element i depends on element i alone, also where an output is an input. */
#define EACH _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++)
#define EACH_TO(y, value)                                                                          \
    if (add) {                                                                                     \
        EACH                                                                                       \
        {                                                                                          \
            (y)[i] += (value);                                                                     \
        }                                                                                          \
    } else {                                                                                       \
        EACH                                                                                       \
        {                                                                                          \
            (y)[i] = (value);                                                                      \
        }                                                                                          \
    }

#define FUNCTION(name, value)                                                                      \
    static void name(const float *x, float *y, size_t n)                                           \
    {                                                                                              \
        EACH                                                                                       \
        {                                                                                          \
            y[i] = (value);                                                                        \
        }                                                                                          \
    }
#define GRADIENT(name, value)                                                                      \
    static void name##_gradient(const float *x, const float *y, const float *dy, float *dx,        \
                                bool add, size_t n)                                                \
    {                                                                                              \
        (void) x, (void) y;                                                                        \
        EACH_TO(dx, dy[i] * (value))                                                               \
    }

FUNCTION(square, x[i] * x[i])
GRADIENT(square, 2.0F * x[i])
FUNCTION(relu, x[i] > 0.0F ? x[i] : 0.0F)
GRADIENT(relu, y[i] > 0.0F ? 1.0F : 0.0F)
FUNCTION(exponential, exp_one(x[i]))
GRADIENT(exponential, y[i])
FUNCTION(error_function, erf_one(x[i]))
GRADIENT(error_function, 1.12837917F * exp_one(-x[i] * x[i]))
FUNCTION(tangent, tanh_one(x[i]))
GRADIENT(tangent, 1.0F - y[i] * y[i])
FUNCTION(reciprocal, reciprocal_one(x[i]))
GRADIENT(reciprocal, -(y[i] * y[i]))
FUNCTION(rsqrt, 1.0F / sqrtf(x[i]))
GRADIENT(rsqrt, -0.5F * y[i] * y[i] * y[i])

static void affine(const float *x, float scale, float offset, float *y, size_t n)
{
    EACH
    {
        y[i] = x[i] * scale + offset;
    }
}

static void scale_by(const float *x, float scale, float *y, bool add, size_t n)
{
    EACH_TO(y, x[i] * scale)
}

static void add_two(const float *a, const float *b, float *y, size_t n)
{
    EACH
    {
        y[i] = a[i] + b[i];
    }
}

static void sub_two(const float *a, const float *b, float *y, size_t n)
{
    EACH
    {
        y[i] = a[i] - b[i];
    }
}

static void multiply(const float *a, const float *b, float *y, bool add, size_t n)
{
    EACH_TO(y, a[i] * b[i])
}

static void select_kept(const float *x, const float *keep, float *y, bool add, size_t n)
{
    EACH_TO(y, keep[i] != 0.0F ? x[i] : 0.0F)
}

static void dropout(const struct float_dropout *d, size_t first, const float *x, float *y, bool add,
                    size_t n)
{
    const uint32_t low = (uint32_t) d->key;
    const uint32_t high = (uint32_t) (d->key >> 32);
    const uint32_t threshold = d->threshold;
    const uint32_t start = (uint32_t) first;
    const float scale = d->scale;

    EACH_TO(y, random_one(start + (uint32_t) i, low, high) >= threshold ? x[i] * scale : 0.0F)
}

static inline float poly_one(const float *coef, size_t degree, float x)
{
    float y = coef[degree];

    for (size_t k = degree; k-- > 0;) {
        y = y * x + coef[k];
    }
    return y;
}

static inline float poly_slope(const float *coef, size_t degree, float x)
{
    float y = 0;

    for (size_t k = degree; k > 0; k--) {
        y = y * x + (float) k * coef[k];
    }
    return y;
}

/* Quad has degree 2: written out, as the loop over degrees stops vector code. */
static void poly(const float *x, const float *coef, size_t degree, float *y, size_t n)
{
    if (degree == 2) {
        const float a = coef[2];
        const float b = coef[1];
        const float c = coef[0];

        EACH
        {
            y[i] = (a * x[i] + b) * x[i] + c;
        }
        return;
    }
    EACH
    {
        y[i] = poly_one(coef, degree, x[i]);
    }
}

static void poly_gradient(const float *x, const float *coef, size_t degree, const float *dy,
                          float *dx, bool add, size_t n)
{
    if (degree == 2) {
        const float a = 2.0F * coef[2];
        const float b = coef[1];

        EACH_TO(dx, dy[i] * (a * x[i] + b))
        return;
    }
    EACH_TO(dx, dy[i] * poly_slope(coef, degree, x[i]))
}

static inline const float *piece_of(const struct float_pieces *p, float x)
{
    size_t row = 0;

    for (size_t k = 0; k < p->cut_count; k++) {
        row += x >= p->cuts[k] ? 1 : 0;
    }
    return p->coef + row * (p->degree + 1);
}

static void pieces(const struct float_pieces *p, const float *x, float *y, size_t n)
{
    EACH
    {
        y[i] = poly_one(piece_of(p, x[i]), p->degree, x[i]);
    }
}

static void pieces_gradient(const struct float_pieces *p, const float *x, const float *dy,
                            float *dx, bool add, size_t n)
{
    EACH_TO(dx, dy[i] * poly_slope(piece_of(p, x[i]), p->degree, x[i]))
}

#include "float/float_rows_template.h"

#include "float/float_sines_template.h"

#include "float/float_small_template.h"

const struct float_kernel FLOAT_KERNEL_TABLE = {
    .name = FLOAT_KERNEL_NAME,
    .function = {square, relu, exponential, error_function, tangent, reciprocal, rsqrt},
    .function_gradient = {square_gradient, relu_gradient, exponential_gradient,
                          error_function_gradient, tangent_gradient, reciprocal_gradient,
                          rsqrt_gradient},
    .affine = affine,
    .scale = scale_by,
    .add = add_two,
    .sub = sub_two,
    .multiply = multiply,
    .select = select_kept,
    .poly = poly,
    .poly_gradient = poly_gradient,
    .pieces = pieces,
    .pieces_gradient = pieces_gradient,
    .sines = sines,
    .sines_gradient = sines_gradient,
    .dropout = dropout,
    .sum = sum,
    .dot = dot,
    .max_kept = max_kept,
    .column_sums = column_sums,
    .layer_norm = layer_norm,
    .layer_norm_gradient = layer_norm_gradient,
    .layer_norm_columns = layer_norm_columns,
    .gemm_small = gemm_small,
};
