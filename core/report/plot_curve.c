/* SPDX-License-Identifier: Apache-2.0 */
/* A curve over steps as SVG: its axes, where the ticks stand, and how many points are drawn. */
#include "report/plot_curve.h"

#include <math.h>
#include <stdbool.h>

#include "report/html.h"

#define WIDTH      460.0
#define HEIGHT     230.0
#define LEFT       52.0
#define RIGHT      14.0
#define TOP        10.0
#define BOTTOM     38.0
#define POINTS_MAX 240  /* drawn; more are averaged */
#define LOG_FROM   30.0 /* ratio of largest to smallest from which the axis is logarithmic */

/* From values to places: low at `start`, high at `end`. */
struct axis {
    double low, high, step; /* of the values, or of their logarithms to base 10 */
    bool is_log;
    double start, end;
};

static double axis_place(const struct axis *a, double value)
{
    double v = a->is_log ? log10(value) : value;
    return a->start + (v - a->low) / (a->high - a->low) * (a->end - a->start);
}

/* 1, 2 or 5 times a power of ten, so that about COUNT of them fill SPAN. */
static double nice_step(double span, double count)
{
    double raw = span / count;
    double power = pow(10, floor(log10(raw)));
    double ratio = raw / power;
    double factor = ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10;
    return factor * power;
}

static struct axis axis_of(double low, double high, double start, double end)
{
    struct axis a = {.start = start, .end = end};
    if (!(high > low)) {
        high = low + (low == 0 ? 1 : fabs(low) * 0.1);
    }
    a.step = nice_step(high - low, 4);
    a.low = floor(low / a.step + 1e-9) * a.step;
    a.high = ceil(high / a.step - 1e-9) * a.step;
    return a;
}

static struct axis y_axis_of(double low, double high)
{
    struct axis a;
    if (low > 0 && high / low >= LOG_FROM) {
        a = axis_of(log10(low), log10(high), HEIGHT - BOTTOM, TOP);
        a.low = floor(log10(low));
        a.high = ceil(log10(high));
        a.step = 1;
        a.is_log = true;
        return a;
    }
    return axis_of(low > 0 && low < high / 2 ? 0 : low, high, HEIGHT - BOTTOM, TOP);
}

static void put_y_ticks(struct text_buffer *page, const struct axis *a)
{
    size_t count = (size_t) lround((a->high - a->low) / a->step);
    for (size_t i = 0; i <= count; i++) {
        double v = a->low + (double) i * a->step;
        double value = a->is_log ? pow(10, v) : v;
        double y = axis_place(a, value);
        text_printf(page,
                    "<line class=\"%s\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                    "<text class=\"y\" x=\"%.0f\" y=\"%.1f\">%.6g</text>",
                    i == 0 ? "axis" : "grid", LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4,
                    fabs(value) < a->step / 1e6 && !a->is_log ? 0.0 : value);
    }
}

static void put_x_ticks(struct text_buffer *page, const struct axis *a, double last)
{
    size_t count = (size_t) lround((a->high - a->low) / a->step);
    for (size_t i = 0; i <= count; i++) {
        double value = a->low + (double) i * a->step;
        if (value <= last * (1 + 1e-9)) {
            text_printf(page, "<text class=\"x\" x=\"%.1f\" y=\"%.0f\">", axis_place(a, value),
                        HEIGHT - BOTTOM + 16);
            html_real(page, fabs(value) < a->step / 1e6 ? 0 : value);
            text_append(page, "</text>");
        }
    }
}

static double mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / (double) count;
}

/* Point I of DRAWN: the means over its share of the curve. */
static void drawn_point(const struct plot_curve *c, size_t i, size_t drawn, double *x, double *y)
{
    size_t first = i * c->count / drawn;
    size_t count = (i + 1) * c->count / drawn - first;
    *x = mean(c->x + first, count);
    *y = mean(c->y + first, count);
}

static void range_of(const struct plot_curve *c, size_t drawn, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < drawn; i++) {
        double x, y;
        drawn_point(c, i, drawn, &x, &y);
        *low = fmin(*low, y);
        *high = fmax(*high, y);
    }
}

static void put_line(struct text_buffer *page, const struct plot_curve *c, size_t drawn,
                     const struct axis *x_axis, const struct axis *y_axis)
{
    double x = 0, y = 0;
    text_append(page, "<polyline class=\"line\" points=\"");
    for (size_t i = 0; i < drawn; i++) {
        drawn_point(c, i, drawn, &x, &y);
        text_printf(page, "%.1f,%.1f ", axis_place(x_axis, x), axis_place(y_axis, y));
    }
    text_printf(page, "\"/><circle class=\"c0\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                axis_place(x_axis, x), axis_place(y_axis, y));
}

static void put_caption(struct text_buffer *page, const struct plot_curve *c, size_t drawn)
{
    double x, first, last;
    drawn_point(c, 0, drawn, &x, &first);
    drawn_point(c, drawn - 1, drawn, &x, &last);
    text_append(page, "<figcaption><b>");
    html_text(page, c->title);
    text_append(page, "</b> ");
    html_real(page, first);
    text_append(page, " &rarr; ");
    html_real(page, last);
    if (drawn < c->count) {
        text_printf(page, " <small>each point the mean of %zu</small>", c->count / drawn);
    }
    text_append(page, "</figcaption>");
}

void plot_curve(struct text_buffer *page, const struct plot_curve *c)
{
    size_t drawn = c->count < POINTS_MAX ? c->count : POINTS_MAX;
    double low, high;
    if (drawn == 0) {
        return;
    }
    range_of(c, drawn, &low, &high);
    struct axis y = y_axis_of(low, high);
    double last = c->x[c->count - 1];
    struct axis x = axis_of(fmin(0, c->x[0]), last, LEFT, WIDTH - RIGHT);
    x.high = last > x.low ? last : x.high; /* the curve fills the width */
    text_append(page, "<figure class=\"curve\">");
    put_caption(page, c, drawn);
    text_printf(page, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    html_text(page, c->title);
    text_append(page, "\">");
    put_y_ticks(page, &y);
    put_x_ticks(page, &x, x.high);
    text_printf(page, "<text class=\"x\" x=\"%.1f\" y=\"%.0f\">", (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 6);
    html_text(page, c->x_label);
    text_append(page, "</text>");
    put_line(page, c, drawn, &x, &y);
    text_append(page, "</svg></figure>\n");
}
