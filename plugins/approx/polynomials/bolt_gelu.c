/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as x/2 + q(|x|) for |x| < b, q of degree 4, else ReLU.
 * Source: Pang et al., "BOLT: Privacy-preserving, accurate and efficient inference for
 * transformers", IEEE S&P 2024, section 5.1; expanded as in Lu et al., "BumbleBee", NDSS 2025. */
#include "polynomials.h"

struct bolt_gelu {
    double b;
    bool trained;
};

static const mpcf_option options[] = {
    {"b", MPCF_OPT_REAL, "2.7", offsetof(struct bolt_gelu, b), "where ReLU begins", 2, 4, NULL},
    TRAINED_OPTION(struct bolt_gelu),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double q[] = {0.0016208, -0.0379816, 0.5410550, -0.1835251,
                               0.0208486}; /* of |x| */
    const struct bolt_gelu *o = config;
    const double cuts[] = {-o->b, 0, o->b};
    const double coef[4][5] = {
        {0},
        {q[0], 0.5 - q[1], q[2], -q[3], q[4]},
        {q[0], 0.5 + q[1], q[2], q[3], q[4]},
        {0, 1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 3, coef[0], 4, o->trained);
}

const mpcf_approx approx_bolt_gelu = {
    .struct_size = sizeof(mpcf_approx),
    .name = "bolt_gelu",
    .summary = "GeLU by a quartic of |x| (BOLT)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct bolt_gelu),
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "t < 2.7: x/2 + 0.0016208 - 0.0379816 t + 0.5410550 t^2 - 0.1835251 t^3 + 0.0208486 "
               "t^4, t = abs x; else max(x, 0)",
    .source = "Pang et al., BOLT, IEEE S&P 2024; off by 0.0094 at its break, 0.0052 with b = 3; "
              "printed as (y + g0 t + g3) y + g4 + x/2, y = (g0 t + g1) t + g2: with t for the "
              "second y off by 16",
};
