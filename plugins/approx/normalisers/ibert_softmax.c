/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax with exp by halving: exp(x) = (0.3585 (p + 1.353)^2 + 0.344) 2^-z where z = floor(-x / ln 2)
 * and p = x + z ln 2, behind the row's maximum. Here each z is a piece of a parabola, 0 from z = 16 on.
 * Source: Kim et al., "I-BERT: Integer-only BERT quantization", ICML 2021, section 3.4. */
#include <math.h>

#include "normalisers.h"

#define LN2    0.69314718055994530942
#define PIECES 16

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    double cuts[PIECES], coef[PIECES + 1][3] = {{0}};
    mpcf_node *shifted = mpcf_sub(g, x, mpcf_row_max(g, x, keep));

    (void) config;
    for (int i = 1; i <= PIECES; i++) { /* piece i holds z = PIECES - i */
        const double z = PIECES - i, a = ldexp(0.3585, -(int) z), t = z * LN2 + 1.353;

        cuts[i - 1] = -(z + 1) * LN2;
        coef[i][0] = a * t * t + ldexp(0.344, -(int) z);
        coef[i][1] = 2 * a * t;
        coef[i][2] = a;
    }
    return normalise(g, mpcf_piecewise(g, shifted, cuts, PIECES, coef[0], 2), keep);
}

const mpcf_approx approx_ibert_softmax = {
    .struct_size = sizeof(mpcf_approx),
    .name = "ibert_softmax",
    .summary = "softmax with exp by parabolas (I-BERT)",
    .slot = MPCF_SLOT_NORMALISER,
    .input_low = -10,
    .input_high = 10,
    .build = build,
    .formula = "e(x - max) m / sum e(x - max) m, e(x) = (0.3585 (p + 1.353)^2 + 0.344) 2^-z, z = "
               "floor(-x / ln 2), p = x + z ln 2",
    .source = "Kim et al., I-BERT, ICML 2021; its exp is off by 0.0021",
};
