/* SPDX-License-Identifier: Apache-2.0 */
/* A dot with whiskers. */
#include "report/plot_interval.h"

#define WIDTH 180.0
#define EDGE  7.0 /* room for half a dot */

static double place(const struct plot_interval *p, double value)
{
    return EDGE + (value - p->low) / (p->high - p->low) * (WIDTH - 2 * EDGE);
}

void plot_interval(struct text_buffer *page, const struct plot_interval *p)
{
    text_printf(page,
                "<svg viewBox=\"0 0 %.0f 20\" aria-hidden=\"true\">"
                "<line class=\"grid\" x1=\"0\" x2=\"%.0f\" y1=\"10\" y2=\"10\"/>"
                "<line class=\"whisker s%zu\" x1=\"%.1f\" x2=\"%.1f\" y1=\"10\" y2=\"10\"/>"
                "<circle class=\"c%zu\" cx=\"%.1f\" cy=\"10\" r=\"5\"/></svg>",
                WIDTH, WIDTH, p->colour, place(p, p->from), place(p, p->to), p->colour,
                place(p, p->value));
}
