/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an example costs, when it is paid, and how long it takes on other networks.
 */
#ifndef MPCF_REPORT_SECTION_COST_H
#define MPCF_REPORT_SECTION_COST_H

#include <jansson.h>

#include "base/text.h"

void section_cost(struct text_buffer *page, const json_t *root);
void section_links(struct text_buffer *page, const json_t *root);
/* What a role that was started by itself sent and received. */
void section_own_links(struct text_buffer *page, const json_t *root);

#endif
