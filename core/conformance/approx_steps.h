/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups have steps, of which differences say nothing; their gradient is the slope between the neighbours of
 * an entry. A bench in which each look-up goes on with that slope has the differences that its gradient says.
 */
#ifndef MPCF_CONFORMANCE_APPROX_STEPS_H
#define MPCF_CONFORMANCE_APPROX_STEPS_H

#include "conformance/approx_bench.h"

/* Whether FROM's graph holds look-ups. */
bool approx_has_steps(const struct approx_bench *from);
/* FROM's graph and values, with each look-up T(u) as T(u0) + slope(u0) (u - u0), u0 what u is now: where x has
 * the values that it has at the call. OUT ends with approx_bench_clear(). */
mpcf_status approx_without_steps(const struct approx_bench *from, struct approx_bench *out,
                                 mpcf_error *err);

#endif
