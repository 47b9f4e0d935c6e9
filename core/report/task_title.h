/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run was about, in a line.
 */
#ifndef MPCF_REPORT_TASK_TITLE_H
#define MPCF_REPORT_TASK_TITLE_H

#include <jansson.h>

#include "base/text.h"

/* "SST-2: sentiment with minilm-l6-h384", as far as the tree says; escaped. */
void task_title(struct text_buffer *page, const json_t *root);

#endif
