/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How training went: metrics by epoch, losses, how long it took.
 */
#ifndef MPCF_REPORT_SECTION_TRAINING_H
#define MPCF_REPORT_SECTION_TRAINING_H

#include <jansson.h>

#include "base/text.h"

void section_training(struct text_buffer *page, const json_t *root);

#endif
