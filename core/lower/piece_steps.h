/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that evaluate polynomials on pieces.
 */
#ifndef MPCF_LOWER_PIECE_STEPS_H
#define MPCF_LOWER_PIECE_STEPS_H

#include "lower/lowering.h"
#include "lower/pieces.h"

/* X without the scales in front of it, all above 0, by which SCALE is multiplied. */
const mpcf_node *lower_past_scales(const mpcf_node *x, double *scale);

/* NODE as P, of its first operand: sets OUT->raw. Of PIECEWISE_OF with what it adds. Changes P. */
void lower_pieces(struct lowering *l, const mpcf_node *node, struct pieces *p, struct lowered *out);

/* The same of X itself, a node without taps that has at least WANT fractional bits. */
void lower_pieces_at(struct lowering *l, const mpcf_node *node, const mpcf_node *x, int want,
                     struct pieces *p, struct lowered *out);

#endif
