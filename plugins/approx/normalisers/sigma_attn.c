/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU(x) m / sqrt(n), n the number of kept columns: rows need not sum to 1.
 * Source: Zimerman et al., "Converting transformers to polynomial form for secure inference over
 * homomorphic encryption", 2023 (there with a penalty on ranges in training). */
#include "normalisers.h"

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *gate = mpcf_offset(g, mpcf_erf(g, mpcf_scale(g, x, 0.70710678118654752440)), 1);
    mpcf_node *gelu = mpcf_mul(g, mpcf_scale(g, x, 0.5), gate);
    mpcf_node *root = mpcf_rsqrt(g, mpcf_row_sum(g, keep));

    (void) config;
    return mpcf_mul(g, mpcf_mask(g, gelu, keep), root);
}

const mpcf_approx approx_sigma_attn = {
    .struct_size = sizeof(mpcf_approx),
    .name = "sigma_attn",
    .summary = "GeLU of the scores over the root of their number",
    .slot = MPCF_SLOT_NORMALISER,
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .flags = MPCF_APPROX_ANY_ROW_SUM,
    .formula = "gelu(x) m / sqrt n",
    .source = "Zimerman et al., 2023, with a penalty on ranges in training; rows do not sum to 1",
};
