/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stand-ins for softmax: one file an entry, each with its source. README.md has the errors.
 */
#ifndef MPCF_NORMALISERS_H
#define MPCF_NORMALISERS_H

#include <mpcf/approx.h>

extern const mpcf_approx approx_2linear;
extern const mpcf_approx approx_power;
extern const mpcf_approx approx_l2q;
extern const mpcf_approx approx_puma_softmax;
extern const mpcf_approx approx_ibert_softmax;
extern const mpcf_approx approx_softmax_const;
extern const mpcf_approx approx_softmax_first_max;
extern const mpcf_approx approx_shaft_softmax;
extern const mpcf_approx approx_ode_softmax;
extern const mpcf_approx approx_sigma_attn;

/* w keep / sum w keep over each row. */
mpcf_node *normalise(mpcf_graph *g, mpcf_node *w, mpcf_node *keep);
/* The inverse of the number of kept columns, [B, 1, 1, 1]. */
mpcf_node *inverse_count(mpcf_graph *g, mpcf_node *keep);
/* The mean of X over the kept columns of each row. SHARE: inverse_count(). */
mpcf_node *kept_mean(mpcf_graph *g, mpcf_node *x, mpcf_node *keep, mpcf_node *share);
/* SHAFT's softmax of a row by an ordinary differential equation, in STEPS steps of Euler's method,
 * times the number of kept columns; columns that are not kept hold anything. */
mpcf_node *euler_softmax(mpcf_graph *g, mpcf_node *x, mpcf_node *keep, mpcf_node *share, int steps);

#endif
