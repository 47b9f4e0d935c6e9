/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a tab-separated file one by one, as <mpcf/tsv.h> gives them to readers of datasets:
 * checked to be UTF-8, with limits, and errors that name file and line.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <mpcf/tsv.h>

#include "base/folder.h"
#include "base/lfs_pointer.h"
#include "base/memory.h"
#include "base/text.h"

#define COLUMN_LIMIT 256
#define MARK         "\xef\xbb\xbf" /* of byte order */

struct mpcf_tsv {
    FILE *file;
    const char *bytes; /* instead of FILE */
    size_t byte_count, byte_at;
    char *name;
    char *line; /* the row's bytes */
    size_t line_capacity;
    char *header;
    const char *columns[COLUMN_LIMIT + 1]; /* into HEADER; NULL ends */
    const char *fields[COLUMN_LIMIT + 1];  /* into LINE */
    size_t column_count;
    uint64_t line_number, rows;
    bool has_names;   /* in the first line */
    size_t first_row; /* offset of the first row */
    size_t not_blank; /* the byte before this offset ends no line */
    char *where;
};

static int next_byte(mpcf_tsv *t)
{
    if (t->file != NULL) {
        return getc_unlocked(t->file);
    }
    return t->byte_at < t->byte_count ? (unsigned char) t->bytes[t->byte_at++] : EOF;
}

static mpcf_status tell(const mpcf_tsv *t, size_t *at, mpcf_error *err)
{
    const long offset = t->file != NULL ? ftell(t->file) : 0;

    if (offset < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", t->name, strerror(errno));
    }
    *at = t->file != NULL ? (size_t) offset : t->byte_at;
    return MPCF_OK;
}

static mpcf_status seek(mpcf_tsv *t, size_t at, mpcf_error *err)
{
    if (t->file != NULL && fseek(t->file, (long) at, SEEK_SET) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot go back in '%s': %s", t->name, strerror(errno));
    }
    t->byte_at = at;
    return MPCF_OK;
}

static bool is_text(const char *text, size_t length)
{
    return text_utf8_valid(text, length) == length && memchr(text, 0, length) == NULL;
}

static mpcf_status refuse_text(const char *where, const char *text, size_t length, mpcf_error *err)
{
    size_t good = text_utf8_valid(text, length);

    if (good < length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: byte %zu is not UTF-8", where, good + 1);
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: holds a zero byte", where);
}

/* Room for twice as many bytes and the zero behind them. */
static mpcf_status grow_line(mpcf_tsv *t, mpcf_error *err)
{
    size_t capacity = t->line_capacity == 0 ? 4096 : 2 * t->line_capacity;
    char *grown = mpcf_grow_array(t->line, t->line_capacity, capacity, 1);

    if (grown == NULL) {
        return mpcf_fail_memory(err, capacity, "a line");
    }
    t->line = grown;
    t->line_capacity = capacity;
    return MPCF_OK;
}

/* To the end of the line that BYTE is of: the next one can still be read. */
static void pass_line(mpcf_tsv *t, int byte)
{
    while (byte != EOF && byte != '\n') {
        byte = next_byte(t);
    }
}

/* One line without its end; *MORE is false at the end of the file. */
static mpcf_status read_line(mpcf_tsv *t, size_t *length, bool *more, mpcf_error *err)
{
    size_t n = 0;
    int byte = next_byte(t);

    *more = byte != EOF;
    t->line_number++;
    for (; byte != EOF && byte != '\n'; byte = next_byte(t)) {
        if (n == MPCF_LINE_LIMIT) {
            pass_line(t, byte);
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: line is longer than %zu bytes",
                             mpcf_tsv_where(t), MPCF_LINE_LIMIT);
        }
        if (n + 1 == t->line_capacity) {
            MPCF_TRY(grow_line(t, err));
        }
        t->line[n++] = (char) byte;
    }
    if (t->file != NULL && ferror(t->file) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", t->name, strerror(errno));
    }
    if (n > 0 && t->line[n - 1] == '\r') {
        n--;
    }
    t->line[n] = '\0';
    *length = n;
    return is_text(t->line, n) ? MPCF_OK : refuse_text(mpcf_tsv_where(t), t->line, n, err);
}

/* Cuts LINE at its tabs; the number of fields, counted on where FIELDS is full. */
static size_t cut_fields(char *line, const char **fields)
{
    size_t count = 0;

    for (char *at = line; at != NULL;) {
        char *tab = strchr(at, '\t');

        if (count < COLUMN_LIMIT) {
            fields[count] = at;
        }
        count++;
        if (tab != NULL) {
            *tab++ = '\0';
        }
        at = tab;
    }
    return count;
}

static mpcf_status read_header(mpcf_tsv *t, mpcf_error *err)
{
    size_t length = 0;
    bool more = false;

    MPCF_TRY(read_line(t, &length, &more, err));
    if (!more) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: empty, expected a line of column names", t->name);
    }
    t->header = mpcf_strdup(text_starts_with(t->line, MARK) ? t->line + strlen(MARK) : t->line);
    if (t->header == NULL) {
        return mpcf_fail_memory(err, length, "column names");
    }
    MPCF_TRY(lfs_pointer_check(t->name, t->header, strlen(t->header), err));
    t->column_count = cut_fields(t->header, t->columns);
    if (t->column_count > COLUMN_LIMIT) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %zu columns, expected at most %d",
                         mpcf_tsv_where(t), t->column_count, COLUMN_LIMIT);
    }
    return MPCF_OK;
}

/* *ONLY: nothing but blank lines follows; else the place stays as it was. */
static mpcf_status only_blank_follows(mpcf_tsv *t, bool *only, mpcf_error *err)
{
    size_t at = 0;
    int byte = 0;

    *only = false;
    MPCF_TRY(tell(t, &at, err));
    if (at < t->not_blank) {
        return MPCF_OK; /* many blank lines are looked through once */
    }
    do {
        byte = next_byte(t);
    } while (byte == '\n' || byte == '\r');
    *only = byte == EOF;
    if (*only) {
        return t->file == NULL || ferror(t->file) == 0
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", t->name, strerror(errno));
    }
    MPCF_TRY(tell(t, &t->not_blank, err));
    return seek(t, at, err);
}

/* Remembers where the rows begin; a file without any is refused at once. Of one column a blank line is a row. */
static mpcf_status find_first_row(mpcf_tsv *t, mpcf_error *err)
{
    bool none = false;

    MPCF_TRY(tell(t, &t->first_row, err));
    if (t->column_count > 1) {
        MPCF_TRY(only_blank_follows(t, &none, err));
    } else {
        none = next_byte(t) == EOF;
    }
    if (none) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no rows%s", t->name,
                         t->has_names ? " behind the column names" : "");
    }
    return mpcf_tsv_rewind(t, err);
}

/* A line that is refused is so when its turn comes. */
static mpcf_status pass_mark(mpcf_tsv *t, mpcf_error *err)
{
    size_t length = 0;
    bool more = false, has_mark = false;
    const mpcf_status status = read_line(t, &length, &more, err);

    if (status == MPCF_OK) {
        has_mark = text_starts_with(t->line, MARK);
        MPCF_TRY(lfs_pointer_check(t->name, t->line, length, err));
    } else if (status == MPCF_E_FORMAT) {
        mpcf_error_reset(err);
    } else {
        return status;
    }
    return seek(t, has_mark ? strlen(MARK) : 0, err);
}

static mpcf_status take_names(mpcf_tsv *t, const char *const *names, mpcf_error *err)
{
    while (names[t->column_count] != NULL) {
        if (t->column_count == COLUMN_LIMIT) {
            return mpcf_fail(err, MPCF_E_INVALID, "%s: more than %d columns", t->name,
                             COLUMN_LIMIT);
        }
        t->columns[t->column_count] = names[t->column_count];
        t->column_count++;
    }
    return pass_mark(t, err);
}

/* NAMES NULL: they stand in the first line. */
static mpcf_status start(mpcf_tsv *t, const char *name, const char *const *names, mpcf_error *err)
{
    t->name = mpcf_strdup(name);
    if (t->name == NULL) {
        return mpcf_fail_memory(err, strlen(name), "a name");
    }
    t->has_names = names == NULL;
    MPCF_TRY(grow_line(t, err));
    MPCF_TRY(names != NULL ? take_names(t, names, err) : read_header(t, err));
    return find_first_row(t, err);
}

static mpcf_status finish(mpcf_tsv *t, mpcf_status status, mpcf_tsv **out)
{
    if (status != MPCF_OK) {
        mpcf_tsv_close(t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

mpcf_status mpcf_tsv_open_columns(const char *path, const char *const *names, mpcf_tsv **out,
                                  mpcf_error *err)
{
    mpcf_tsv *t = mpcf_alloc_array(1, sizeof(*t));
    mpcf_status status = MPCF_OK;

    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof(*t), "a TSV reader");
    }
    t->file = fopen(path, "rb");
    if (t->file == NULL) {
        status = mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    } else {
        status = start(t, path, names, err);
    }
    return finish(t, status, out);
}

mpcf_status mpcf_tsv_open(const char *path, mpcf_tsv **out, mpcf_error *err)
{
    return mpcf_tsv_open_columns(path, NULL, out, err);
}

mpcf_status mpcf_tsv_open_memory_columns(const void *data, size_t length, const char *name,
                                         const char *const *names, mpcf_tsv **out, mpcf_error *err)
{
    mpcf_tsv *t = mpcf_alloc_array(1, sizeof(*t));

    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof(*t), "a TSV reader");
    }
    t->bytes = data;
    t->byte_count = length;
    return finish(t, start(t, name, names, err), out);
}

mpcf_status mpcf_tsv_open_memory(const void *data, size_t length, const char *name, mpcf_tsv **out,
                                 mpcf_error *err)
{
    return mpcf_tsv_open_memory_columns(data, length, name, NULL, out, err);
}

void mpcf_tsv_close(mpcf_tsv *tsv)
{
    if (tsv == NULL) {
        return;
    }
    if (tsv->file != NULL) {
        (void) fclose(tsv->file); /* only read */
    }
    mpcf_free(tsv->name);
    mpcf_free(tsv->line);
    mpcf_free(tsv->header);
    mpcf_free(tsv->where);
    mpcf_free(tsv);
}

int32_t mpcf_tsv_column(const mpcf_tsv *tsv, const char *name)
{
    for (size_t i = 0; i < tsv->column_count; i++) {
        if (strcmp(tsv->columns[i], name) == 0) {
            return (int32_t) i;
        }
    }
    return -1;
}

mpcf_status mpcf_tsv_require(const mpcf_tsv *tsv, const char *name, int32_t *column,
                             mpcf_error *err)
{
    int32_t found = mpcf_tsv_column(tsv, name);
    const char *nearest = NULL;

    if (found < 0) {
        nearest = mpcf_nearest_word(name, tsv->columns);
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:1: no column '%s' among %zu%s%s%s", tsv->name,
                         name, tsv->column_count, nearest != NULL ? ", nearest is '" : "",
                         nearest != NULL ? nearest : "", nearest != NULL ? "'" : "");
    }
    *column = found;
    return MPCF_OK;
}

/* A line of a row; *MORE false: there are none left but blank ones. */
static mpcf_status next_line(mpcf_tsv *t, bool *more, mpcf_error *err)
{
    size_t length = 0;
    bool ended = false;

    MPCF_TRY(read_line(t, &length, more, err));
    if (*more && length == 0 && t->column_count > 1) {
        MPCF_TRY(only_blank_follows(t, &ended, err));
        *more = !ended;
    }
    return MPCF_OK;
}

mpcf_status mpcf_tsv_next(mpcf_tsv *tsv, const char *const **fields, mpcf_error *err)
{
    size_t count = 0;
    bool more = false;
    mpcf_status status = next_line(tsv, &more, err);

    tsv->rows += more;
    MPCF_TRY(status);
    if (!more) {
        *fields = NULL;
        return MPCF_OK;
    }
    count = cut_fields(tsv->line, tsv->fields);
    if (count != tsv->column_count) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %zu columns, expected %zu", mpcf_tsv_where(tsv),
                         count, tsv->column_count);
    }
    tsv->fields[count] = NULL;
    *fields = tsv->fields;
    return MPCF_OK;
}

mpcf_status mpcf_tsv_rewind(mpcf_tsv *tsv, mpcf_error *err)
{
    MPCF_TRY(seek(tsv, tsv->first_row, err));
    tsv->line_number = tsv->has_names;
    tsv->rows = 0;
    return MPCF_OK;
}

const char *mpcf_tsv_where(mpcf_tsv *tsv)
{
    mpcf_free(tsv->where);
    tsv->where = mpcf_format("%s:%llu", tsv->name, (unsigned long long) tsv->line_number);
    return tsv->where != NULL ? tsv->where : tsv->name;
}

uint64_t mpcf_tsv_rows(const mpcf_tsv *tsv)
{
    return tsv->rows;
}

mpcf_status mpcf_text_check(const char *text, size_t length, const char *where, mpcf_error *err)
{
    return is_text(text, length) ? MPCF_OK : refuse_text(where, text, length, err);
}

mpcf_status mpcf_text_read(const char *path, char *buffer, mpcf_error *err)
{
    FILE *file = fopen(path, "rb");
    size_t length = 0;
    bool failed = false, longer = false;

    if (file == NULL) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    length = fread(buffer, 1, MPCF_LINE_LIMIT, file);
    longer = length == MPCF_LINE_LIMIT && getc(file) != EOF;
    failed = ferror(file) != 0;
    (void) fclose(file); /* only read */
    buffer[length] = '\0';
    if (failed) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s'", path);
    }
    if (longer) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: longer than %zu bytes", path, MPCF_LINE_LIMIT);
    }
    return mpcf_text_check(buffer, length, path, err);
}

const char *mpcf_nearest_word(const char *word, const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL) {
        count++;
    }
    return text_nearest(word, words, count);
}
