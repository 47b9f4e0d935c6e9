/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a row, lines of a file, and how what is broken is said: where, and never what. */
#include "format/table_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* --- A row --- */

static void grow(struct table_row *row, size_t length)
{
    size_t capacity = row->capacity == 0 ? 4096 : row->capacity;
    char *grown;

    while (capacity - row->length < length) {
        capacity *= 2;
    }
    if (capacity == row->capacity) {
        return;
    }
    grown = mpcf_grow_array(row->bytes, row->capacity, capacity, 1);
    row->failed = row->failed || grown == NULL;
    if (grown != NULL) {
        row->bytes = grown;
        row->capacity = capacity;
    }
}

static void add_start(struct table_row *row, size_t start)
{
    if (row->count == row->room && !row->failed) {
        const size_t room = row->room == 0 ? 32 : 2 * row->room;
        size_t *grown = mpcf_grow_array(row->starts, row->room, room, sizeof *grown);

        row->failed = grown == NULL;
        if (grown != NULL) {
            row->starts = grown;
            row->room = room;
        }
    }
    if (!row->failed) {
        row->starts[row->count++] = start;
    }
}

void table_row_begin(struct table_row *row)
{
    row->length = row->count = 0;
    row->failed = false;
}

void table_row_add(struct table_row *row, const void *data, size_t length)
{
    const size_t start = row->length;

    grow(row, length + 1);
    if (!row->failed) {
        memcpy(row->bytes + start, data, length);
        row->bytes[start + length] = '\0';
        row->length += length + 1;
    }
    add_start(row, start);
}

void table_row_add_missing(struct table_row *row)
{
    add_start(row, TABLE_CELL_MISSING);
}

void table_row_clear(struct table_row *row)
{
    if (row->bytes != NULL) {
        mpcf_wipe(row->bytes, row->capacity);
    }
    mpcf_free(row->bytes);
    mpcf_free(row->starts);
    *row = (struct table_row){0};
}

/* --- Messages --- */

const char *mpcf_table_where(mpcf_table *table)
{
    mpcf_free(table->where);
    table->where = mpcf_format("%s:%llu", table->name, (unsigned long long) table->line_number);
    return table->where != NULL ? table->where : table->name;
}

mpcf_status table_broken_at(mpcf_table *t, mpcf_error *err, const char *format, ...)
{
    char words[512];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: %s", mpcf_table_where(t), words);
}

mpcf_status table_row_too_long(mpcf_table *t, mpcf_error *err)
{
    return table_broken(t, err, "the row is longer than %zu bytes%s", MPCF_LINE_LIMIT,
                        t->csv != NULL && t->has_quotes ? "; is a quote never closed?" : "");
}

mpcf_status table_check_text(mpcf_table *t, const char *text, size_t length, const char *what,
                             mpcf_error *err)
{
    const size_t good = text_utf8_valid(text, length);

    if (good < length) {
        return table_broken(t, err,
                            "%s: byte %zu is not UTF-8; a file in another encoding is written anew "
                            "as in: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
                            what, good + 1);
    }
    return memchr(text, 0, length) == NULL ? MPCF_OK
                                           : table_broken(t, err, "%s: holds a zero byte", what);
}

/* --- Lines --- */

void table_count_byte(mpcf_table *t, unsigned char byte)
{
    if (byte == '\r' || (byte == '\n' && !t->after_return)) {
        t->next_line++;
    }
    t->after_return = byte == '\r';
}

static bool ends_line(unsigned char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Bytes up to the end of the line, of which at most LIMIT are added to LINE (NULL: none). *ENDED: there was
 * an end, or the file ended. */
static mpcf_status take_rest(mpcf_table *t, struct text_buffer *line, bool *any, mpcf_error *err)
{
    struct row_bytes *b = &t->bytes;
    bool ended = false;

    for (*any = false; !ended;) {
        const unsigned char *begin = NULL;

        MPCF_TRY(row_bytes_more(b, err));
        if (b->at == b->end) {
            return MPCF_OK;
        }
        *any = true;
        for (begin = b->at; b->at < b->end && !ends_line(*b->at); b->at++) {
        }
        if (line != NULL && line->length <= MPCF_LINE_LIMIT) {
            text_append_bytes(line, begin, (size_t) (b->at - begin));
        }
        ended = b->at < b->end;
        if (b->at > begin) {
            t->after_return = false;
        }
        if (ended) {
            table_count_byte(t, *b->at++);
        }
    }
    return MPCF_OK;
}

mpcf_status table_skip_line(mpcf_table *t, mpcf_error *err)
{
    bool any = false;

    return take_rest(t, NULL, &any, err);
}

static bool is_blank(const char *text, size_t length)
{
    return strspn(text, " \t") >= length;
}

/* The "\n" of a "\r\n" is left of the line before. */
static mpcf_status drop_newline(mpcf_table *t, mpcf_error *err)
{
    MPCF_TRY(row_bytes_more(&t->bytes, err));
    if (t->after_return && t->bytes.at < t->bytes.end && *t->bytes.at == '\n') {
        table_count_byte(t, *t->bytes.at++);
    }
    return MPCF_OK;
}

static mpcf_status check_line(mpcf_table *t, const struct text_buffer *line, mpcf_error *err)
{
    if (line->length > MPCF_LINE_LIMIT) {
        return table_row_too_long(t, err);
    }
    return table_check_text(t, text_string(line), line->length, "the line", err);
}

mpcf_status table_read_line(mpcf_table *t, bool *more, mpcf_error *err)
{
    struct text_buffer line = {0};
    mpcf_status status = MPCF_OK;

    for (*more = true; *more && status == MPCF_OK && is_blank(text_string(&line), line.length);) {
        line.length = 0;
        status = drop_newline(t, err);
        t->line_number = t->next_line;
        if (status == MPCF_OK) {
            status = take_rest(t, &line, more, err);
        }
        if (status == MPCF_OK && line.failed) {
            status = mpcf_fail_memory(err, line.length, "a line");
        }
    }
    if (status == MPCF_OK && *more) {
        table_row_begin(&t->line);
        table_row_add(&t->line, text_string(&line), line.length);
        t->rows++;
        status = t->line.failed ? mpcf_fail_memory(err, line.length, "a line")
                                : check_line(t, &line, err);
    }
    text_clear(&line);
    return status;
}
