/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and numbers as they stand in a page; everything is escaped here.
 */
#ifndef MPCF_REPORT_HTML_H
#define MPCF_REPORT_HTML_H

#include <jansson.h>

#include "base/text.h"

/* TEXT for content and quoted attributes: & < > " ' escaped, control characters as spaces. */
void html_text(struct text_buffer *page, const char *text);
/* Four significant digits, thousands apart: "0.9083", "12,345", "1.2e-07". */
void html_real(struct text_buffer *page, double value);
void html_count(struct text_buffer *page, double value);      /* whole, thousands apart */
void html_bytes(struct text_buffer *page, double bytes);      /* "1.23 MB", decimal units */
void html_seconds(struct text_buffer *page, double seconds);  /* "812 ms", "1.23 s", "4 min 5 s" */
void html_percent(struct text_buffer *page, double fraction); /* "98.4 %" */

/* How a number is shown. */
enum html_unit { UNIT_PLAIN, UNIT_BYTES, UNIT_SECONDS, UNIT_PERCENT };
void html_number(struct text_buffer *page, double value, enum html_unit unit);
/* A number, text, true, false, or a list of them; "-" for null, "..." for what is deeper. */
void html_value(struct text_buffer *page, const json_t *value, enum html_unit unit);

#endif
