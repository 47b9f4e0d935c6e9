/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the CSV file, checked as those of the archive are. */
#include "review_table.h"

#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), of_end = strlen(end);

    return length >= of_end && strcmp(text + length - of_end, end) == 0;
}

bool review_table_is(const char *path)
{
    return ends_with(path, ".csv") || ends_with(path, ".csv.gz");
}

/* NAME, or else OTHER: both are about. */
static mpcf_status find(const mpcf_table *t, const char *name, const char *other, int32_t *column,
                        mpcf_error *err)
{
    *column = mpcf_table_column(t, other);
    return *column >= 0 && mpcf_table_column(t, name) < 0
               ? MPCF_OK
               : mpcf_table_require(t, name, column, err);
}

static mpcf_status count_rows(mpcf_table *t, uint64_t *rows, mpcf_error *err)
{
    const char *const *cells = NULL;

    do {
        MPCF_TRY(mpcf_table_next(t, &cells, err));
        if (mpcf_interrupted()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped");
        }
    } while (cells != NULL);
    *rows = mpcf_table_rows(t);
    return MPCF_OK;
}

static mpcf_status start(struct review_table *t, const char *path, bool is_train, mpcf_error *err)
{
    uint64_t rows = 0;

    MPCF_TRY(find(t->table, "review", "text", &t->text, err));
    MPCF_TRY(find(t->table, "sentiment", "label", &t->label, err));
    MPCF_TRY(count_rows(t->table, &rows, err));
    if (rows < 2) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: one row, expected some to train on and some to judge", path);
    }
    t->first = is_train ? 0 : rows / 2;
    t->last = is_train ? rows / 2 : rows;
    return review_table_rewind(t, err);
}

mpcf_status review_table_open(const char *path, bool is_train, struct review_table *t,
                              mpcf_error *err)
{
    const mpcf_table_request request = {.struct_size = sizeof request, .form = MPCF_TABLE_CSV};
    mpcf_status status = mpcf_table_open(path, &request, &t->table, err);

    if (status == MPCF_OK) {
        status = start(t, path, is_train, err);
    }
    if (status != MPCF_OK) {
        review_table_close(t);
    }
    return status;
}

void review_table_close(struct review_table *t)
{
    mpcf_table_close(t->table);
    t->table = NULL;
}

mpcf_status review_table_rewind(struct review_table *t, mpcf_error *err)
{
    return mpcf_table_rewind(t->table, err);
}

/* 0: negative, 1: positive, -1: neither. */
static int32_t class_of(const char *cell)
{
    static const char *const words[2][3] = {{"negative", "neg", "0"}, {"positive", "pos", "1"}};

    for (int32_t i = 0; i < 6; i++) {
        if (cell != NULL && strcmp(cell, words[i / 3][i % 3]) == 0) {
            return i / 3;
        }
    }
    return -1;
}

static mpcf_status take_row(struct review_table *t, const char *const *cells, mpcf_example *example,
                            mpcf_error *err)
{
    const int32_t label = class_of(cells[t->label]);

    if (cells[t->text] == NULL || *cells[t->text] == '\0') {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no review", mpcf_table_where(t->table));
    }
    if (label < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %zu bytes that are neither negative nor positive",
                         mpcf_table_where(t->table),
                         cells[t->label] != NULL ? strlen(cells[t->label]) : 0);
    }
    *example = (mpcf_example){.text_a = cells[t->text],
                              .label = label,
                              .has_label = 1,
                              .id = mpcf_table_rows(t->table) - 1 - t->first};
    return MPCF_OK;
}

mpcf_status review_table_next(struct review_table *t, mpcf_example *example, int32_t *more,
                              mpcf_error *err)
{
    const char *const *cells = NULL;

    do {
        MPCF_TRY(mpcf_table_next(t->table, &cells, err));
    } while (cells != NULL && mpcf_table_rows(t->table) <= t->first);
    *more = cells != NULL && mpcf_table_rows(t->table) <= t->last;
    return *more != 0 ? take_row(t, cells, example, err) : MPCF_OK;
}
