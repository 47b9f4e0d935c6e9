/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/table.h - helpers of dataset readers: rows of CSV, TSV, JSON Lines and plain text, each of them
 * gzipped or not.
 *
 * CSV and TSV are read as pandas reads them: a quoted cell may hold delimiters and ends of lines, two
 * quotes in it are one; a line ends with "\n", "\r\n" or "\r"; blank lines are left out, and so is a
 * byte order mark; a row may lack cells at its end. What pandas would take for missing ("NA", "") is
 * text here. Bytes that are not UTF-8, zero bytes, rows beyond the limit, more cells than there are
 * columns, text behind a closing quote, a quote that never ends are refused with file and line.
 *
 * One row is in memory at a time. An object is used from one thread at a time, different ones at once.
 */
#ifndef MPCF_TABLE_H
#define MPCF_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>
#include <mpcf/tsv.h>

MPCF_BEGIN_DECLS

#define MPCF_TABLE_COLUMNS 4096 /* at most */

typedef enum mpcf_table_form {
    MPCF_TABLE_BY_NAME =
        0, /* .csv; .tsv, .tab; .jsonl, .ndjson, .json; .txt; each with .gz or not */
    MPCF_TABLE_CSV,
    MPCF_TABLE_TSV,
    MPCF_TABLE_JSON_LINES, /* an object a line; its columns are the keys of the first */
    MPCF_TABLE_TEXT        /* a text a line, of one column "text" */
} mpcf_table_form;

/* What is 0 is as it stands first. */
typedef struct mpcf_table_request {
    size_t struct_size; /* sizeof(mpcf_table_request) */
    int32_t form;       /* enum mpcf_table_form */
    int32_t no_header;  /* 1: the first row of CSV or TSV is no line of column names */
    int32_t delimiter;  /* ASCII; 0: a comma in CSV, a tab in TSV */
    int32_t no_quotes;  /* 1: a quote is a byte like others */
    const void *data; /* instead of the file: LENGTH bytes, not gzipped, that outlive the object */
    size_t length;
} mpcf_table_request;

typedef struct mpcf_table mpcf_table;

/* *OUT ends with mpcf_table_close(), and is not set on failure. MPCF_E_IO: cannot be read, damaged
 * gzip; MPCF_E_FORMAT: no rows, a file of another kind, which is named with what to do;
 * MPCF_E_CONFIG: a name whose ending says no form. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_table_open(const char *path,
                                                        const mpcf_table_request *request,
                                                        mpcf_table **out, mpcf_error *err);
MPCF_EXPORT void mpcf_table_close(mpcf_table *table); /* NULL is fine */

/* Columns: as many as there are names, or cells in the first row. */
MPCF_EXPORT size_t mpcf_table_width(const mpcf_table *table);
/* Name of a column, from 0; NULL where there are no names. Lives as long as TABLE. */
MPCF_EXPORT const char *mpcf_table_column_name(const mpcf_table *table, size_t column);
/* Number of the column NAME, from 0; -1: none. Of several of one name the first. */
MPCF_EXPORT int32_t mpcf_table_column(const mpcf_table *table, const char *name);
/* As above; a missing one is MPCF_E_FORMAT with the nearest that is there. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_table_require(const mpcf_table *table,
                                                           const char *name, int32_t *column,
                                                           mpcf_error *err);

/* *FIELDS: mpcf_table_width() strings, valid until the next call; NULL for a cell that the row lacks,
 * and for one of JSON that is null, a list or an object. At the end *FIELDS is NULL.
 * MPCF_E_FORMAT is a broken row: the next call goes on with the row behind it. After any other
 * error the table may only be rewound or closed. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_table_next(mpcf_table *table,
                                                        const char *const **fields,
                                                        mpcf_error *err);
/* Back to the first row. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_table_rewind(mpcf_table *table, mpcf_error *err);
/* Where the row read last begins: "reviews.csv:17", for messages; valid until the next call. */
MPCF_EXPORT const char *mpcf_table_where(mpcf_table *table);
/* Rows since the last rewind, broken ones among them, without column names and blank lines. */
MPCF_EXPORT uint64_t mpcf_table_rows(const mpcf_table *table);

MPCF_END_DECLS
#endif
