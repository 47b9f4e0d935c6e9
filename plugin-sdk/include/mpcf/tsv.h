/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/tsv.h - helpers of dataset readers: TSV rows, one text per file, nearest words.
 *
 * They refuse what a reader would otherwise have to: bytes that are not UTF-8, zero bytes,
 * lines beyond the limit, rows of another width, each with file and line.
 *
 * An object is used from one thread at a time, different ones at once. *OUT ends with
 * mpcf_tsv_close(), and is not set on failure.
 */
#ifndef MPCF_TSV_H
#define MPCF_TSV_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

MPCF_BEGIN_DECLS

#define MPCF_LINE_LIMIT ((size_t) 1 << 20) /* bytes of a line, and of a text file */

typedef struct mpcf_tsv mpcf_tsv;

/* Opens a file whose first line names its columns. Fields are divided by one tab; quotes
 * mean nothing; a byte order mark, "\r\n" and, where there are several columns, blank lines at the
 * end are left out. MPCF_E_IO: cannot be read; MPCF_E_FORMAT: no rows behind the first line. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_open(const char *path, mpcf_tsv **out,
                                                      mpcf_error *err);
/* The same over LENGTH bytes at DATA, which outlive the object; NAME is for messages. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_open_memory(const void *data, size_t length,
                                                             const char *name, mpcf_tsv **out,
                                                             mpcf_error *err);
/* The same of files that begin with a row: their columns are NAMES, which outlive the object and end
 * with NULL; NAMES NULL: as above. Since 0.6. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_open_columns(const char *path,
                                                              const char *const *names,
                                                              mpcf_tsv **out, mpcf_error *err);
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status
mpcf_tsv_open_memory_columns(const void *data, size_t length, const char *name,
                             const char *const *names, mpcf_tsv **out, mpcf_error *err);
MPCF_EXPORT void mpcf_tsv_close(mpcf_tsv *tsv); /* NULL is fine */

/* Number of the column NAME, from 0, or -1. */
MPCF_EXPORT int32_t mpcf_tsv_column(const mpcf_tsv *tsv, const char *name);
/* As above; a missing one is MPCF_E_FORMAT with the nearest column that is there. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_require(const mpcf_tsv *tsv, const char *name,
                                                         int32_t *column, mpcf_error *err);

/* *FIELDS: as many strings as there are columns, then NULL; valid until the next call. At the
 * end *FIELDS is NULL. A refused row is MPCF_E_FORMAT; since 0.6 the next call goes on behind it. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_next(mpcf_tsv *tsv, const char *const **fields,
                                                      mpcf_error *err);
/* Back to the first row. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_tsv_rewind(mpcf_tsv *tsv, mpcf_error *err);
/* Of the row read last: "dev.tsv:17", for messages; valid until the next call. */
MPCF_EXPORT const char *mpcf_tsv_where(mpcf_tsv *tsv);
/* Rows read since the last rewind; a refused one is one. */
MPCF_EXPORT uint64_t mpcf_tsv_rows(const mpcf_tsv *tsv);

/* Reads the file PATH, one text, into BUFFER (MPCF_LINE_LIMIT + 1 bytes) with a zero byte
 * behind it. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_text_read(const char *path, char *buffer,
                                                       mpcf_error *err);

/* MPCF_E_FORMAT, with WHERE in front, where the LENGTH bytes of TEXT are not UTF-8 or hold a zero byte: for readers
 * of files of their own form. Since 0.6. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_text_check(const char *text, size_t length,
                                                        const char *where, mpcf_error *err);

/* The word of WORDS (ends with NULL) that WORD was probably meant to be, one of those pointers, or
 * NULL. */
MPCF_EXPORT const char *mpcf_nearest_word(const char *word, const char *const *words);

MPCF_END_DECLS
#endif
