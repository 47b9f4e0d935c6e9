/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value on a line, with its interval, as inline SVG for a cell of a table: what it shows stands beside it
 * in words.
 */
#ifndef MPCF_REPORT_PLOT_INTERVAL_H
#define MPCF_REPORT_PLOT_INTERVAL_H

#include <stddef.h>

#include "base/text.h"

struct plot_interval {
    double low, high; /* of the line; low < high */
    double value, from, to;
    size_t colour; /* of the palette */
};
void plot_interval(struct text_buffer *page, const struct plot_interval *plot);

#endif
