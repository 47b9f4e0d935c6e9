/* SPDX-License-Identifier: Apache-2.0 */
/* Labels downwards, predictions to the right. */
#include "report/plot_matrix.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "report/html.h"

static double count_at(const json_t *counts, size_t label, size_t prediction)
{
    return json_number_value(json_array_get(json_array_get(counts, label), prediction));
}

static bool is_drawn(const json_t *counts)
{
    const size_t classes = json_array_size(counts);

    for (size_t i = 0; i < classes; i++) {
        const json_t *row = json_array_get(counts, i);

        for (size_t k = 0; k < classes; k++) {
            if (!(json_number_value(json_array_get(row, k)) >= 0)) {
                return false;
            }
        }
        if (json_array_size(row) != classes) {
            return false;
        }
    }
    return classes > 1 && classes <= MATRIX_CLASSES_MAX;
}

static double sum_of_row(const json_t *counts, size_t label)
{
    double sum = 0;

    for (size_t k = 0; k < json_array_size(counts); k++) {
        sum += count_at(counts, label, k);
    }
    return sum;
}

static double right_of_all(const json_t *counts)
{
    double right = 0, all = 0;

    for (size_t i = 0; i < json_array_size(counts); i++) {
        right += count_at(counts, i, i);
        all += sum_of_row(counts, i);
    }
    return all > 0 ? right / all : (double) NAN;
}

static void put_name(struct text_buffer *page, const json_t *names, size_t class)
{
    const char *name = json_string_value(json_array_get(names, class));

    if (name != NULL && name[0] != '\0') {
        html_text(page, name);
    } else {
        text_printf(page, "class %zu", class);
    }
}

/* Right ones in one colour, wrong ones in another, the darker the larger the share of the row. */
static void put_cell(struct text_buffer *page, double count, double share, bool is_right)
{
    text_printf(page, "<td class=\"n %s\" style=\"--a:%.0f%%\">", is_right ? "right" : "wrong",
                share > 0 ? 8 + 42 * share : 0);
    number_count(page, count);
    if (share > 0) {
        text_append(page, "<small>");
        number_percent(page, share);
        text_append(page, "</small>");
    }
    text_append(page, "</td>");
}

static void put_row(struct text_buffer *page, const json_t *counts, const json_t *names,
                    size_t label)
{
    const double sum = sum_of_row(counts, label);

    text_append(page, "<tr><th scope=\"row\">");
    put_name(page, names, label);
    text_append(page, "</th>");
    for (size_t k = 0; k < json_array_size(counts); k++) {
        const double count = count_at(counts, label, k);

        put_cell(page, count, sum > 0 ? count / sum : 0, k == label);
    }
    text_append(page, "</tr>\n");
}

static void put_heads(struct text_buffer *page, const json_t *counts, const json_t *names)
{
    text_append(page, "<thead><tr><td class=\"corner\">prediction \xe2\x86\x92<br>"
                      "label \xe2\x86\x93</td>");
    for (size_t k = 0; k < json_array_size(counts); k++) {
        text_append(page, "<th scope=\"col\" class=\"n\">");
        put_name(page, names, k);
        text_append(page, "</th>");
    }
    text_append(page, "</tr></thead><tbody>\n");
}

void plot_matrix(struct text_buffer *page, const char *title, const json_t *counts,
                 const json_t *names)
{
    const double right = right_of_all(counts);

    if (!is_drawn(counts) || !isfinite(right)) {
        return;
    }
    text_append(page, "<figure class=\"scroll fit\" tabindex=\"0\"><figcaption><b>");
    html_text(page, title);
    text_append(page, "</b> ");
    number_percent(page, right);
    text_append(page, " right</figcaption><table class=\"matrix\">");
    put_heads(page, counts, names);
    for (size_t i = 0; i < json_array_size(counts); i++) {
        put_row(page, counts, names, i);
    }
    text_append(page, "</tbody></table></figure>\n");
}
