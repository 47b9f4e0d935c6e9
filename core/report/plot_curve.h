/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A curve as inline SVG, drawn with the page's colours.
 */
#ifndef MPCF_REPORT_PLOT_CURVE_H
#define MPCF_REPORT_PLOT_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "report/number.h"

/* y over x, x ascending, all finite. Many points are drawn as the means of their neighbours. */
struct plot_curve {
    const char *title, *x_label;
    const double *x, *y;
    size_t count;
    enum number_unit unit; /* of y */
    bool has_dots;         /* a dot a point: few of them, each a measurement */
    const double *range;   /* least and largest y of the axis; NULL: the curve's own */
    double mark;           /* a line across, at MARK_NAME's y; NAN: none */
    const char *mark_name;
};
void plot_curve(struct text_buffer *page, const struct plot_curve *curve);

#endif
