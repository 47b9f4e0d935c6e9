/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From values to places in a picture, and where its ticks stand.
 */
#ifndef MPCF_REPORT_PLOT_AXIS_H
#define MPCF_REPORT_PLOT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

/* Low at `start`, high at `end`. */
struct plot_axis {
    /* Of the values, or of their logarithms to base 10; the first tick is at `first`. */
    double low, high, first, step;
    bool is_log;
    double start, end;
};

/* From LOW to HIGH, both finite, out to the next ticks, about four of which fill it. */
struct plot_axis plot_axis_of(double low, double high, double start, double end);
/* The same from LOW to HIGH alone, ticks only between them. */
struct plot_axis plot_axis_within(double low, double high, double start, double end);
/* The same with a tick for each power of ten; LOW above 0. */
struct plot_axis plot_axis_log(double low, double high, double start, double end);

double plot_axis_place(const struct plot_axis *axis, double value);
size_t plot_axis_ticks(const struct plot_axis *axis);
double plot_axis_tick(const struct plot_axis *axis, size_t i); /* its value */

#endif
