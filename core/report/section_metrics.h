/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact beside approximated: the metrics of every network, how sure they are, and what each step cost.
 */
#ifndef MPCF_REPORT_SECTION_METRICS_H
#define MPCF_REPORT_SECTION_METRICS_H

#include <jansson.h>

#include "base/text.h"

void section_metrics(struct text_buffer *page, const json_t *root);

#endif
