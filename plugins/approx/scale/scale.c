/* SPDX-License-Identifier: Apache-2.0 */
/* Scores themselves as weights: x m / n, n the number of kept columns. Rows need not sum to 1.
 * Source: Zeng et al., MPCViT, ICCV 2023 (its scaling attention), where some heads have it and
 * others 2relu. */
#include <mpcf/approx.h>

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config;
    return mpcf_mul(g, mpcf_mask(g, x, keep), mpcf_reciprocal(g, mpcf_row_sum(g, keep)));
}

static float kept(const float *keep, size_t cols)
{
    float count = 0;

    for (size_t i = 0; i < cols; i++) {
        count += keep[i] != 0.0F ? 1.0F : 0.0F;
    }
    return count;
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    const float *keep = shape->keep;
    const size_t cols = shape->cols;

    (void) config;
    for (size_t r = 0; r < shape->rows; r++, x += cols, y += cols, keep += cols) {
        const float count = kept(keep, cols);

        for (size_t i = 0; i < cols; i++) {
            y[i] = keep[i] != 0.0F ? x[i] / count : 0.0F;
        }
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    const float *keep = shape->keep;
    const size_t cols = shape->cols;

    (void) config, (void) x, (void) y;
    for (size_t r = 0; r < shape->rows; r++, dy += cols, dx += cols, keep += cols) {
        const float count = kept(keep, cols);

        for (size_t i = 0; i < cols; i++) {
            dx[i] = keep[i] != 0.0F ? dy[i] / count : 0.0F;
        }
    }
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx scale = {
        .struct_size = sizeof(mpcf_approx),
        .name = "scale",
        .summary = "scores by the number of tokens",
        .slot = MPCF_SLOT_NORMALISER,
        .input_low = -5,
        .input_high = 5,
        .build = build,
        .forward = forward,
        .backward = backward,
        .flags = MPCF_APPROX_ANY_ROW_SUM,
        .formula = "x m / n",
        .source = "Zeng et al., MPCViT, ICCV 2023, in some heads beside 2relu",
    };

    return mpcf_register_approx(registry, &scale, err);
}

MPCF_PLUGIN(.name = "scale", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "scores by the number of tokens", .start = start);
