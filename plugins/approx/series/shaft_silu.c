/* SPDX-License-Identifier: Apache-2.0 */
/* SiLU as ReLU(x), and within 8 of 0 twelve sines of |x|.
 * Source: Kei and Chow, "SHAFT: Secure, handy, accurate and fast transformer inference", NDSS 2025. */
#include "series.h"

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double b[] = {-0.1299, -0.1220, -0.0743, -0.0394, -0.0216, -0.0118,
                               -0.0074, -0.0044, -0.0033, -0.0021, -0.0018, -0.0011};

    (void) config, (void) keep;
    return relu_and_sines(g, x, b, 12, 16);
}

const mpcf_approx approx_shaft_silu = {
    .struct_size = sizeof(mpcf_approx),
    .name = "shaft_silu",
    .summary = "SiLU by twelve sines (SHAFT)",
    .slot = MPCF_SLOT_ACTIVATION,
    .input_low = -10,
    .input_high = 10,
    .build = build,
    .formula =
        "max(x, 0) + (t < 8: sum over k = 1 .. 12 of c_k sin(2 pi k t / 16)), t = abs x, c = "
        "-0.1299, -0.1220, -0.0743, -0.0394, -0.0216, -0.0118, -0.0074, -0.0044, -0.0033, "
        "-0.0021, -0.0018, -0.0011",
    .source = "Kei and Chow, SHAFT, NDSS 2025: off from SiLU, which it stands for, by 0.0053",
};
