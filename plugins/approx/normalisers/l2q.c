/* SPDX-License-Identifier: Apache-2.0 */
/* (a x + c)^2 m / sum (a x + c)^2 m with a and c of each head trained.
 * Source: Zhang et al., "SAL-ViT: Towards latency efficient private inference on ViT using selective
 * attention search with a learnable softmax approximation", ICCV 2023. */
#include "normalisers.h"

struct l2q {
    double a, c;
};

static const mpcf_option options[] = {
    {"a", MPCF_OPT_REAL, "1", offsetof(struct l2q, a), "what each head's factor starts as", -100,
     100, NULL},
    {"c", MPCF_OPT_REAL, "5", offsetof(struct l2q, c), "what each head's addend starts as", -1000,
     1000, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct l2q *o = config;
    const mpcf_shape heads = mpcf_shape_4(1, mpcf_node_shape(x).dim[1], 1, 1);
    mpcf_node *a = mpcf_parameter(g, "a", heads, MPCF_INIT_CONSTANT, o->a);
    mpcf_node *c = mpcf_parameter(g, "c", heads, MPCF_INIT_CONSTANT, o->c);

    return normalise(g, mpcf_square(g, mpcf_add(g, mpcf_mul(g, x, a), c)), keep);
}

const mpcf_approx approx_l2q = {
    .struct_size = sizeof(mpcf_approx),
    .name = "l2q",
    .summary = "2quad with a factor and an addend of each head trained",
    .slot = MPCF_SLOT_NORMALISER,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct l2q),
    .input_low = -8,
    .input_high = 8,
    .build = build,
    .formula = "(a x + c)^2 m / sum (a x + c)^2 m, a and c of each head trained, from 1 and 5 on",
    .source = "Zhang et al., SAL-ViT, ICCV 2023",
};
