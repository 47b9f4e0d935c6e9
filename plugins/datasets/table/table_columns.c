/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns by name or by number, and whether the first line is one of names. What would be a guess is
 * asked for; what is taken without being said is in the log.
 */
#include "table_columns.h"

#include <stdlib.h>
#include <string.h>

#include "table_labels.h"

static bool is_number(const char *column)
{
    return *column != '\0' && strlen(column) < 6 && strspn(column, "0123456789") == strlen(column);
}

/* Of what is_number(). */
static long number_of(const char *column)
{
    return strtol(column, NULL, 10);
}

static bool all_by_number(const struct table_config *c)
{
    return is_number(c->text) && (*c->text_b == '\0' || is_number(c->text_b)) &&
           (!table_is_labelled(c) || is_number(c->label));
}

/* --- The first line --- */

static bool looks_like_a_name(const char *cell)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-.";

    return cell != NULL && *cell != '\0' && strlen(cell) <= 40 && strspn(cell, letters) > 0 &&
           strspn(cell, others) == strlen(cell);
}

/* The first may be empty: pandas writes no name above its index. */
static bool looks_like_names(const char *const *cells, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (i == 0 && width > 1 && (cells[i] == NULL || *cells[i] == '\0')) {
            continue;
        }
        if (!looks_like_a_name(cells[i])) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (cells[k] != NULL && strcmp(cells[i], cells[k]) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* By the first row of TABLE, read without names: a label there is none of a column's name. */
static mpcf_status judge_first_line(const struct table_config *c, mpcf_table *table,
                                    int32_t *header, mpcf_error *err)
{
    const char *const *cells = NULL;
    const size_t column = table_is_labelled(c) ? (size_t) number_of(c->label) : 0;
    double value = 0;

    MPCF_TRY(mpcf_table_next(table, &cells, err));
    if (column > 0 && column <= mpcf_table_width(table) && cells[column - 1] != NULL) {
        if (table_label_of(c, cells[column - 1], &value)) {
            *header = HEADER_NO;
            return MPCF_OK;
        }
        if (looks_like_names(cells, mpcf_table_width(table))) {
            *header = HEADER_YES;
            return MPCF_OK;
        }
    }
    return mpcf_fail(
        err, MPCF_E_CONFIG,
        "%s: whether the first line names the columns is not clear: write header: yes or "
        "header: no",
        mpcf_table_where(table));
}

/* --- Opening --- */

static mpcf_status open_with(const struct table_config *c, const char *path, int32_t header,
                             mpcf_table **table, mpcf_error *err)
{
    mpcf_table_request request = {.struct_size = sizeof request,
                                  .form = c->format,
                                  .no_header = header == HEADER_NO,
                                  .no_quotes = !c->quotes};

    MPCF_TRY(table_delimiter(c, &request.delimiter, err));
    return mpcf_table_open(path, &request, table, err);
}

/* JSON and text have names whatever is asked for. */
static mpcf_status decide_header(const struct table_config *c, const char *path, int32_t *header,
                                 mpcf_error *err)
{
    mpcf_table *table = NULL;
    mpcf_status status = MPCF_OK;

    *header = c->header;
    if (*header != HEADER_AUTO || !all_by_number(c)) {
        *header = *header == HEADER_AUTO ? HEADER_YES : *header;
        return MPCF_OK;
    }
    MPCF_TRY(open_with(c, path, HEADER_NO, &table, err));
    if (mpcf_table_column_name(table, 0) != NULL) {
        *header = HEADER_YES;
    } else {
        status = judge_first_line(c, table, header, err);
        if (status == MPCF_OK) {
            mpcf_note("%s: the first line is taken for %s (header: %s says otherwise)", path,
                      *header == HEADER_YES ? "names of the columns" : "a row",
                      *header == HEADER_YES ? "no" : "yes");
        }
    }
    mpcf_table_close(table);
    return status;
}

static mpcf_status find(const mpcf_table *t, const char *option, const char *path, const char *name,
                        int32_t *column, mpcf_error *err)
{
    const int32_t found = mpcf_table_column(t, name);

    if (found >= 0) {
        *column = found;
    } else if (is_number(name)) {
        const long number = number_of(name);

        if (number < 1 || (size_t) number > mpcf_table_width(t)) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: no column %ld: there are %zu, counted from 1",
                             path, number, mpcf_table_width(t));
        }
        *column = (int32_t) number - 1;
    } else {
        const mpcf_status status = mpcf_table_require(t, name, column, err);

        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "option '%s'", option);
        }
    }
    return MPCF_OK;
}

/* The likely mistake of a file whose cells are not divided by what was said. */
static mpcf_status check_delimiter(const mpcf_table *t, const char *path, mpcf_error *err)
{
    const char *name = mpcf_table_column_name(t, 0);
    const char *at = name != NULL && mpcf_table_width(t) == 1 ? strpbrk(name, ";\t|,") : NULL;

    if (at == NULL) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s:1: one column, whose name holds '%s': write delimiter: %s", path,
                     *at == '\t' ? "a tab" : (char[]){*at, '\0'},
                     *at == '\t' ? "tab" : (char[]){'"', *at, '"', '\0'});
}

/* A label that stands in its text is learnt by reading it. */
static mpcf_status check_apart(const struct table_config *c, const struct table_columns *found,
                               mpcf_error *err)
{
    if (found->label < 0 || (found->label != found->text && found->label != found->text_b)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "options '%s' and 'label' are of one column, '%s'",
                     found->label == found->text ? "text" : "text_b", c->label);
}

static mpcf_status find_all(const struct table_config *c, const char *path,
                            struct table_columns *out, mpcf_error *err)
{
    const bool has_labels = table_is_labelled(c);

    out->text_b = out->label = -1;
    if (mpcf_table_column(out->table, c->text) < 0) {
        MPCF_TRY(check_delimiter(out->table, path, err));
    }
    MPCF_TRY(find(out->table, "text", path, c->text, &out->text, err));
    if (*c->text_b != '\0') {
        MPCF_TRY(find(out->table, "text_b", path, c->text_b, &out->text_b, err));
    }
    if (has_labels) {
        const mpcf_status status = find(out->table, "label", path, c->label, &out->label, err);

        if (status != MPCF_OK && strcmp(c->label, "label") == 0) {
            return mpcf_fail_while(err, status, "where there are no labels, write label: none");
        }
        MPCF_TRY(status);
    }
    return check_apart(c, out, err);
    return MPCF_OK;
}

mpcf_status table_columns_open(const struct table_config *c, const char *path,
                               struct table_columns *out, mpcf_error *err)
{
    struct table_columns found = {.table = NULL};
    mpcf_status status = MPCF_OK;
    int32_t header = HEADER_AUTO;

    MPCF_TRY(decide_header(c, path, &header, err));
    MPCF_TRY(open_with(c, path, header, &found.table, err));
    status = find_all(c, path, &found, err);
    if (status != MPCF_OK) {
        mpcf_table_close(found.table);
        return status;
    }
    *out = found;
    return MPCF_OK;
}
