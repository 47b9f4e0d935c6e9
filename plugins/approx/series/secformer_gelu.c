/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as x/2 (1 + f(x / sqrt 2)), f a sine series of period 20 between -b and b, else -1 or 1.
 * Source: Luo et al., "SecFormer: Fast and accurate privacy-preserving inference for transformer models via
 * SMPC", Findings of ACL 2024, section 3.2. */
#include "series.h"

struct secformer_gelu {
    double b;
};

static const mpcf_option options[] = {
    {"b", MPCF_OPT_REAL, "1.7", offsetof(struct secformer_gelu, b), "up to where f is the series",
     1, 5, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct secformer_gelu *o = config;
    const double cuts[] = {-o->b, o->b};
    static const double coef[3] = {-1, 0, 1};
    static const double sines[3][7] = {
        {0},
        {1.25772, -0.0299154, 0.382155, -0.0519123, 0.196033, -0.0624557, 0.118029},
        {0},
    };
    mpcf_node *u = mpcf_scale(g, x, 0.70710678118654752440);
    mpcf_node *f = mpcf_piecewise_sines(g, u, cuts, 2, coef, 0, sines[0], 7, 20);

    (void) keep;
    return mpcf_mul(g, mpcf_scale(g, x, 0.5), mpcf_offset(g, f, 1));
}

const mpcf_approx approx_secformer_gelu = {
    .struct_size = sizeof(mpcf_approx),
    .name = "secformer_gelu",
    .summary = "GeLU by seven sines (SecFormer)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct secformer_gelu),
    .input_low = -5,
    .input_high = 5,
    .build = build,
};
