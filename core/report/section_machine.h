/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it ran on, and which plug-ins.
 */
#ifndef MPCF_REPORT_SECTION_MACHINE_H
#define MPCF_REPORT_SECTION_MACHINE_H

#include <jansson.h>

#include "base/text.h"

void section_machine(struct text_buffer *page, const json_t *root);
void section_plugins(struct text_buffer *page, const json_t *root);

#endif
