/* SPDX-License-Identifier: Apache-2.0 */
/* Deviation and errors of means; a line through the quantiles of shares. */
#include "bench/repeats_line.h"

#include <math.h>

static double mean_of(const double *x, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum / (double) count;
}

static double deviation_of(const double *x, size_t count)
{
    const double mean = mean_of(x, count);
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += (x[i] - mean) * (x[i] - mean);
    }
    return sqrt(sum / (double) (count - 1));
}

/* Root mean square of what the means of groups are from WANT. */
static double error_of(const double *x, size_t count, size_t group, double want)
{
    double sum = 0;
    size_t groups = 0;

    for (size_t i = 0; i + group <= count; i += group) {
        const double error = mean_of(x + i, group) - want;

        sum += error * error;
        groups++;
    }
    return sqrt(sum / (double) groups);
}

struct repeats_line repeats_line_of(const double *answers, size_t count, size_t repeats,
                                    double unit, double exact, double reference)
{
    const double deviation = deviation_of(answers, count) / sqrt((double) repeats);

    return (struct repeats_line){
        .repeats = repeats,
        .deviation = deviation,
        .error_to_float = error_of(answers, count, repeats, exact),
        .error_to_reference = error_of(answers, count, repeats, reference),
        .more_bits = log2(unit / (deviation * sqrt(12))),
    };
}

/* Where the standard normal distribution has SHARE below it. */
static double quantile(double share)
{
    double low = -8, high = 8;

    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;

        if (0.5 * erfc(-middle / sqrt(2)) < share) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* share = P(noise < -margin): its quantile is a line in the margin of slope -1 / deviation. */
bool repeats_spread(const double *margins, const double *shares, size_t count, double *deviation)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;

    for (size_t i = 0; i < count; i++) {
        if (shares[i] > 0 && shares[i] < 1) {
            const double q = quantile(shares[i]);

            n += 1;
            x += margins[i];
            y += q;
            xx += margins[i] * margins[i];
            xy += margins[i] * q;
        }
    }
    const double slope = n >= 2 ? (n * xy - x * y) / (n * xx - x * x) : 0;

    if (!(slope < 0)) {
        return false;
    }
    *deviation = -1 / slope;
    return true;
}
