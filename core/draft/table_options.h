/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_DRAFT_TABLE_OPTIONS_H
#define MPCF_DRAFT_TABLE_OPTIONS_H

#include "draft/sketch.h"

/* Which columns are texts and label, and what labels there are, into S, whose reader takes text, label and
 * labels. What the reader says of a file that is no table is passed on. */
mpcf_status draft_table_options(struct sketch *s, mpcf_error *err);

#endif
