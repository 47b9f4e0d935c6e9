/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/float.h - elementary functions of many floats, for the fused kernels of approximations.
 *
 * y[i] = f(x[i]) for i below COUNT, which may be 0. fp32 accuracy (a few units in the last place),
 * in vector code for the machine at hand. X and Y are COUNT floats each, aligned as floats are, and
 * either the same array or apart. exp stays at e^88 above 88, and at e^-86 below -86. They keep no
 * state and may be called from any thread.
 */
#ifndef MPCF_FLOAT_H
#define MPCF_FLOAT_H

#include <stddef.h>

#include <mpcf/export.h>

MPCF_BEGIN_DECLS

MPCF_EXPORT void mpcf_float_exp(const float *x, float *y, size_t count);
MPCF_EXPORT void mpcf_float_erf(const float *x, float *y, size_t count);
MPCF_EXPORT void mpcf_float_tanh(const float *x, float *y, size_t count);

MPCF_END_DECLS
#endif
