/* SPDX-License-Identifier: Apache-2.0 */
/* Axes whose ticks are 1, 2 or 5 times a power of ten apart, or are powers of ten. */
#include "report/plot_axis.h"

#include <math.h>

/* 1, 2 or 5 times a power of ten, so that about COUNT of them fill SPAN. */
static double nice_step(double span, double count)
{
    const double raw = span / count;
    const double power = pow(10, floor(log10(raw)));
    const double ratio = raw / power;
    const double factor = ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10;

    return factor * power;
}

struct plot_axis plot_axis_of(double low, double high, double start, double end)
{
    struct plot_axis a = {.start = start, .end = end};

    if (!(high > low)) {
        high = low + (low == 0 ? 1 : fabs(low) * 0.1);
    }
    a.step = nice_step(high - low, 4);
    a.low = floor(low / a.step + 1e-9) * a.step;
    a.high = ceil(high / a.step - 1e-9) * a.step;
    a.first = a.low;
    return a;
}

struct plot_axis plot_axis_within(double low, double high, double start, double end)
{
    struct plot_axis a = plot_axis_of(low, high, start, end);

    if (low < high) {
        a.first = ceil(low / a.step - 1e-9) * a.step;
        a.low = low;
        a.high = high;
    }
    return a;
}

struct plot_axis plot_axis_log(double low, double high, double start, double end)
{
    return (struct plot_axis){.low = floor(log10(low)),
                              .high = ceil(log10(high)),
                              .first = floor(log10(low)),
                              .step = 1,
                              .is_log = true,
                              .start = start,
                              .end = end};
}

double plot_axis_place(const struct plot_axis *a, double value)
{
    const double v = a->is_log ? log10(value) : value;

    return a->start + (v - a->low) / (a->high - a->low) * (a->end - a->start);
}

size_t plot_axis_ticks(const struct plot_axis *a)
{
    return (size_t) floor((a->high - a->first) / a->step + 1e-6) + 1;
}

double plot_axis_tick(const struct plot_axis *a, size_t i)
{
    const double v = a->first + (double) i * a->step;

    if (a->is_log) {
        return pow(10, v);
    }
    return fabs(v) < a->step / 1e6 ? 0 : v;
}
