/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcsv is given its bytes in runs that end at a quote or at the end of a line, so that it ends at most one
 * row in a run. What it does by itself and pandas does not: it drops blanks around cells (here no byte
 * is one), and it takes text behind a closing quote for part of the cell up to the next quote. Its strict mode
 * refuses that; strict about a quote within a cell that has none around it, which pandas takes as it
 * stands, it must not be: so it is strict for every run but a quote.
 */
#include "format/table_csv.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum {
    UNLIKELY_QUOTE = 0xff, /* in no UTF-8: nothing is quoted */
    CELL_BLOCK = 1024
};

struct table_csv {
    struct csv_parser parser;
    struct table_row *row;
    size_t taken; /* bytes of the row */
    bool ended, quoted;
    unsigned char quote, delimiter;
};

static int never(unsigned char byte)
{
    (void) byte;
    return 0;
}

static bool start(struct table_csv *csv)
{
    if (csv_init(&csv->parser, CSV_STRICT_FINI) != 0) {
        return false;
    }
    csv_set_delim(&csv->parser, csv->delimiter);
    csv_set_quote(&csv->parser, csv->quote);
    csv_set_space_func(&csv->parser, never);
    csv_set_blk_size(&csv->parser, CELL_BLOCK);
    return true;
}

struct table_csv *table_csv_create(const mpcf_table *t)
{
    struct table_csv *csv = mpcf_alloc_array(1, sizeof *csv);

    if (csv == NULL) {
        return NULL;
    }
    csv->quote = t->has_quotes ? '"' : UNLIKELY_QUOTE;
    csv->delimiter = (unsigned char) t->delimiter;
    if (!start(csv)) {
        mpcf_free(csv);
        return NULL;
    }
    return csv;
}

/* What its cells were is not left in the heap. */
static void forget(struct table_csv *csv)
{
    if (csv->parser.entry_buf != NULL) {
        mpcf_wipe(csv->parser.entry_buf, csv->parser.entry_size);
    }
    csv_free(&csv->parser);
}

void table_csv_destroy(struct table_csv *csv)
{
    if (csv != NULL) {
        forget(csv);
        mpcf_free(csv);
    }
}

void table_csv_restart(struct table_csv *csv)
{
    forget(csv);
    (void) start(csv); /* it allocates nothing */
}

static void end_cell(void *bytes, size_t length, void *context)
{
    struct table_csv *csv = context;

    table_row_add(csv->row, bytes != NULL ? bytes : "", length);
}

static void end_row(int byte, void *context)
{
    struct table_csv *csv = context;

    (void) byte;
    csv->ended = true;
}

static mpcf_status fail_parse(mpcf_table *t, mpcf_error *err)
{
    if (csv_error(&t->csv->parser) != CSV_EPARSE) {
        return mpcf_fail_memory(err, t->csv->taken, "a row");
    }
    return table_broken(t, err,
                        "there is text behind a closing quote; a quote within a quoted cell is "
                        "written twice%s",
                        t->form == MPCF_TABLE_TSV ? ", and a file without quoting says so" : "");
}

/* One run of bytes: a quote, an end of line, or all up to the next of them. */
static size_t run_length(const struct table_csv *csv, const unsigned char *at,
                         const unsigned char *end)
{
    const unsigned char *to = at;

    while (to < end && *to != csv->quote && *to != '\n' && *to != '\r') {
        to++;
    }
    return to == at ? 1 : (size_t) (to - at);
}

static mpcf_status take_run(mpcf_table *t, mpcf_error *err)
{
    struct table_csv *csv = t->csv;
    const unsigned char *at = t->bytes.at;
    const size_t length = run_length(csv, at, t->bytes.end);
    const bool is_quote = *at == csv->quote, ends_line = *at == '\n' || *at == '\r';

    csv->taken += length;
    if (csv->taken > MPCF_LINE_LIMIT) {
        return table_row_too_long(t, err);
    }
    csv->quoted = csv->quoted || is_quote;
    (void) csv_set_opts(&csv->parser,
                        (unsigned char) (CSV_STRICT_FINI | (is_quote ? 0 : CSV_STRICT)));
    if (csv_parse(&csv->parser, at, length, end_cell, end_row, csv) != length) {
        return fail_parse(t, err);
    }
    if (ends_line) {
        table_count_byte(t, *at);
    } else {
        t->after_return = false;
    }
    t->bytes.at += length;
    return MPCF_OK;
}

static mpcf_status finish(mpcf_table *t, mpcf_error *err)
{
    (void) csv_set_opts(&t->csv->parser, CSV_STRICT_FINI | CSV_STRICT);
    if (csv_fini(&t->csv->parser, end_cell, end_row, t->csv) == 0) {
        return MPCF_OK;
    }
    return csv_error(&t->csv->parser) == CSV_EPARSE
               ? table_broken(t, err, "a quote that the row opens is never closed")
               : mpcf_fail_memory(err, t->csv->taken, "a row");
}

static mpcf_status take_row(mpcf_table *t, mpcf_error *err)
{
    struct table_csv *csv = t->csv;

    while (!csv->ended) {
        MPCF_TRY(row_bytes_more(&t->bytes, err));
        if (t->bytes.at == t->bytes.end) {
            return finish(t, err);
        }
        if (csv->taken == 0 && (*t->bytes.at == '\n' || *t->bytes.at == '\r')) {
            table_count_byte(t, *t->bytes.at++); /* a blank line, or the rest of an end */
            continue;
        }
        if (csv->taken == 0) {
            t->line_number = t->next_line;
        }
        MPCF_TRY(take_run(t, err));
    }
    return MPCF_OK;
}

static bool is_blank(const mpcf_table *t)
{
    return t->row.count == 1 && !t->csv->quoted && strspn(t->row.bytes, " \t") == t->row.length - 1;
}

/* The zeros that stand behind the cells, and no other. */
static bool is_text(const struct table_row *row)
{
    size_t zeros = 0;

    for (const char *at = row->bytes;
         (at = memchr(at, 0, row->length - (size_t) (at - row->bytes))); at++) {
        zeros++;
    }
    return zeros == row->count && text_utf8_valid(row->bytes, row->length) == row->length;
}

static mpcf_status check_cells(mpcf_table *t, mpcf_error *err)
{
    for (size_t i = 0; i < t->row.count && !is_text(&t->row); i++) {
        const size_t end = i + 1 < t->row.count ? t->row.starts[i + 1] : t->row.length;
        const size_t start = t->row.starts[i];
        char what[32];

        (void) snprintf(what, sizeof what, "column %zu", i + 1);
        MPCF_TRY(table_check_text(t, t->row.bytes + start, end - start - 1, what, err));
    }
    return MPCF_OK;
}

/* What is broken is passed over, so that the next call begins with the line behind it. */
static mpcf_status pass_over(mpcf_table *t, mpcf_status status, mpcf_error *err)
{
    if (status == MPCF_E_FORMAT) {
        table_csv_restart(t->csv);
        if (table_skip_line(t, err) != MPCF_OK) {
            return MPCF_E_IO;
        }
    }
    return status;
}

mpcf_status table_csv_row(mpcf_table *t, bool *more, mpcf_error *err)
{
    struct table_csv *csv = t->csv;
    mpcf_status status = MPCF_OK;

    csv->row = &t->row;
    do {
        table_row_begin(&t->row);
        csv->taken = 0;
        csv->ended = csv->quoted = false;
        status = take_row(t, err);
    } while (status == MPCF_OK && csv->ended && !t->row.failed && is_blank(t));
    *more = status != MPCF_OK || csv->ended;
    t->rows += *more;
    if (status != MPCF_OK) {
        return pass_over(t, status, err);
    }
    if (!*more) {
        return MPCF_OK;
    }
    return t->row.failed ? mpcf_fail_memory(err, csv->taken, "a row") : check_cells(t, err);
}
