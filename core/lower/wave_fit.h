/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Even functions as sums of cosines, odd ones as sums of sines: what WAVES evaluates in one round.
 */
#ifndef MPCF_LOWER_WAVE_FIT_H
#define MPCF_LOWER_WAVE_FIT_H

#include "lower/pieces.h"
#include "protocol/waves_shape.h"

/* constant + sum_j factor[j] cos(2 pi (first + j distance) x / 2^turn), or sin */
struct wave_fit {
    bool is_odd;
    size_t count;
    int turn;
    int64_t first, distance;
    double constant, factor[WAVES_MAX];
};

/*
 * Fits FUNCTION, which is even or, IS_ODD, odd, on [-reach, reach] within TOLERANCE, with as few cosines or sines as do;
 * false where WAVES_MAX do not. Their turn is about twice as long as the interval: a half turn would end in a kink. First and distance are
 * such that odd multiples come out or nearly so, whose sums have kinks further away still.
 */
bool fit_waves(fit_function *function, const void *context, bool is_odd, double reach,
               double tolerance, struct wave_fit *out);
/* The most that the fit is anywhere, in magnitude. */
double wave_fit_largest(const struct wave_fit *w);

#endif
