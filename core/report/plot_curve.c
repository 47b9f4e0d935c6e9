/* SPDX-License-Identifier: Apache-2.0 */
/* A curve as SVG: its axes, how many points are drawn, and what is written at them. */
#include "report/plot_curve.h"

#include <math.h>

#include "report/html.h"
#include "report/plot_axis.h"

#define WIDTH      460.0
#define HEIGHT     230.0
#define LEFT       58.0
#define RIGHT      14.0
#define TOP        12.0
#define BOTTOM     42.0
#define POINTS_MAX 240  /* drawn; more are averaged */
#define LOG_FROM   30.0 /* ratio of largest to smallest from which the axis is logarithmic */

struct drawing {
    const struct plot_curve *curve;
    size_t drawn; /* points */
    struct plot_axis x, y;
};

static double mean(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / (double) count;
}

/* Point I: the means over its share of the curve. */
static void point_at(const struct drawing *d, size_t i, double *x, double *y)
{
    const struct plot_curve *c = d->curve;
    const size_t first = i * c->count / d->drawn;
    const size_t count = (i + 1) * c->count / d->drawn - first;

    *x = mean(c->x + first, count);
    *y = mean(c->y + first, count);
}

static void range_of(const struct drawing *d, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < d->drawn; i++) {
        double x, y;

        point_at(d, i, &x, &y);
        *low = fmin(*low, y);
        *high = fmax(*high, y);
    }
}

/* No metric is above 1: where all are as good there is room below them, else above. */
static struct plot_axis metric_axis(double low, double high)
{
    const double room = 0.1;

    if (!(low < high) && high + room > 1) {
        low = high - room;
    } else if (!(low < high)) {
        high = low + room;
    }
    return plot_axis_of(low, high, HEIGHT - BOTTOM, TOP);
}

static struct plot_axis y_axis_of(const struct drawing *d)
{
    double low, high;

    range_of(d, &low, &high);
    if (d->curve->range != NULL) {
        return metric_axis(d->curve->range[0], d->curve->range[1]);
    }
    if (low > 0 && high / low >= LOG_FROM) {
        return plot_axis_log(low, high, HEIGHT - BOTTOM, TOP);
    }
    return plot_axis_of(low > 0 && low < high / 2 ? 0 : low, high, HEIGHT - BOTTOM, TOP);
}

static struct plot_axis x_axis_of(const struct plot_curve *c)
{
    const double last = c->x[c->count - 1];
    struct plot_axis x = plot_axis_of(fmin(0, c->x[0]), last, LEFT, WIDTH - RIGHT);

    x.high = last > x.low ? last : x.high; /* the curve fills the width */
    if (c->has_dots && x.step < 1) {
        x.step = 1; /* there is nothing between them */
    }
    return x;
}

/* --- Axes --- */

static void put_tick_value(struct text_buffer *page, const struct drawing *d, double value)
{
    if (d->curve->unit == UNIT_PERCENT) {
        number_setting(page, floor(value * 1e4 + 0.5) / 100);
        text_append(page, NUMBER_SPACE "%");
    } else {
        number_setting(page, value);
    }
}

static void put_y_ticks(struct text_buffer *page, const struct drawing *d)
{
    for (size_t i = 0; i < plot_axis_ticks(&d->y); i++) {
        const double value = plot_axis_tick(&d->y, i), y = plot_axis_place(&d->y, value);

        text_printf(page,
                    "<line class=\"%s\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                    "<text class=\"y\" x=\"%.0f\" y=\"%.1f\">",
                    i == 0 ? "axis" : "grid", LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4);
        put_tick_value(page, d, value);
        text_append(page, "</text>");
    }
}

static void put_x_ticks(struct text_buffer *page, const struct drawing *d)
{
    for (size_t i = 0; i < plot_axis_ticks(&d->x); i++) {
        const double value = plot_axis_tick(&d->x, i);

        text_printf(page, "<text class=\"x\" x=\"%.1f\" y=\"%.0f\">", plot_axis_place(&d->x, value),
                    HEIGHT - BOTTOM + 17);
        number_setting(page, value);
        text_append(page, "</text>");
    }
    text_printf(page, "<text class=\"x\" x=\"%.1f\" y=\"%.0f\">", (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 6);
    html_text(page, d->curve->x_label);
    text_append(page, "</text>");
}

/* --- The curve --- */

static void put_line(struct text_buffer *page, const struct drawing *d)
{
    double x = 0, y = 0;

    text_append(page, "<polyline class=\"line\" points=\"");
    for (size_t i = 0; i < d->drawn; i++) {
        point_at(d, i, &x, &y);
        text_printf(page, "%.1f,%.1f ", plot_axis_place(&d->x, x), plot_axis_place(&d->y, y));
    }
    text_append(page, "\"/>");
    for (size_t i = d->curve->has_dots ? 0 : d->drawn - 1; i < d->drawn; i++) {
        point_at(d, i, &x, &y);
        text_printf(page, "<circle class=\"c0\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>",
                    plot_axis_place(&d->x, x), plot_axis_place(&d->y, y),
                    d->curve->has_dots ? 4 : 3);
    }
}

static void put_mark(struct text_buffer *page, const struct drawing *d)
{
    const double y = plot_axis_place(&d->y, d->curve->mark);

    if (isfinite(d->curve->mark)) {
        text_printf(page, "<line class=\"mark\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT, WIDTH - RIGHT, y, y);
    }
}

static void put_from_to(struct text_buffer *page, const struct drawing *d)
{
    double x, first, last;

    point_at(d, 0, &x, &first);
    point_at(d, d->drawn - 1, &x, &last);
    number_in(page, first, d->curve->unit);
    text_append(page, " \xe2\x86\x92 ");
    number_in(page, last, d->curve->unit);
}

static void put_mark_name(struct text_buffer *page, const struct drawing *d)
{
    if (isfinite(d->curve->mark)) {
        text_append(page, "<small class=\"dashed\">");
        html_text(page, d->curve->mark_name);
        text_append(page, " ");
        number_in(page, d->curve->mark, d->curve->unit);
        text_append(page, "</small>");
    }
}

static void put_caption(struct text_buffer *page, const struct drawing *d)
{
    text_append(page, "<figcaption><b>");
    html_text(page, d->curve->title);
    text_append(page, "</b> ");
    put_from_to(page, d);
    if (d->drawn < d->curve->count) {
        text_printf(page, " <small>each point the mean of %zu</small>", d->curve->count / d->drawn);
    }
    put_mark_name(page, d);
    text_append(page, "</figcaption>");
}

static void put_words(struct text_buffer *page, const struct drawing *d)
{
    html_text(page, d->curve->title);
    text_append(page, " over ");
    html_text(page, d->curve->x_label);
    text_append(page, ": ");
    put_from_to(page, d);
}

void plot_curve(struct text_buffer *page, const struct plot_curve *c)
{
    struct drawing d = {.curve = c, .drawn = c->count < POINTS_MAX ? c->count : POINTS_MAX};

    if (d.drawn == 0) {
        return;
    }
    d.x = x_axis_of(c);
    d.y = y_axis_of(&d);
    text_append(page, "<figure>");
    put_caption(page, &d);
    text_printf(page, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    put_words(page, &d);
    text_append(page, "\">");
    put_y_ticks(page, &d);
    put_x_ticks(page, &d);
    put_mark(page, &d);
    put_line(page, &d);
    text_append(page, "</svg></figure>\n");
}
