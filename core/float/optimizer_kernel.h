/* SPDX-License-Identifier: Apache-2.0 */
/* What each CPU level fills; for optimizer*.c only. */
#ifndef MPCF_FLOAT_OPTIMIZER_KERNEL_H
#define MPCF_FLOAT_OPTIMIZER_KERNEL_H

#include <math.h>
#include <stddef.h>

#include "float/adamw_step.h"

struct optimizer_kernel {
    void (*adamw)(const struct adamw_step *s, float *value, float *first, float *second,
                  float *gradient, size_t n);
    double (*square_sum)(const float *x, size_t n);
    double (*difference)(const float *a, const float *b, float *seed, float scale, size_t n);
};

extern const struct optimizer_kernel optimizer_kernel_portable;
extern const struct optimizer_kernel optimizer_kernel_avx2;
extern const struct optimizer_kernel optimizer_kernel_avx512;

#endif
