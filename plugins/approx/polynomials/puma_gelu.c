/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU on four pieces: 0, a cubic, an even sextic with x/2, x.
 * Source: Dong et al., "PUMA: Secure inference of LLaMA-7B in five minutes", 2023, section 4. */
#include "polynomials.h"

struct puma_gelu {
    bool trained;
};

static const mpcf_option options[] = {
    TRAINED_OPTION(struct puma_gelu),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cuts[] = {-4, -1.95, 3};
    static const double coef[4][7] = {
        {0},
        {-0.5054031, -0.4222658, -0.1180761, -0.0110341},
        {0.0085263, 0.5, 0.3603293, 0, -0.0376882, 0, 0.0018067},
        {0, 1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 3, coef[0], 6, ((const struct puma_gelu *) config)->trained);
}

const mpcf_approx approx_puma_gelu = {
    .struct_size = sizeof(mpcf_approx),
    .name = "puma_gelu",
    .summary = "GeLU by a cubic and a sextic (PUMA)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct puma_gelu),
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "0 below -4; -0.0110341 x^3 - 0.1180761 x^2 - 0.4222658 x - 0.5054031 below -1.95; "
               "0.0018067 x^6 - 0.0376882 x^4 + 0.3603293 x^2 + 0.5 x + 0.0085263 below 3; x",
    .source = "Dong et al., PUMA, 2023; off by 0.0199 at x = 3, where the sextic does not meet x, "
              "by 0.0085 below 2.5",
};
