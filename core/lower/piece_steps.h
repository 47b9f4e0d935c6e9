/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that evaluate polynomials on pieces.
 */
#ifndef MPCF_LOWER_PIECE_STEPS_H
#define MPCF_LOWER_PIECE_STEPS_H

#include "lower/lowering.h"
#include "lower/pieces.h"

/* NODE as P, of its first operand: sets OUT->raw. Of PIECEWISE_OF with what it adds. Changes P. */
void lower_pieces(struct lowering *l, const mpcf_node *node, struct pieces *p, struct lowered *out);

#endif
