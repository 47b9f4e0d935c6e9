/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came out: each part of the page appears only where the tree has what it shows.
 */
#ifndef MPCF_REPORT_SECTION_RESULTS_H
#define MPCF_REPORT_SECTION_RESULTS_H

#include <jansson.h>

#include "base/text.h"

void section_summary(struct text_buffer *page, const json_t *root);
void section_metrics(struct text_buffer *page, const json_t *root);
void section_secure(struct text_buffer *page, const json_t *root);

#endif
