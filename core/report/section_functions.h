/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where time and bytes of an example go (the breakdown of MPCFormer's figure 2).
 */
#ifndef MPCF_REPORT_SECTION_FUNCTIONS_H
#define MPCF_REPORT_SECTION_FUNCTIONS_H

#include <jansson.h>

#include "base/text.h"

void section_functions(struct text_buffer *page, const json_t *root);

#endif
