/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who learned what.
 */
#ifndef MPCF_REPORT_SECTION_PRIVACY_H
#define MPCF_REPORT_SECTION_PRIVACY_H

#include <jansson.h>

#include "base/text.h"

void section_privacy(struct text_buffer *page, const json_t *root);

#endif
