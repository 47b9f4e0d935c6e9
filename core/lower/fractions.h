/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bits behind the point each node's readers need.
 */
#ifndef MPCF_LOWER_FRACTIONS_H
#define MPCF_LOWER_FRACTIONS_H

#include "lower/lowering.h"

/* Sets `want` of every node that the outputs need. */
void choose_fractions(struct lowering *l);

#endif
