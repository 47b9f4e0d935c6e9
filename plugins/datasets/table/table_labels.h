/* SPDX-License-Identifier: Apache-2.0 */
/* From a cell to a class or a score; and what to write where nobody said which labels there are. */
#ifndef MPCF_TABLE_LABELS_H
#define MPCF_TABLE_LABELS_H

#include "table_columns.h"

/* Whether the options say what labels there are. */
bool table_knows_labels(const struct table_config *c);
/* *VALUE of CELL; false: it is none of the labels. */
bool table_label_of(const struct table_config *c, const char *cell, double *value);
/* The same as an error that says where, and the nearest label; a cell that may be a text is not shown. */
mpcf_status table_read_label(const struct table_config *c, mpcf_table *table, const char *cell,
                             double *value, mpcf_error *err);

#define TABLE_ADVICE 1024
/* The distinct labels in the file PATH and the line to write for them, into OUT; "" where they cannot be told. */
void table_labels_advice(const struct table_config *c, const char *path, char out[TABLE_ADVICE]);

#endif
