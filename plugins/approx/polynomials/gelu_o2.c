/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as x/2 + q(|x|) for |x| < 2.2, q of degree 2, else ReLU.
 * Source: CrypTorch (2025). */
#include "polynomials.h"

struct gelu_o2 {
    bool trained;
};

static const mpcf_option options[] = {
    TRAINED_OPTION(struct gelu_o2),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cuts[] = {-2.2, 0, 2.2};
    static const double coef[4][3] = {
        {0},
        {-0.0316129, 0.5 - 0.2597658, 0.1159408},
        {-0.0316129, 0.5 + 0.2597658, 0.1159408},
        {0, 1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 3, coef[0], 2, ((const struct gelu_o2 *) config)->trained);
}

const mpcf_approx approx_gelu_o2 = {
    .struct_size = sizeof(mpcf_approx),
    .name = "gelu_o2",
    .summary = "GeLU by a square of |x| (CrypTorch)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct gelu_o2),
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "t < 2.2: x/2 + 0.1159408 t^2 + 0.2597658 t - 0.0316129, t = abs x; else max(x, 0)",
    .source = "CrypTorch, 2025: off by 0.032",
};
