/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of <mpcf/float.h>, for the fused kernels of plug-ins. */
#include <mpcf/float.h>

#include "float/float_kernel.h"

void mpcf_float_exp(const float *x, float *y, size_t count)
{
    float_kernel()->function[FLOAT_EXP](x, y, count);
}

void mpcf_float_erf(const float *x, float *y, size_t count)
{
    float_kernel()->function[FLOAT_ERF](x, y, count);
}

void mpcf_float_tanh(const float *x, float *y, size_t count)
{
    float_kernel()->function[FLOAT_TANH](x, y, count);
}
