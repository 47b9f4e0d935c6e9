/* SPDX-License-Identifier: Apache-2.0 */
/* A square with a diagonal, on which right scores lie. */
#include "report/plot_scatter.h"

#include <math.h>
#include <stdbool.h>

#include "report/html.h"
#include "report/plot_axis.h"

#define SIZE   320.0
#define LEFT   42.0
#define RIGHT  12.0
#define TOP    12.0
#define BOTTOM 44.0

struct scatter {
    double low, high, bins;
    const json_t *counts;
    struct plot_axis x, y;
};

void plot_scatter_range(const json_t *tree, double range[2])
{
    const double low = json_number_value(json_object_get(tree, "low"));
    const double high = json_number_value(json_object_get(tree, "high"));

    if (low < high) {
        range[0] = fmin(range[0], low);
        range[1] = fmax(range[1], high);
    }
}

static bool read_scatter(const json_t *tree, const double range[2], struct scatter *s)
{
    *s = (struct scatter){.low = json_number_value(json_object_get(tree, "low")),
                          .high = json_number_value(json_object_get(tree, "high")),
                          .bins = json_number_value(json_object_get(tree, "bins")),
                          .counts = json_object_get(tree, "counts")};
    if (!(s->low < s->high) || !(s->bins >= 1) || json_array_size(s->counts) == 0) {
        return false;
    }
    s->x = plot_axis_within(range[0], range[1], LEFT, SIZE - RIGHT);
    s->y = plot_axis_within(range[0], range[1], SIZE - BOTTOM, TOP);
    return true;
}

static void put_ticks(struct text_buffer *page, const struct scatter *s)
{
    for (size_t i = 0; i < plot_axis_ticks(&s->x); i++) {
        const double value = plot_axis_tick(&s->x, i);
        const double x = plot_axis_place(&s->x, value), y = plot_axis_place(&s->y, value);

        text_printf(page,
                    "<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.0f\" y2=\"%.0f\"/>"
                    "<text class=\"y\" x=\"%.0f\" y=\"%.1f\">",
                    LEFT, SIZE - RIGHT, y, y, x, x, TOP, SIZE - BOTTOM, LEFT - 6, y + 4);
        number_real(page, value);
        text_printf(page, "</text><text class=\"x\" x=\"%.1f\" y=\"%.0f\">", x, SIZE - BOTTOM + 17);
        number_real(page, value);
        text_append(page, "</text>");
    }
}

/* The value in the middle of bin I. */
static double middle_of(const struct scatter *s, double i)
{
    return s->low + (i + 0.5) / s->bins * (s->high - s->low);
}

static double total_of(const struct scatter *s)
{
    double total = 0;

    for (size_t i = 0; i < json_array_size(s->counts); i++) {
        total += json_number_value(json_array_get(json_array_get(s->counts, i), 2));
    }
    return total;
}

static void put_dots(struct text_buffer *page, const struct scatter *s, size_t colour)
{
    const double alone = total_of(s) > 500 ? 1.7 : 2.6; /* radius of one example */

    for (size_t i = 0; i < json_array_size(s->counts); i++) {
        const json_t *entry = json_array_get(s->counts, i);
        const double x = json_number_value(json_array_get(entry, 0));
        const double y = json_number_value(json_array_get(entry, 1));
        const double count = json_number_value(json_array_get(entry, 2));

        if (count > 0 && x >= 0 && y >= 0 && x < s->bins && y < s->bins) {
            text_printf(page, "<circle class=\"point c%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
                        colour, plot_axis_place(&s->x, middle_of(s, x)),
                        plot_axis_place(&s->y, middle_of(s, y)), fmin(alone * sqrt(count), 9));
        }
    }
}

static void put_names(struct text_buffer *page)
{
    text_printf(page,
                "<text class=\"x\" x=\"%.0f\" y=\"%.0f\">label</text>"
                "<text class=\"x\" transform=\"translate(11 %.0f) rotate(-90)\">score</text>",
                (LEFT + SIZE - RIGHT) / 2, SIZE - 6, (TOP + SIZE - BOTTOM) / 2);
}

void plot_scatter(struct text_buffer *page, const char *title, const json_t *tree,
                  const double range[2], size_t colour)
{
    struct scatter s;

    if (!read_scatter(tree, range, &s)) {
        return;
    }
    text_append(page, "<figure><figcaption><b>");
    html_text(page, title);
    text_append(page, "</b> ");
    number_count(page, total_of(&s));
    text_printf(page,
                " examples</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                "aria-label=\"Scores of the ",
                SIZE, SIZE);
    html_text(page, title);
    text_append(page, " over labels; on the diagonal they are equal\">");
    put_ticks(page, &s);
    text_printf(page, "<line class=\"axis\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                plot_axis_place(&s.x, s.x.low), plot_axis_place(&s.y, s.y.low),
                plot_axis_place(&s.x, s.x.high), plot_axis_place(&s.y, s.y.high));
    put_dots(page, &s, colour);
    put_names(page);
    text_append(page, "</svg></figure>\n");
}
