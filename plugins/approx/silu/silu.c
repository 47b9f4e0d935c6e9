/* SPDX-License-Identifier: Apache-2.0 */
/* SiLU: x sigmoid(x).
 * Source: Elfwing et al., "Sigmoid-weighted linear units", 2017. */
#include "sigmoid_gate.h"

#define RATE 1.0

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
    static const mpcf_approx silu = {
        .struct_size = sizeof(mpcf_approx),
        .name = "silu",
        .summary = "Sigmoid linear unit (swish)",
        .slot = MPCF_SLOT_ACTIVATION,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .forward = forward,
        .backward = backward,
        .formula = "x sigmoid(x)",
        .source = "Elfwing, Uchibe and Doya, 2017; Ramachandran, Zoph and Le, Searching for "
                  "Activation Functions, 2017",
    };

    return mpcf_register_approx(registry, &silu, err);
}

MPCF_PLUGIN(.name = "silu", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "Sigmoid linear unit (swish)", .start = start);
