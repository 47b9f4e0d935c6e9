/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline as it was run.
 */
#ifndef MPCF_REPORT_SECTION_SETTINGS_H
#define MPCF_REPORT_SECTION_SETTINGS_H

#include <jansson.h>

#include "base/text.h"

void section_settings(struct text_buffer *page, const json_t *root);

#endif
