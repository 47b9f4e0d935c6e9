/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Powers of two that the float network does not see, moved from one weight into another so that one number of
 * fractional bits suits both.
 *
 *   before   x -> linear(W, b) -> v ..            .. -> linear(U)
 *   after    x -> linear(s W, s b) -> s v ..      .. -> linear(U / s)
 *
 * A channel has an s of its own. It passes what is homogeneous in it: a product with the attention weights, heads,
 * ReLU, scales, masks, and squares, behind which it is s^2; never GeLU. Query and key meet in a product: s and 1 / s.
 */
#ifndef MPCF_PASS_GAUGE_H
#define MPCF_PASS_GAUGE_H

#include "graph/graph.h"
#include "graph/parameters.h"

/*
 * Scales weights of P, which are G's (as a builder made it, before passes), in place: the function stays, in floats
 * to the bit but where a weight becomes subnormal. A weight counts where it is a parameter that G reads once.
 * Channels that are within a factor of four of their best stay as they are; *CHANNELS (may be NULL) counts the others.
 */
mpcf_status gauge_weights(const mpcf_graph *g, struct parameters *p, size_t *channels,
                          mpcf_error *err);

#endif
