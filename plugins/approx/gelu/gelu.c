/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU, exactly: x / 2 (1 + erf(x / sqrt 2)).
 * Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016. */
#include <math.h>

#include <mpcf/approx.h>
#include <mpcf/float.h>

#define ROOT_HALF 0.70710678118654752
#define PIECE     512

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *erf = mpcf_erf(g, mpcf_scale(g, x, ROOT_HALF));
    mpcf_node *half = mpcf_scale(g, x, 0.5);

    (void) config, (void) keep;
    return mpcf_mul(g, half, mpcf_offset(g, erf, 1));
}

static void forward_piece(const float *x, float *y, size_t count)
{
    float t[PIECE];

    for (size_t i = 0; i < count; i++) {
        t[i] = x[i] * (float) ROOT_HALF;
    }
    mpcf_float_erf(t, t, count);
    for (size_t i = 0; i < count; i++) {
        y[i] = 0.5F * x[i] * (1.0F + t[i]);
    }
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    const size_t count = shape->rows * shape->cols;

    (void) config;
    for (size_t i = 0; i < count; i += PIECE) {
        forward_piece(x + i, y + i, count - i < PIECE ? count - i : PIECE);
    }
}

/* The slope is P + x p with the normal distribution P and its density p. P is y / x, but near 0,
 * where its first two terms do. */
static void backward_piece(const float *x, const float *y, const float *dy, float *dx, size_t count)
{
    const float density = 0.398942280F;
    float t[PIECE];

    for (size_t i = 0; i < count; i++) {
        t[i] = -0.5F * x[i] * x[i];
    }
    mpcf_float_exp(t, t, count);
    for (size_t i = 0; i < count; i++) {
        const float ratio = y[i] / (x[i] == 0.0F ? 1.0F : x[i]);
        const float p = fabsf(x[i]) < 0.01F ? 0.5F + density * x[i] : ratio;

        dx[i] = dy[i] * (p + x[i] * density * t[i]);
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    const size_t count = shape->rows * shape->cols;

    (void) config;
    for (size_t i = 0; i < count; i += PIECE) {
        backward_piece(x + i, y + i, dy + i, dx + i, count - i < PIECE ? count - i : PIECE);
    }
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx gelu = {
        .struct_size = sizeof(mpcf_approx),
        .name = "gelu",
        .summary = "Gaussian error linear unit",
        .slot = MPCF_SLOT_ACTIVATION,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .forward = forward,
        .backward = backward,
        .formula = "x/2 (1 + erf(x / sqrt 2))",
        .source = "Hendrycks and Gimpel, Gaussian Error Linear Units, 2016",
    };

    return mpcf_register_approx(registry, &gelu, err);
}

MPCF_PLUGIN(.name = "gelu", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "Gaussian error linear unit", .start = start);
