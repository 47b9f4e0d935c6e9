/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checkpoint's own answers to some rows, as a hint at what its classes are.
 */
#ifndef MPCF_DRAFT_ORDER_TRIAL_H
#define MPCF_DRAFT_ORDER_TRIAL_H

#include "draft/sketch.h"

enum { ORDER_TRIAL_ROWS = 200 };

/* Where P's checkpoint is a classifier for the task: its answers in floats to ORDER_TRIAL_ROWS rows at most, and for
 * some seconds at most. An assumed order of S's labels becomes the one that they fit; what they say is put into
 * S->said, as is why it was not asked. Files of it that a run could not read either: MPCF_E_FORMAT. */
mpcf_status draft_try_order(struct sketch *s, const struct pipeline *p, mpcf_error *err);
/* What is told where it was not tried, and WHY. */
void draft_tell_untried(struct sketch *s, const char *why);

#endif
