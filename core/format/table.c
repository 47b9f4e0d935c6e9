/* SPDX-License-Identifier: Apache-2.0 */
/* A table of whatever form, as <mpcf/table.h> gives it to readers of datasets. */
#include <mpcf/table.h>

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "format/table_csv.h"
#include "format/table_json.h"
#include "format/table_rows.h"

enum { SHOWN_NAME = 40 };

/* --- Which form --- */

static const struct {
    const char *ending;
    int32_t form; /* enum mpcf_table_form */
} endings[] = {
    {".csv", MPCF_TABLE_CSV},           {".tsv", MPCF_TABLE_TSV},
    {".tab", MPCF_TABLE_TSV},           {".jsonl", MPCF_TABLE_JSON_LINES},
    {".ndjson", MPCF_TABLE_JSON_LINES}, {".json", MPCF_TABLE_JSON_LINES},
    {".txt", MPCF_TABLE_TEXT},
};

static bool ends_with(const char *name, size_t length, const char *ending)
{
    const size_t tail = strlen(ending);

    return length > tail && strncasecmp(name + length - tail, ending, tail) == 0;
}

static mpcf_status form_of(const char *path, int32_t *form, mpcf_error *err)
{
    size_t length = strlen(path);

    length -= ends_with(path, length, ".gz") ? 3 : 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ends_with(path, length, endings[i].ending)) {
            *form = endings[i].form;
            return MPCF_OK;
        }
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "'%s': the name does not say what is in the file: expected .csv, .tsv, .jsonl "
                     "or .txt, with .gz or not",
                     path);
}

/* --- Names of columns --- */

static mpcf_status set_width(mpcf_table *t, const struct table_row *first, mpcf_error *err)
{
    if (first->count > MPCF_TABLE_COLUMNS) {
        return table_broken(t, err, "%zu columns, expected at most %d", first->count,
                            MPCF_TABLE_COLUMNS);
    }
    t->width = first->count;
    t->fields = mpcf_alloc_array(t->width + 1, sizeof *t->fields);
    t->name_of = mpcf_alloc_array(t->width + 1, sizeof *t->name_of);
    if (t->fields == NULL || t->name_of == NULL) {
        return mpcf_fail_memory(err, t->width * sizeof *t->fields, "columns");
    }
    for (size_t i = 0; t->has_names && i < t->width; i++) {
        t->name_of[i] = t->names.bytes + t->names.starts[i];
    }
    return MPCF_OK;
}

static mpcf_status take_names(mpcf_table *t, mpcf_error *err)
{
    bool more = false;

    MPCF_TRY(table_csv_row(t, &more, err));
    if (!more) {
        return MPCF_OK;
    }
    t->rows = 0;
    t->names = t->row;
    t->row = (struct table_row){0};
    return MPCF_OK;
}

/* The row that says how many columns there are, where there are no names. */
static mpcf_status look_at_first(mpcf_table *t, mpcf_error *err)
{
    bool more = false;

    MPCF_TRY(table_csv_row(t, &more, err));
    return more ? set_width(t, &t->row, err) : MPCF_OK;
}

static mpcf_status find_columns(mpcf_table *t, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (t->form == MPCF_TABLE_TEXT) {
        table_row_add(&t->names, "text", 4);
        status = t->names.failed ? mpcf_fail_memory(err, 5, "a name") : MPCF_OK;
    } else if (t->form == MPCF_TABLE_JSON_LINES) {
        status = table_json_names(t, err);
    } else if (t->has_names) {
        status = take_names(t, err);
    } else {
        return look_at_first(t, err);
    }
    return status == MPCF_OK && t->names.count > 0 ? set_width(t, &t->names, err) : status;
}

/* --- Opening --- */

static void begin(mpcf_table *t)
{
    t->next_line = t->line_number = 1;
    t->rows = 0;
    t->after_return = false;
    if (t->csv != NULL) {
        table_csv_restart(t->csv);
    }
}

mpcf_status mpcf_table_rewind(mpcf_table *table, mpcf_error *err)
{
    bool more = false;

    begin(table);
    MPCF_TRY(row_bytes_start(&table->bytes, err));
    if (table->csv != NULL && table->has_names) {
        MPCF_TRY(table_csv_row(table, &more, err));
        table->rows = 0;
    }
    return MPCF_OK;
}

/* A file without rows is refused at once. */
static mpcf_status check_rows(mpcf_table *t, mpcf_error *err)
{
    const char *const *fields = NULL;
    mpcf_status status = MPCF_OK;

    if (t->width > 0) {
        MPCF_TRY(mpcf_table_rewind(t, err));
        status = mpcf_table_next(t, &fields, err);
        if (status == MPCF_E_FORMAT) {
            mpcf_error_reset(err); /* it is said when the row is read */
            return mpcf_table_rewind(t, err);
        }
    }
    if (status == MPCF_OK && fields == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no rows%s", t->name,
                         t->width > 0 && t->csv != NULL && t->has_names
                             ? " behind the line of column names"
                             : "");
    }
    return status == MPCF_OK ? mpcf_table_rewind(t, err) : status;
}

static mpcf_status configure(mpcf_table *t, const char *path, const mpcf_table_request *q,
                             mpcf_error *err)
{
    t->form = q->form;
    if (t->form == MPCF_TABLE_BY_NAME) {
        MPCF_TRY(form_of(path, &t->form, err));
    }
    t->has_names = t->form > MPCF_TABLE_TSV || q->no_header == 0;
    t->has_quotes = q->no_quotes == 0;
    t->delimiter = t->form == MPCF_TABLE_TSV ? '\t' : ',';
    if (q->delimiter < 0 || q->delimiter > 127 || q->delimiter == '"' || q->delimiter == '\n' ||
        q->delimiter == '\r' || t->form < MPCF_TABLE_BY_NAME || t->form > MPCF_TABLE_TEXT) {
        return mpcf_fail(err, MPCF_E_INVALID, "a table of form %d, delimiter %d", t->form,
                         q->delimiter);
    }
    if (q->delimiter != 0) {
        t->delimiter = (char) q->delimiter;
    }
    t->name = mpcf_strdup(path);
    if (t->form <= MPCF_TABLE_TSV) {
        t->csv = table_csv_create(t);
    }
    return t->name != NULL && (t->csv != NULL || t->form > MPCF_TABLE_TSV)
               ? MPCF_OK
               : mpcf_fail_memory(err, strlen(path), "a table");
}

static mpcf_status start(mpcf_table *t, const mpcf_table_request *q, mpcf_error *err)
{
    if (q->data != NULL) {
        row_bytes_open_memory(&t->bytes, q->data, q->length, t->name);
    } else {
        MPCF_TRY(row_bytes_open(&t->bytes, t->name, err));
    }
    MPCF_TRY(row_bytes_start(&t->bytes, err));
    begin(t);
    MPCF_TRY(find_columns(t, err));
    return check_rows(t, err);
}

mpcf_status mpcf_table_open(const char *path, const mpcf_table_request *request, mpcf_table **out,
                            mpcf_error *err)
{
    mpcf_table_request q = {0};
    mpcf_table *t = mpcf_alloc_array(1, sizeof *t);
    mpcf_status status = MPCF_OK;

    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof *t, "a table");
    }
    memcpy(&q, request, request->struct_size < sizeof q ? request->struct_size : sizeof q);
    status = configure(t, path, &q, err);
    if (status == MPCF_OK) {
        status = start(t, &q, err);
    }
    if (status != MPCF_OK) {
        mpcf_table_close(t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

void mpcf_table_close(mpcf_table *table)
{
    if (table == NULL) {
        return;
    }
    row_bytes_close(&table->bytes);
    table_csv_destroy(table->csv);
    table_row_clear(&table->line);
    table_row_clear(&table->row);
    table_row_clear(&table->names);
    mpcf_free(table->name_of);
    mpcf_free(table->fields);
    mpcf_free(table->where);
    mpcf_free(table->name);
    mpcf_free(table);
}

/* --- Columns --- */

size_t mpcf_table_width(const mpcf_table *table)
{
    return table->width;
}

const char *mpcf_table_column_name(const mpcf_table *table, size_t column)
{
    return column < table->width ? table->name_of[column] : NULL;
}

int32_t mpcf_table_column(const mpcf_table *table, const char *name)
{
    for (size_t i = 0; table->has_names && i < table->width; i++) {
        if (strcmp(table->name_of[i], name) == 0) {
            return (int32_t) i;
        }
    }
    return -1;
}

/* A first row that is no line of names holds somebody's words, which are not for messages. */
static bool looks_like_names(const mpcf_table *t)
{
    for (size_t i = 0; i < t->width; i++) {
        const char *name = t->name_of[i];
        const size_t length = strlen(name);

        if (length > SHOWN_NAME ||
            strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.0123456789") <
                length) {
            return false;
        }
    }
    return t->width <= 16;
}

static void list_names(const mpcf_table *t, struct text_buffer *list)
{
    for (size_t i = 0; looks_like_names(t) && i < t->width; i++) {
        text_printf(list, "%s%s", i == 0 ? "; there is: " : ", ", t->name_of[i]);
    }
}

mpcf_status mpcf_table_require(const mpcf_table *table, const char *name, int32_t *column,
                               mpcf_error *err)
{
    const int32_t found = mpcf_table_column(table, name);
    const char *nearest = NULL;
    struct text_buffer list = {0};
    mpcf_status status = MPCF_OK;

    if (found >= 0) {
        *column = found;
        return MPCF_OK;
    }
    if (!table->has_names) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no column '%s': the columns have no names",
                         table->name, name);
    }
    nearest = text_nearest(name, table->name_of, table->width);
    list_names(table, &list);
    status =
        mpcf_fail(err, MPCF_E_FORMAT, "%s:1: no column '%s' among %zu%s%s%s%s", table->name, name,
                  table->width, nearest != NULL ? ", nearest is '" : "",
                  nearest != NULL ? nearest : "", nearest != NULL ? "'" : "", text_string(&list));
    text_clear(&list);
    return status;
}

/* --- Rows --- */

static mpcf_status read_row(mpcf_table *t, bool *more, mpcf_error *err)
{
    if (t->csv != NULL) {
        return table_csv_row(t, more, err);
    }
    return t->form == MPCF_TABLE_JSON_LINES ? table_json_row(t, more, err)
                                            : table_read_line(t, more, err);
}

mpcf_status mpcf_table_next(mpcf_table *table, const char *const **fields, mpcf_error *err)
{
    const struct table_row *row = table->form == MPCF_TABLE_TEXT ? &table->line : &table->row;
    bool more = false;

    MPCF_TRY(read_row(table, &more, err));
    if (!more) {
        *fields = NULL;
        return MPCF_OK;
    }
    if (row->count > table->width) {
        return table_broken(table, err, "%zu columns, expected %zu", row->count, table->width);
    }
    for (size_t i = 0; i < table->width; i++) {
        const bool is_there = i < row->count && row->starts[i] != TABLE_CELL_MISSING;

        table->fields[i] = is_there ? row->bytes + row->starts[i] : NULL;
    }
    *fields = table->fields;
    return MPCF_OK;
}

uint64_t mpcf_table_rows(const mpcf_table *table)
{
    return table->rows;
}
