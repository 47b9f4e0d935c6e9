/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What training trusts an approximation in: that its float kernels compute its graph, and that a normaliser
 * gives padding nothing and takes nothing from it.
 */
#ifndef MPCF_CONFORMANCE_APPROX_KERNELS_H
#define MPCF_CONFORMANCE_APPROX_KERNELS_H

#include "conformance/approx_bench.h"

/* Largest differences, over 1 + |what the graph gives|; infinite where one side alone is finite. */
struct kernel_errors {
    double value, gradient;
};

/* The kernels of APPROX, which has some, against BENCH, the graph at the same place. */
mpcf_status approx_kernels_compare(const mpcf_approx *approx, const void *config,
                                   struct approx_bench *bench, struct kernel_errors *errors,
                                   mpcf_error *err);
/* Behind the numbers: why they are infinite; "" where they are not. */
const char *approx_kernels_hint(const struct kernel_errors *errors);
/* The largest of a normaliser's results Y[BENCH_COUNT] in padded columns. */
double approx_worst_masked(const struct approx_bench *bench, const float *y);

/*
 * A few rows before a run: MPCF_E_CONFIG where kernels or masks are wrong by more than rounding. What plugin
 * check alone can say (a graph that does not build on made-up inputs) is MPCF_OK. FILE: the plug-in's.
 */
mpcf_status approx_trusted(const mpcf_approx *approx, const void *config, size_t layer,
                           const char *file, mpcf_error *err);

#endif
