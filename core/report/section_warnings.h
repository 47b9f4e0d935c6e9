/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the run warned of.
 */
#ifndef MPCF_REPORT_SECTION_WARNINGS_H
#define MPCF_REPORT_SECTION_WARNINGS_H

#include <jansson.h>

#include "base/text.h"

void section_warnings(struct text_buffer *page, const json_t *root);

#endif
