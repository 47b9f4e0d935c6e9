/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a split is read from. */
#ifndef MPCF_TABLE_FILES_H
#define MPCF_TABLE_FILES_H

#include "table_options.h"

#define TABLE_PATH 4096

struct table_file {
    char path[TABLE_PATH];
    bool is_shared; /* both splits are in it: a share of its rows is one's */
};

/* PATH: as the pipeline file has it, a folder or a file. */
mpcf_status table_file_of(const struct table_config *c, const char *path, bool is_train,
                          struct table_file *file, mpcf_error *err);

#endif
