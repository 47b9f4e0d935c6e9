/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as ReLU(x), and within 4 of 0 eight sines of |x|.
 * Source: Kei and Chow, "SHAFT: Secure, handy, accurate and fast transformer inference", NDSS 2025. */
#include "series.h"

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double b[] = {-0.0818, -0.0809, -0.0424, -0.0176,
                               -0.0079, -0.0043, -0.0026, -0.0017};

    (void) config, (void) keep;
    return relu_and_sines(g, x, b, 8, 8);
}

const mpcf_approx approx_shaft_gelu = {
    .struct_size = sizeof(mpcf_approx),
    .name = "shaft_gelu",
    .summary = "GeLU by eight sines (SHAFT)",
    .slot = MPCF_SLOT_ACTIVATION,
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "max(x, 0) + (t < 4: sum over k = 1 .. 8 of c_k sin(2 pi k t / 8)), t = abs x, c = "
               "-0.0818, -0.0809, -0.0424, -0.0176, -0.0079, -0.0043, -0.0026, -0.0017",
    .source = "Kei and Chow, SHAFT, NDSS 2025: off by 0.0045, as they say",
};
