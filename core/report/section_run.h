/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How it was run: each part of the page appears only where the tree has what it shows.
 */
#ifndef MPCF_REPORT_SECTION_RUN_H
#define MPCF_REPORT_SECTION_RUN_H

#include <jansson.h>

#include "base/text.h"

void section_privacy(struct text_buffer *page, const json_t *root);
void section_settings(struct text_buffer *page, const json_t *root);
void section_plugins(struct text_buffer *page, const json_t *root);

#endif
