/* SPDX-License-Identifier: Apache-2.0 */
/* Coefficients of a node as floats, on the stack of a call. For core/ops. */
#ifndef MPCF_OPS_COEFFICIENTS_H
#define MPCF_OPS_COEFFICIENTS_H

#include <stddef.h>

#define DEGREE_MAX 8
#define CUTS_MAX   32

static inline void coefficients_narrow(const double *from, size_t count, float *to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = (float) from[i];
    }
}

#endif
