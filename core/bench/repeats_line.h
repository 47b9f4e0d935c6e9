/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good the mean of some answers is.
 */
#ifndef MPCF_BENCH_REPEATS_LINE_H
#define MPCF_BENCH_REPEATS_LINE_H

#include <stddef.h>

struct repeats_line {
    size_t repeats;
    double deviation; /* of the mean of REPEATS answers, from those of single ones */
    double error_to_float, error_to_reference; /* of such means, root mean square */
    /* By how many bits such a mean is finer than UNIT: a rounding to UNIT 2^-bits has this
     * deviation. Below 0: it is coarser. */
    double more_bits;
};

/* Of COUNT answers, in groups of REPEATS; REPEATS is at most COUNT, and COUNT at least 2. */
struct repeats_line repeats_line_of(const double *answers, size_t count, size_t repeats,
                                    double unit, double exact, double reference);

#endif
