/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax over the kept columns: e^(x - max) m / sum e^(x - max) m. */
#include <mpcf/approx.h>
#include <mpcf/float.h>

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *shifted = mpcf_sub(g, x, mpcf_row_max(g, x, keep));
    mpcf_node *w = mpcf_mask(g, mpcf_exp(g, shifted), keep);

    (void) config;
    return mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_row_sum(g, w)));
}

static float largest_kept(const float *x, const float *keep, size_t cols)
{
    float largest = 0;
    int is_first = 1;

    for (size_t i = 0; i < cols; i++) {
        if (keep[i] != 0.0F && (is_first || x[i] > largest)) {
            largest = x[i];
            is_first = 0;
        }
    }
    return largest;
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    const size_t cols = shape->cols;

    (void) config;
    for (size_t r = 0; r < shape->rows; r++) {
        const float largest = largest_kept(x + r * cols, shape->keep + r * cols, cols);

        for (size_t i = 0; i < cols; i++) {
            y[r * cols + i] = x[r * cols + i] - largest;
        }
    }
    mpcf_float_exp(y, y, shape->rows * cols);
    for (size_t r = 0; r < shape->rows; r++) {
        const float *keep = shape->keep + r * cols;
        float *row = y + r * cols;
        float sum = 0;

        for (size_t i = 0; i < cols; i++) {
            row[i] = keep[i] != 0.0F ? row[i] : 0.0F;
            sum += row[i];
        }
        for (size_t i = 0; i < cols && sum > 0.0F; i++) {
            row[i] /= sum;
        }
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    const size_t cols = shape->cols;

    (void) config, (void) x;
    for (size_t r = 0; r < shape->rows; r++, y += cols, dy += cols, dx += cols) {
        float mean = 0;

        for (size_t i = 0; i < cols; i++) {
            mean += y[i] * dy[i];
        }
        for (size_t i = 0; i < cols; i++) {
            dx[i] = y[i] * (dy[i] - mean);
        }
    }
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx softmax = {
        .struct_size = sizeof(mpcf_approx),
        .name = "softmax",
        .summary = "softmax",
        .slot = MPCF_SLOT_NORMALISER,
        .input_low = -10,
        .input_high = 10,
        .build = build,
        .forward = forward,
        .backward = backward,
        .formula = "exp(x - max) m / sum exp(x - max) m",
        .source = "Bridle, 1990; exact",
    };

    return mpcf_register_approx(registry, &softmax, err);
}

MPCF_PLUGIN(.name = "softmax", .version = "1.0.0", .license = "Apache-2.0", .summary = "softmax",
            .start = start);
