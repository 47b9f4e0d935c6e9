/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges: the steps that compare values with their bounds, and the mark that an answer gets where one was
 * beyond.
 */
#ifndef MPCF_LOWER_RANGE_CHECK_H
#define MPCF_LOWER_RANGE_CHECK_H

#include "lower/lowering.h"

/* Whether X, a form of NODE's value, is still to be compared or only bounded. */
bool range_is_checked(const struct lowering *l, const mpcf_node *node);
/* X, a form of NODE's value, as its readers take it: compared with NODE's bound, where it is the first, and without
 * the headroom. */
value_id range_checked(struct lowering *l, const mpcf_node *node, value_id x);
/* The same of a positive value of NODE's rows and columns, whose integers times UNIT are real numbers from LOW to
 * HIGH. */
value_id range_checked_sum(struct lowering *l, const mpcf_node *node, value_id x, double unit,
                           double low, double high);
/* [batch, columns + 1, 1, 1]: ANSWER [batch rows of columns] where all that was compared was within, then 1; zeros
 * elsewhere. ANSWER where nothing is compared. */
value_id range_marked(struct lowering *l, value_id answer);

#endif
