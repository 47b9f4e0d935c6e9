/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the page; each appears only where the tree has what it shows.
 */
#ifndef MPCF_REPORT_SECTIONS_H
#define MPCF_REPORT_SECTIONS_H

#include <jansson.h>

#include "base/text.h"

/* <h2>TITLE</h2> and what follows it; several calls make one page. */
void section_begin(struct text_buffer *page, const char *title);
void section_end(struct text_buffer *page);

void section_summary(struct text_buffer *page, const json_t *root);
void section_metrics(struct text_buffer *page, const json_t *root);
void section_secure(struct text_buffer *page, const json_t *root);
void section_functions(struct text_buffer *page, const json_t *root);
void section_losses(struct text_buffer *page, const json_t *root);
void section_privacy(struct text_buffer *page, const json_t *root);
void section_settings(struct text_buffer *page, const json_t *root);
void section_plugins(struct text_buffer *page, const json_t *root);

#endif
