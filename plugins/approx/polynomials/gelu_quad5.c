/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU on six pieces of degree 2.
 * Source: the breaks of SecMoE (2026); coefficients are a fit of our own. */
#include "polynomials.h"

struct gelu_quad5 {
    bool trained;
};

static const mpcf_option options[] = {
    TRAINED_OPTION(struct gelu_quad5),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cuts[] = {-5, -3, -1, 1, 3};
    static const double coef[6][3] = {
        {0},
        {-0.033379, -0.015325, -0.001748},
        {-0.3639, -0.235126, -0.038356},
        {0.004893, 0.5, 0.348189},
        {-0.3639, 1.235126, -0.038356},
        {0, 1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 5, coef[0], 2, ((const struct gelu_quad5 *) config)->trained);
}

const mpcf_approx approx_gelu_quad5 = {
    .struct_size = sizeof(mpcf_approx),
    .name = "gelu_quad5",
    .summary = "GeLU by squares on six pieces (SecMoE's breaks)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct gelu_quad5),
    .input_low = -7,
    .input_high = 7,
    .build = build,
    .formula = "0 below -5; -0.033379 - 0.015325 x - 0.001748 x^2 below -3; -0.3639 - 0.235126 x - "
               "0.038356 x^2 below -1; 0.004893 + 0.5 x + 0.348189 x^2 below 1; -0.3639 + 1.235126 "
               "x - 0.038356 x^2 below 3; x",
    .source = "SecMoE, 2026, has the breaks; the fit is ours: off by 0.012",
};
