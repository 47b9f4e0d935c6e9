/* SPDX-License-Identifier: Apache-2.0 */
/* (x + c) m / sum (x + c) m: softmax without anything above a line, a lower anchor. The sum must be
 * positive: calibration names the row sum where it is not.
 * Source: the code of MPCFormer (Li et al., ICLR 2023). */
#include "normalisers.h"

struct two_linear {
    double c;
};

static const mpcf_option options[] = {
    {"c", MPCF_OPT_REAL, "5", offsetof(struct two_linear, c),
     "added to the score: the sum must be positive", -1000, 1000, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct two_linear *o = config;

    return normalise(g, mpcf_offset(g, x, o->c), keep);
}

const mpcf_approx approx_2linear = {
    .struct_size = sizeof(mpcf_approx),
    .name = "2linear",
    .summary = "softmax by a line",
    .slot = MPCF_SLOT_NORMALISER,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct two_linear),
    .input_low = -4,
    .input_high = 12,
    .build = build,
    .formula = "(x + c) m / sum (x + c) m, c = 5",
    .source = "code of MPCFormer, ICLR 2023, with c = 0, whose sums may be 0; a lower anchor",
};
