/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of a node, at the fraction that its reader wants.
 */
#ifndef MPCF_LOWER_LOWER_NODE_H
#define MPCF_LOWER_LOWER_NODE_H

#include "lower/lowering.h"

/* Steps from here on are NODE's: its name is in errors, its function in the cost. */
void lower_enter(struct lowering *l, const mpcf_node *node);

/* As the node's operation leaves it, not truncated. */
value_id lower_raw(struct lowering *l, const mpcf_node *node);
/* At FRACTION or, where raw has fewer bits, as it is. */
value_id lower_at(struct lowering *l, const mpcf_node *node, unsigned fraction);
/* At the fraction that choose_fractions() found for it. */
value_id lower_wanted(struct lowering *l, const mpcf_node *node);
/* Whether NODE is one public number (lowers it). */
bool lower_is_uniform(struct lowering *l, const mpcf_node *node, double *number);
/* A constant node, rounded to FRACTION bits; the provider's. */
value_id lower_constant(struct lowering *l, const mpcf_node *node, unsigned fraction);

#endif
