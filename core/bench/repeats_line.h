/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good the mean of some answers is, and what shares of labels tell of a margin.
 */
#ifndef MPCF_BENCH_REPEATS_LINE_H
#define MPCF_BENCH_REPEATS_LINE_H

#include <stdbool.h>
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

/* Of the COUNT runs with labels alone, in which the share SHARES[i] was another where the margin was
 * set to MARGINS[i]: how far the margin's rounding spreads, if it is normal (probit regression).
 * False where fewer than two shares are between 0 and 1, or they do not fall. */
bool repeats_spread(const double *margins, const double *shares, size_t count, double *deviation);

#endif
