/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A curve as inline SVG, drawn with the page's colours.
 */
#ifndef MPCF_REPORT_PLOT_CURVE_H
#define MPCF_REPORT_PLOT_CURVE_H

#include <stddef.h>

#include "base/text.h"

/* y over x, x ascending, all finite. Many points are drawn as the means of their neighbours. */
struct plot_curve {
    const char *title, *x_label;
    const double *x, *y;
    size_t count;
};
void plot_curve(struct text_buffer *page, const struct plot_curve *curve);

#endif
