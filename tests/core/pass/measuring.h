/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of measured constants share.
 */
#ifndef MPCF_TESTS_CORE_PASS_MEASURING_H
#define MPCF_TESTS_CORE_PASS_MEASURING_H

#include <math.h>

#include <mpcf/approx.h>

#include "support/support.h"

#define MEASURE(what, how, whose)                                                                  \
    {                                                                                              \
        .struct_size = sizeof(mpcf_measure), .statistic = (what), .by = (how), .quantile = 0.3,    \
        .owner = (whose)                                                                           \
    }
enum { BOTH = MPCF_BY_HEAD | MPCF_BY_POSITION };

static inline mpcf_approx approx_of(mpcf_slot slot, mpcf_node *(*build)(const void *, mpcf_graph *,
                                                                        mpcf_node *, mpcf_node *) )
{
    return (mpcf_approx){.struct_size = sizeof(mpcf_approx),
                         .name = "measuring",
                         .summary = "",
                         .slot = slot,
                         .input_low = -1,
                         .input_high = 3,
                         .build = build,
                         .flags = MPCF_APPROX_ANY_ROW_SUM};
}

static inline void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-6 * (1 + fabs(want)))) {
        fail_msg("%.9g, expected %.9g", got, want);
    }
}

#endif
