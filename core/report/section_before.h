/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs from the run before in the same folder.
 */
#ifndef MPCF_REPORT_SECTION_BEFORE_H
#define MPCF_REPORT_SECTION_BEFORE_H

#include <jansson.h>

#include "base/text.h"

void section_before(struct text_buffer *page, const json_t *root);

#endif
