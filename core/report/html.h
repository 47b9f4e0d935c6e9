/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and values of a report as they stand in a page; everything is escaped here.
 */
#ifndef MPCF_REPORT_HTML_H
#define MPCF_REPORT_HTML_H

#include <jansson.h>

#include "base/text.h"
#include "report/number.h"

/* TEXT for content and quoted attributes: & < > " ' escaped, control characters as spaces. */
void html_text(struct text_buffer *page, const char *text);
/* The same; behind SEPARATOR a line may end. */
void html_path(struct text_buffer *page, const char *text, char separator);
/* A number, text, true ("yes"), false, or a list of them; a dash for null, "..." for what is deeper. */
void html_value(struct text_buffer *page, const json_t *value, enum number_unit unit);
/* As something that was set: numbers with all that was said of them. */
void html_setting(struct text_buffer *page, const json_t *value);

/* The last word of PATH, slashes behind it left out. */
void html_file_name(struct text_buffer *page, const char *path);
/* "2026-11-28T20:01:02Z" as "28 November 2026, 20:01 UTC"; another text as it is. */
void html_time(struct text_buffer *page, const char *time);

/* Cells: a number (a dash where VALUE is not finite), and the head of a row. */
void html_number_cell(struct text_buffer *page, double value, enum number_unit unit);
void html_row_head(struct text_buffer *page, const char *text);

#endif
