/* SPDX-License-Identifier: Apache-2.0 */
/* Notes and tables of the parts of the page. */
#include "report/section.h"

#include <string.h>

#include "report/html.h"

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
