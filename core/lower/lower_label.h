/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which class has the largest logit, and nothing else.
 */
#ifndef MPCF_LOWER_LOWER_LABEL_H
#define MPCF_LOWER_LOWER_LABEL_H

#include "lower/lowering.h"

/* Of each row of LOGITS, [.., classes], the number of its largest, the smallest number of equal
 * ones: [.., 1], shared, fraction 0. LOGITS are shared or owned, of a known magnitude of at most
 * LABEL_MAGNITUDE_MAX; compared exactly as they are. One class: MPCF_E_UNSUPPORTED. */
#define LABEL_MAGNITUDE_MAX 61 /* their differences need one bit more, and COMPARE takes 62 */
value_id lower_label(struct lowering *l, value_id logits);

#endif
