/* SPDX-License-Identifier: Apache-2.0 */
/* The copy between [B, T, H, d] and [B, H, T, d]. For core/ops. */
#ifndef MPCF_OPS_HEADS_H
#define MPCF_OPS_HEADS_H

#include "ops/op.h"

/* D has the split form [B, H, T, d]. SPLIT: from [B, T, H, d]; else back. */
void heads_copy(const struct dims *d, bool split, const float *from, float *to, bool add);

#endif
