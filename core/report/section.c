/* SPDX-License-Identifier: Apache-2.0 */
/* How a part of the page opens and closes. */
#include "report/section.h"

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
