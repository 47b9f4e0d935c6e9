/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the forms of tables share: the row being read, and the lines it is read from.
 */
#ifndef MPCF_FORMAT_TABLE_ROWS_H
#define MPCF_FORMAT_TABLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/table.h>

#include "format/row_bytes.h"

/* Bytes of cells with a zero behind each, and where each begins. */
struct table_row {
    char *bytes;
    size_t length, capacity;
    size_t *starts; /* TABLE_CELL_MISSING: there is none */
    size_t count, room;
    bool failed; /* memory */
};
#define TABLE_CELL_MISSING SIZE_MAX

void table_row_begin(struct table_row *row); /* empty again */
void table_row_add(struct table_row *row, const void *data, size_t length);
void table_row_add_missing(struct table_row *row);
void table_row_clear(struct table_row *row);

struct table_csv; /* table_csv.h */

struct mpcf_table {
    struct row_bytes bytes;
    char *name;
    int32_t form; /* none by name */
    bool has_names, has_quotes;
    char delimiter;
    struct table_csv *csv;  /* CSV and TSV */
    struct table_row line;  /* others: one cell, the line */
    struct table_row row;   /* read last */
    struct table_row names; /* of the columns */
    const char **name_of, **fields;
    size_t width;
    uint64_t next_line; /* of the byte that comes next, from 1 */
    uint64_t line_number, rows;
    bool after_return; /* the byte before was "\r": "\n" ends no other line */
    char *where;
};

/* A broken row, with file and line in front. */
#define table_broken(t, err, ...) table_broken_at((t), (err), __VA_ARGS__)
mpcf_status table_broken_at(mpcf_table *t, mpcf_error *err, const char *format, ...)
    MPCF_PRINTF(3, 4);
mpcf_status table_row_too_long(mpcf_table *t, mpcf_error *err);
/* LENGTH bytes at TEXT as UTF-8 without a zero; WHAT ("line", "column 2") is for the message. */
mpcf_status table_check_text(mpcf_table *t, const char *text, size_t length, const char *what,
                             mpcf_error *err);
/* BYTE was taken: counts lines. */
void table_count_byte(mpcf_table *t, unsigned char byte);
/* The next line that is not blank, without its end, into T->LINE; *MORE is false at the end. */
mpcf_status table_read_line(mpcf_table *t, bool *more, mpcf_error *err);
/* What is left of the line that is being read: to go on behind a broken row. */
mpcf_status table_skip_line(mpcf_table *t, mpcf_error *err);

#endif
