/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that shows a report to a person.
 */
#ifndef MPCF_REPORT_PAGE_H
#define MPCF_REPORT_PAGE_H

#include <jansson.h>
#include <mpcf/error.h>

#include "base/text.h"

/* The page alone, appended to PAGE; MPCF_E_NOMEM where it failed. */
mpcf_status report_render(const json_t *root, struct text_buffer *page, mpcf_error *err);

#endif
