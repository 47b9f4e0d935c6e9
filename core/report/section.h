/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the page are made of: notes, and tables that may be wider than the screen.
 *
 * A part is a file section_NAME.c. It writes what the tree has for it, or nothing; its heading is page.c's.
 */
#ifndef MPCF_REPORT_SECTION_H
#define MPCF_REPORT_SECTION_H

#include "base/text.h"

/* A paragraph that explains; TEXT is ours and may have tags. */
void section_note(struct text_buffer *page, const char *text);

/* A table of CLASS that can be scrolled alone, by keys too; HEADS are the COUNT names of its columns, the
 * first to the left, the others above numbers where CLASS has "numbers". CAPTION is read out, not shown. */
void section_table_begin(struct text_buffer *page, const char *class, const char *caption,
                         const char *const *heads, size_t count);
void section_table_end(struct text_buffer *page);

#endif
