/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of JSON Lines.
 */
#ifndef MPCF_FORMAT_TABLE_JSON_H
#define MPCF_FORMAT_TABLE_JSON_H

#include "format/table_rows.h"

/* The next row into T->ROW; *MORE is false at the end. */
mpcf_status table_json_row(mpcf_table *t, bool *more, mpcf_error *err);
/* Keys of the first object, into T->NAMES. */
mpcf_status table_json_names(mpcf_table *t, mpcf_error *err);

#endif
