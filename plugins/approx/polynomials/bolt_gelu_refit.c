/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as ReLU(x) + q(|x|) for |x| < b, q of degree 4, else ReLU: BOLT's form, fitted anew.
 * Source: Kei and Chow, "SHAFT: Secure, handy, accurate and fast transformer inference",
 * NDSS 2025. */
#include "polynomials.h"

struct bolt_gelu_refit {
    double b;
    bool trained;
};

static const mpcf_option options[] = {
    {"b", MPCF_OPT_REAL, "3", offsetof(struct bolt_gelu_refit, b), "where ReLU begins", 2, 4, NULL},
    TRAINED_OPTION(struct bolt_gelu_refit),
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double q[] = {0.0041063, -0.5538635, 0.5658561, -0.1971984,
                               0.0232896}; /* of |x| */
    const struct bolt_gelu_refit *o = config;
    const double cuts[] = {-o->b, 0, o->b};
    const double coef[4][5] = {
        {0},
        {q[0], -q[1], q[2], -q[3], q[4]},
        {q[0], 1 + q[1], q[2], q[3], q[4]},
        {0, 1},
    };

    (void) keep;
    return on_pieces(g, x, cuts, 3, coef[0], 4, o->trained);
}

const mpcf_approx approx_bolt_gelu_refit = {
    .struct_size = sizeof(mpcf_approx),
    .name = "bolt_gelu_refit",
    .summary = "GeLU by BOLT's form, fitted anew (SHAFT)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct bolt_gelu_refit),
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "max(x, 0) + (t < 3: 0.0041063 - 0.5538635 t + 0.5658561 t^2 - 0.1971984 t^3 + "
               "0.0232896 t^4), t = abs x",
    .source = "Kei and Chow, SHAFT, NDSS 2025, of BOLT's form: off by 0.0041",
};
