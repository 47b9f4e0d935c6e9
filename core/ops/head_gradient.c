/* SPDX-License-Identifier: Apache-2.0 */
/* A head's gradient goes on as it is, or is nothing. */
#include "ops/head_gradient.h"

#include <string.h>

#include "float/float_kernel.h"

void head_gradient(const float *dy, float *dx, size_t count, bool add)
{
    if (dy != NULL) {
        float_kernel()->scale(dy, 1.0F, dx, add, count);
    } else if (!add) {
        memset(dx, 0, count * sizeof(float));
    }
}
