/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax with exp(x) as 0 below -14, else (1 + x/32)^32, behind the row's maximum.
 * Source: Dong et al., "PUMA: Secure inference of LLaMA-7B in five minutes", 2023, section 4. */
#include "normalisers.h"

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cut[] = {-14}, line[2][2] = {{0, 0}, {1, 1.0 / 32}};
    mpcf_node *shifted = mpcf_sub(g, x, mpcf_row_max(g, x, keep));
    mpcf_node *w = mpcf_piecewise(g, shifted, cut, 1, line[0], 1);

    (void) config;
    for (int i = 0; i < 5; i++) {
        w = mpcf_square(g, w);
    }
    return normalise(g, w, keep);
}

const mpcf_approx approx_puma_softmax = {
    .struct_size = sizeof(mpcf_approx),
    .name = "puma_softmax",
    .summary = "softmax with exp by five squares (PUMA)",
    .slot = MPCF_SLOT_NORMALISER,
    .input_low = -10,
    .input_high = 10,
    .build = build,
    .formula = "e(x - max) m / sum e(x - max) m, e(x) = 0 below -14, else (1 + x/32)^32",
    .source = "Dong et al., PUMA, 2023",
};
