/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a file and finds its columns. */
#ifndef MPCF_TABLE_COLUMNS_H
#define MPCF_TABLE_COLUMNS_H

#include <mpcf/table.h>

#include "table_options.h"

struct table_columns {
    mpcf_table *table;           /* mpcf_table_close() */
    int32_t text, text_b, label; /* -1: none */
};

mpcf_status table_columns_open(const struct table_config *c, const char *path,
                               struct table_columns *out, mpcf_error *err);

#endif
