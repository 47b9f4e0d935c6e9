/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where time and bytes went, and the curves: each part of the page appears only where the tree has
 * what it shows.
 */
#ifndef MPCF_REPORT_SECTION_COST_H
#define MPCF_REPORT_SECTION_COST_H

#include <jansson.h>

#include "base/text.h"

void section_functions(struct text_buffer *page, const json_t *root);
void section_losses(struct text_buffer *page, const json_t *root);

#endif
