/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sum of squares of a row, which a mean square divides and an inverse root by keys takes as it is. What does not
 * fit into a value's 63 bits is made smaller where that costs nothing that counts, and refused where it does.
 */
#ifndef MPCF_LOWER_SQUARE_SUM_H
#define MPCF_LOWER_SQUARE_SUM_H

#include "lower/lowering.h"

#define SQUARE_SUM_BITS 62 /* of a value; one is left for a truncation */

/* Of the rows that NODE, a mean square, reads. Bits behind the point are those that its reader wants of the mean; the
 * sum has fewer, as it is larger. */
value_id square_sum(struct lowering *l, const mpcf_node *node);
/* Fails L, with both ends of NODE's range. */
void square_sum_fails(struct lowering *l, const mpcf_node *node);

#endif
