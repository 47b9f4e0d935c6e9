/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 1/x and 1/sqrt(x) as parabolas on the nodes of an interval tree: what both parties work out alike, in
 * integers, of the opened c.
 *
 * With M = x / 2^finest the result is A / M or A / sqrt(M). On a node J of 2^l numbers, with e the opened
 * part of x / 2^l - J and p = t - 1/2 the dealt one, x = 2^l (J + e - p): the series at J up to the fourth
 * power, taken at e, is a polynomial in p, and 3/16 p stands for p^3, p^2 / 4 - 1/128 for p^4, as the Chebyshev
 * polynomials of [-1/2, 1/2] have it. Of 1/x that leaves a relative error of 2^-17 at J = 16, which only the
 * smallest x meet, and 2^-17.7 at J = 19; as p has TREE_PLACE_BITS bits, another 2^-17. Of the root less than
 * half of these. Slopes and curvatures are integers, too: that is up to INVERSE_UNITS in the result,
 * whatever its size.
 */
#ifndef MPCF_PROTOCOL_INVERSE_PIECES_H
#define MPCF_PROTOCOL_INVERSE_PIECES_H

#include <stdbool.h>

#include "protocol/interval_tree.h"

#define INVERSE_UNITS     1600                /* errors: of the result, besides ... */
#define INVERSE_BITS      15                  /* ... its 2^-15th part */
#define INVERSE_SCALE_MAX ((int64_t) 1 << 50) /* A */

/* SCALE: A, 1 .. INVERSE_SCALE_MAX. Below J = 2^b the function is what it is there. */
void inverse_pieces_make(struct tree_function *f, bool is_root, int64_t scale);

#endif
