/* SPDX-License-Identifier: Apache-2.0 */
/* A bar cut in proportion to its parts. */
#include "report/bar.h"

#include "report/html.h"

static double sum_of(const struct bar_part *parts, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += parts[i].value;
    }
    return sum;
}

static void put_tip(struct text_buffer *page, const struct bar_part *part, double sum,
                    enum number_unit unit)
{
    html_text(page, part->name);
    text_append(page, " ");
    number_in(page, part->value, unit);
    text_append(page, " (");
    number_percent(page, part->value / sum);
    text_append(page, ")");
}

/* Its name stands in it; where that has no room, the style sheet drops it. */
static void put_part(struct text_buffer *page, const struct bar_part *part, double sum,
                     enum number_unit unit)
{
    text_printf(page, "<span class=\"c%zu\" style=\"flex-grow:%.4f\" title=\"", part->colour,
                part->value / sum);
    put_tip(page, part, sum, unit);
    text_append(page, "\"><i>");
    html_text(page, part->name);
    text_append(page, "</i></span>");
}

static void put_words(struct text_buffer *page, const char *title, const struct bar_part *parts,
                      size_t count, enum number_unit unit)
{
    html_text(page, title);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].value > 0) {
            text_append(page, i == 0 ? ": " : ", ");
            put_tip(page, &parts[i], sum_of(parts, count), unit);
        }
    }
}

void bar_put(struct text_buffer *page, const char *title, const struct bar_part *parts,
             size_t count, enum number_unit unit)
{
    const double sum = sum_of(parts, count);

    if (!(sum > 0)) {
        return;
    }
    text_append(page, "<figure><figcaption><b>");
    html_text(page, title);
    text_append(page, "</b> ");
    number_in(page, sum, unit);
    text_append(page, "</figcaption><div class=\"bar\" role=\"img\" aria-label=\"");
    put_words(page, title, parts, count, unit);
    text_append(page, "\">");
    for (size_t i = 0; i < count; i++) {
        if (parts[i].value > 0) {
            put_part(page, &parts[i], sum, unit);
        }
    }
    text_append(page, "</div></figure>\n");
}

void bar_legend(struct text_buffer *page, const struct bar_part *parts, size_t count)
{
    text_append(page, "<p class=\"legend\">");
    for (size_t i = 0; i < count; i++) {
        text_printf(page, "<span><i class=\"dot c%zu\"></i>", parts[i].colour);
        html_text(page, parts[i].name);
        text_append(page, "</span>");
    }
    text_append(page, "</p>\n");
}
