/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of the page: its heading, and where it ends.
 */
#ifndef MPCF_REPORT_SECTION_H
#define MPCF_REPORT_SECTION_H

#include "base/text.h"

/* <h2>TITLE</h2> and what follows it; several calls make one page. */
void section_begin(struct text_buffer *page, const char *title);
void section_end(struct text_buffer *page);

#endif
