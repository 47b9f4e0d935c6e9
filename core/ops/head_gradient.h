/* SPDX-License-Identifier: Apache-2.0 */
/* The gradient of one head that was copied. For core/ops. */
#ifndef MPCF_OPS_HEAD_GRADIENT_H
#define MPCF_OPS_HEAD_GRADIENT_H

#include "ops/op.h"

/* dx (+)= DY[COUNT]; DY NULL is zero. */
void head_gradient(const float *dy, float *dx, size_t count, bool add);

#endif
