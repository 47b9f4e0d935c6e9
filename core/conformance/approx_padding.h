/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what stands in a normaliser's padded columns reaches the kept ones. */
#ifndef MPCF_CONFORMANCE_APPROX_PADDING_H
#define MPCF_CONFORMANCE_APPROX_PADDING_H

#include "conformance/approx_bench.h"

/* Sums of a row's floats in another order; what padding adds is much more. */
#define PADDING_ERROR 1e-4

/*
 * *WORST: the largest change of a kept column's value or gradient, over 1 + the value, where padded columns
 * of x and of dL/dy hold other numbers; constants are measured anew. FUSE: by the float kernels.
 */
mpcf_status approx_padding_reaches(const mpcf_approx *approx, const void *config,
                                   const struct bench_place *at, bool fuse, double *worst,
                                   mpcf_error *err);
/* Behind the number: what helps. */
const char *approx_padding_hint(bool fuse);

#endif
