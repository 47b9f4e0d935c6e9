/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a table, and how their rows are divided.
 */
#ifndef MPCF_DRAFT_TABLE_DATA_H
#define MPCF_DRAFT_TABLE_DATA_H

#include <mpcf/table.h>

#include "draft/sketch.h"

struct table_data {
    const char
        *files[2]; /* of training rows, and of those that are judged; one where it has both */
    size_t count;
    mpcf_table_request request; /* without no_header */
};

/* S's data as a table: its files, as reader table finds them, and the delimiter, which is added to S's options
 * where it is not the usual one. A folder whose only table has another name becomes that file in S. */
mpcf_status table_data_find(struct sketch *s, struct table_data *out, mpcf_error *err);

#endif
