/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax that takes the maximum of a row's first columns for the whole row's. The paper looks at the
 * last two as well; where a text ends is the user's secret here, so those are left out.
 * Source: SOAL, ICLR 2026, after a training that puts the outliers there; not for BERT, its authors
 * say. */
#include "normalisers.h"

struct first_max {
    int64_t columns;
};

static const mpcf_option options[] = {
    {"columns", MPCF_OPT_INT, "2", offsetof(struct first_max, columns),
     "how many columns, from the first on; no text is padded to fewer", 1, 8, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct first_max *o = config;
    mpcf_node *largest = mpcf_slice(g, x, 0, 1);

    for (int64_t i = 1; i < o->columns; i++) {
        largest = mpcf_max(g, largest, mpcf_slice(g, x, i, 1));
    }
    return normalise(g, mpcf_exp(g, mpcf_sub(g, x, mpcf_stop_gradient(g, largest))), keep);
}

const mpcf_approx approx_softmax_first_max = {
    .struct_size = sizeof(mpcf_approx),
    .name = "softmax_first_max",
    .summary = "softmax with the maximum of the first columns alone",
    .slot = MPCF_SLOT_NORMALISER,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct first_max),
    .input_low = -3,
    .input_high = 3,
    .build = build,
    .formula = "exp(x - M) m / sum exp(x - M) m, M the largest of the first 2 columns",
    .source = "SOAL, ICLR 2026, with the last two as well, after a training that keeps outliers "
              "there; not for BERT, its authors say",
};
