/* SPDX-License-Identifier: Apache-2.0 */
/* e^(x - c) m / sum e^(x - c) m with c public, in place of the row's maximum. A secure run takes x - c
 * up to about 9 (with the margin e^11), and counts e^(x - c) below e^-11.5 as 0: a row must have a
 * score above c - 9.
 * Source: CrypTorch (2025); SPRINT (2025) caps scores the same way. */
#include "normalisers.h"

struct softmax_const {
    double c;
};

static const mpcf_option options[] = {
    {"c", MPCF_OPT_REAL, "5", offsetof(struct softmax_const, c), "in place of the row's maximum",
     -1000, 1000, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct softmax_const *o = config;

    return normalise(g, mpcf_exp(g, mpcf_offset(g, x, -o->c)), keep);
}

const mpcf_approx approx_softmax_const = {
    .struct_size = sizeof(mpcf_approx),
    .name = "softmax_const",
    .summary = "softmax with a public constant for the maximum",
    .slot = MPCF_SLOT_NORMALISER,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct softmax_const),
    .input_low = -2,
    .input_high = 10,
    .build = build,
    .formula = "exp(x - c) m / sum exp(x - c) m, c = 5",
    .source = "CrypTorch, 2025; SPRINT, 2025, which caps scores at 50: here x - c goes up to about "
              "9.5",
};
