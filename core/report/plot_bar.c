/* SPDX-License-Identifier: Apache-2.0 */
/* A bar cut in proportion to its parts, as SVG, and the legend to it. */
#include "report/plot_bar.h"

#define BAR_WIDTH    960.0
#define BAR_HEIGHT   34.0
#define GAP          2.0 /* of the page's colour, between parts */
#define LETTER_WIDTH 7.2 /* of the labels, at most */

static double sum_of(const struct plot_part *parts, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += parts[i].value;
    }
    return sum;
}

static void put_tip(struct text_buffer *page, const struct plot_part *part, double sum,
                    enum html_unit unit)
{
    text_append(page, "<title>");
    html_text(page, part->name);
    text_append(page, ": ");
    html_number(page, part->value, unit);
    text_append(page, " (");
    html_percent(page, part->value / sum);
    text_append(page, ")</title>");
}

static size_t text_width(const char *text)
{
    size_t letters = 0;
    for (; *text != '\0'; text++) {
        letters += ((unsigned char) *text & 0xc0) != 0x80; /* not a UTF-8 continuation */
    }
    return letters;
}

static void put_part(struct text_buffer *page, const struct plot_part *part, double left,
                     double sum, enum html_unit unit)
{
    double width = part->value / sum * BAR_WIDTH;
    double drawn = width > 2 * GAP ? width - GAP : width;
    text_printf(page, "<g><rect class=\"c%zu\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"%.0f\"/>",
                part->colour, left, drawn, BAR_HEIGHT);
    if ((double) text_width(part->name) * LETTER_WIDTH + 10 < drawn) {
        text_printf(page, "<text class=\"in\" x=\"%.2f\" y=\"%.1f\">", left + drawn / 2,
                    BAR_HEIGHT / 2 + 4.5);
        html_text(page, part->name);
        text_append(page, "</text>");
    }
    put_tip(page, part, sum, unit);
    text_append(page, "</g>");
}

void plot_bar(struct text_buffer *page, const char *title, const struct plot_part *parts,
              size_t count, enum html_unit unit)
{
    double sum = sum_of(parts, count);
    double left = 0;
    if (!(sum > 0)) {
        return;
    }
    text_append(page, "<figure class=\"bar\"><figcaption><b>");
    html_text(page, title);
    text_append(page, "</b> ");
    html_number(page, sum, unit);
    text_printf(page, "</figcaption><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"",
                BAR_WIDTH, BAR_HEIGHT);
    html_text(page, title);
    text_append(page, "\">");
    for (size_t i = 0; i < count; i++) {
        if (parts[i].value > 0) {
            put_part(page, &parts[i], left, sum, unit);
        }
        left += parts[i].value / sum * BAR_WIDTH;
    }
    text_append(page, "</svg></figure>\n");
}

void plot_legend(struct text_buffer *page, const struct plot_part *parts, size_t count)
{
    text_append(page, "<p class=\"legend\">");
    for (size_t i = 0; i < count; i++) {
        text_printf(page,
                    "<span><svg viewBox=\"0 0 10 10\"><rect class=\"c%zu\" width=\"10\" "
                    "height=\"10\" rx=\"2\"/></svg>",
                    parts[i].colour);
        html_text(page, parts[i].name);
        text_append(page, "</span> ");
    }
    text_append(page, "</p>\n");
}
