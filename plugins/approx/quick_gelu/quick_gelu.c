/* SPDX-License-Identifier: Apache-2.0 */
/* Quick GeLU: x sigmoid(1.702 x).
 * Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016, section 2. */
#include "sigmoid_gate.h"

#define RATE 1.702

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return sigmoid_gate_build(g, x, RATE);
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    sigmoid_gate_forward(shape, x, y, (float) RATE);
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config, (void) y;
    sigmoid_gate_backward(shape, x, dy, dx, (float) RATE);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx quick_gelu = {
        .struct_size = sizeof(mpcf_approx),
        .name = "quick_gelu",
        .summary = "Gaussian error linear unit by a sigmoid",
        .slot = MPCF_SLOT_ACTIVATION,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .forward = forward,
        .backward = backward,
        .formula = "x sigmoid(1.702 x)",
        .source = "Hendrycks and Gimpel, 2016",
    };

    return mpcf_register_approx(registry, &quick_gelu, err);
}

MPCF_PLUGIN(.name = "quick_gelu", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "Gaussian error linear unit by a sigmoid", .start = start);
