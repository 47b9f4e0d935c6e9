/* SPDX-License-Identifier: Apache-2.0 */
/* tanh as an odd extension of a quartic of |x| below 2.95, else -1 or 1. It jumps by twice its
 * constant at 0.
 * Source: Lu et al., "BumbleBee: Secure two-party inference framework for large transformers",
 * NDSS 2025; BOLT has the like. */
#include "polynomials.h"

struct tanh_poly {
    bool trained;
};

static const mpcf_option options[] = {
    TRAINED_OPTION(struct tanh_poly),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cuts[] = {-2.95, 0, 2.95};
    static const double coef[4][5] = {
        {-1},
        {0.0175827, 1.1950192, 0.4931344, 0.0737858, 0.0014702},
        {-0.0175827, 1.1950192, -0.4931344, 0.0737858, -0.0014702},
        {1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 3, coef[0], 4, ((const struct tanh_poly *) config)->trained);
}

const mpcf_approx approx_tanh_poly = {
    .struct_size = sizeof(mpcf_approx),
    .name = "tanh_poly",
    .summary = "tanh by a quartic of |x|",
    .slot = MPCF_SLOT_TANH,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct tanh_poly),
    .input_low = -5,
    .input_high = 5,
    .build = build,
    .formula =
        "t < 2.95: -0.0175827 + 1.1950192 t - 0.4931344 t^2 + 0.0737858 t^3 - 0.0014702 t^4, "
        "t = abs x, else 1; odd",
    .source = "Lu et al., BumbleBee, NDSS 2025; jumps by 0.035 at 0",
};
