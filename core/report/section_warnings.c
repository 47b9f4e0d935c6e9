/* SPDX-License-Identifier: Apache-2.0 */
/* A paragraph for each warning, before any number that it may be about. */
#include "report/section_warnings.h"

#include "report/html.h"
#include "report/report_tree.h"

void section_warnings(struct text_buffer *page, const json_t *root)
{
    const json_t *list = report_get(root, "warnings");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(list, i), "text"));

        if (text != NULL) {
            text_append(page, "<p class=\"warn\">");
            html_text(page, text);
            text_append(page, "</p>\n");
        }
    }
}
