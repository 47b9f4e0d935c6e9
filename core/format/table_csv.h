/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of CSV and TSV, by libcsv.
 */
#ifndef MPCF_FORMAT_TABLE_CSV_H
#define MPCF_FORMAT_TABLE_CSV_H

#include "format/table_rows.h"

/* T->CSV, or NULL: memory. */
struct table_csv *table_csv_create(const mpcf_table *t);
void table_csv_destroy(struct table_csv *csv); /* NULL is fine */
/* Forgets a row that was begun. */
void table_csv_restart(struct table_csv *csv);
/* The next row that is not blank into T->ROW; *MORE is false at the end. */
mpcf_status table_csv_row(mpcf_table *t, bool *more, mpcf_error *err);

#endif
