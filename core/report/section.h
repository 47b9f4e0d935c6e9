/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of the page: its heading, and where it ends; tables that may be wider than the screen.
 */
#ifndef MPCF_REPORT_SECTION_H
#define MPCF_REPORT_SECTION_H

#include "base/text.h"

/* <h2>TITLE</h2> and what follows it; several calls make one page. TITLE is ours, and names the place
 * in the page, too. */
void section_begin(struct text_buffer *page, const char *title);
void section_end(struct text_buffer *page);
/* A paragraph that explains; TEXT is ours and may have tags. */
void section_note(struct text_buffer *page, const char *text);

/* A table of CLASS that can be scrolled alone, by keys too; HEADS are the COUNT names of its columns, the
 * first to the left, the others above numbers where CLASS has "numbers". CAPTION is read out, not shown. */
void section_table_begin(struct text_buffer *page, const char *class, const char *caption,
                         const char *const *heads, size_t count);
void section_table_end(struct text_buffer *page);

#endif
