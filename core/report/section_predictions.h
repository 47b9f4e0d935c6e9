/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was predicted of what: a matrix of classes, or scores beside labels.
 */
#ifndef MPCF_REPORT_SECTION_PREDICTIONS_H
#define MPCF_REPORT_SECTION_PREDICTIONS_H

#include <jansson.h>

#include "base/text.h"

void section_predictions(struct text_buffer *page, const json_t *root);

#endif
