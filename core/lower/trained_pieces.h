/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces whose coefficients the provider has trained.
 */
#ifndef MPCF_LOWER_TRAINED_PIECES_H
#define MPCF_LOWER_TRAINED_PIECES_H

#include "lower/piecewise.h"

/* NODE, K's function, in place of Horner: of T, x less its piece's centre, up to LARGEST_T. */
value_id trained_pieces(struct lowering *l, const mpcf_node *node, const struct piecewise *k,
                        value_id t, double largest_t);

#endif
