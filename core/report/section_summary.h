/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures that one looks for first.
 */
#ifndef MPCF_REPORT_SECTION_SUMMARY_H
#define MPCF_REPORT_SECTION_SUMMARY_H

#include <jansson.h>

#include "base/text.h"

void section_summary(struct text_buffer *page, const json_t *root);

#endif
