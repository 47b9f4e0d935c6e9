/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU by tanh: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
 * Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016, section 2; BERT's own code. */
#include <mpcf/approx.h>
#include <mpcf/float.h>

#define RATE  0.79788456080286536 /* sqrt(2 / pi) */
#define CUBIC 0.044715
#define PIECE 512

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const double coef[] = {0, RATE, 0, RATE * CUBIC};
    mpcf_node *t = mpcf_tanh(g, mpcf_poly(g, x, coef, 3));
    mpcf_node *half = mpcf_scale(g, x, 0.5);

    (void) config, (void) keep;
    return mpcf_mul(g, half, mpcf_offset(g, t, 1));
}

static void inner_tanh(const float *x, float *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        t[i] = (float) RATE * x[i] * (1.0F + (float) CUBIC * x[i] * x[i]);
    }
    mpcf_float_tanh(t, t, count);
}

static void forward_piece(const float *x, float *y, size_t count)
{
    float t[PIECE];

    inner_tanh(x, t, count);
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

static void backward_piece(const float *x, const float *dy, float *dx, size_t count)
{
    float t[PIECE];

    inner_tanh(x, t, count);
    for (size_t i = 0; i < count; i++) {
        const float slope = (float) RATE * (1.0F + 3.0F * (float) CUBIC * x[i] * x[i]);

        dx[i] = dy[i] * 0.5F * (1.0F + t[i] + x[i] * (1.0F - t[i] * t[i]) * slope);
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    const size_t count = shape->rows * shape->cols;

    (void) config, (void) y;
    for (size_t i = 0; i < count; i += PIECE) {
        backward_piece(x + i, dy + i, dx + i, count - i < PIECE ? count - i : PIECE);
    }
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx gelu_tanh = {
        .struct_size = sizeof(mpcf_approx),
        .name = "gelu_tanh",
        .summary = "Gaussian error linear unit by tanh",
        .slot = MPCF_SLOT_ACTIVATION,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .forward = forward,
        .backward = backward,
        .formula = "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))",
        .source = "Hendrycks and Gimpel, 2016; BERT's original code",
    };

    return mpcf_register_approx(registry, &gelu_tanh, err);
}

MPCF_PLUGIN(.name = "gelu_tanh", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "Gaussian error linear unit by tanh", .start = start);
