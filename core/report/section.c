/* SPDX-License-Identifier: Apache-2.0 */
/* How a part of the page opens and closes, and its tables. */
#include "report/section.h"

#include <string.h>

#include "report/html.h"

void section_begin(struct text_buffer *page, const char *title)
{
    text_append(page, "<section><h2>");
    html_text(page, title);
    text_append(page, "</h2>\n");
}

void section_end(struct text_buffer *page)
{
    text_append(page, "</section>\n");
}

void section_note(struct text_buffer *page, const char *text)
{
    text_printf(page, "<p class=\"note\">%s</p>\n", text);
}

void section_table_begin(struct text_buffer *page, const char *class, const char *caption,
                         const char *const *heads, size_t count)
{
    const bool has_numbers = strstr(class, "numbers") != NULL;

    text_printf(page,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
                "<table class=\"%s\"><caption>%s</caption><thead><tr>",
                caption, class, caption);
    for (size_t i = 0; i < count; i++) {
        text_printf(page, "<th scope=\"col\"%s>%s</th>", has_numbers && i > 0 ? " class=\"n\"" : "",
                    heads[i]);
    }
    text_append(page, "</tr></thead><tbody>\n");
}

void section_table_end(struct text_buffer *page)
{
    text_append(page, "</tbody></table></div>\n");
}
