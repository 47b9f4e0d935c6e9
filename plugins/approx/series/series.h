/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activations by sine series: one file an entry, each with its source. README.md has the errors.
 */
#ifndef MPCF_SERIES_H
#define MPCF_SERIES_H

#include <mpcf/approx.h>

extern const mpcf_approx approx_secformer_gelu;
extern const mpcf_approx approx_shaft_gelu;
extern const mpcf_approx approx_shaft_silu;

/* relu(x) + [|x| < period / 2] sum b[k - 1] sin(2 pi k |x| / period), COUNT sines (16 at most). */
mpcf_node *relu_and_sines(mpcf_graph *g, mpcf_node *x, const double *b, size_t count,
                          double period);

#endif
