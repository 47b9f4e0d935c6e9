/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fused kernels whose results are NaN before each call: what they leave, or add to, is NaN after it. In a
 * run other numbers stand there.
 */
#ifndef MPCF_CONFORMANCE_APPROX_OVERWRITE_H
#define MPCF_CONFORMANCE_APPROX_OVERWRITE_H

#include <mpcf/approx.h>

struct overwriting {
    mpcf_approx approx; /* what a slot is filled with, its config being this struct */
    const mpcf_approx *of;
    const void *config;
};

/* OF, which has kernels, with CONFIG. O outlives the graphs that are built of it, and stays where it is. */
void overwriting_make(struct overwriting *o, const mpcf_approx *of, const void *config);

#endif
