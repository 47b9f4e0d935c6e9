/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of every form: cells are text, a broken row never stops the walk, and a second walk gives the same.
 * The first byte says which form.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/table.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum_row(mpcf_table *t, const char *const *fields, uint64_t sum)
{
    for (size_t i = 0; i < mpcf_table_width(t); i++) {
        const size_t length = fields[i] != NULL ? strlen(fields[i]) : SIZE_MAX;

        if (fields[i] != NULL && text_utf8_valid(fields[i], length) != length) {
            abort();
        }
        sum = sum * 31 + length;
    }
    return sum * 31 + strlen(mpcf_table_where(t));
}

/* A row takes a byte at least, broken or not. */
static uint64_t walk(mpcf_table *t, size_t size)
{
    const char *const *fields = NULL;
    uint64_t sum = 0;

    for (size_t i = 0; i <= size; i++) {
        const mpcf_status status = mpcf_table_next(t, &fields, NULL);

        if (status != MPCF_OK && status != MPCF_E_FORMAT) {
            abort();
        }
        if (status == MPCF_OK && fields == NULL) {
            return sum * 31 + mpcf_table_rows(t);
        }
        sum = status == MPCF_OK ? sum_row(t, fields, sum) : sum + 1;
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mpcf_table_request q = {.struct_size = sizeof q};
    mpcf_table *t = NULL;
    int32_t column = 0;
    uint64_t sum = 0;

    if (size == 0) {
        return 0;
    }
    q.form = MPCF_TABLE_CSV + data[0] % 4;
    q.no_header = data[0] >> 2 & 1;
    q.no_quotes = data[0] >> 3 & 1;
    q.data = data + 1;
    q.length = size - 1;
    if (mpcf_table_open("fuzz", &q, &t, NULL) != MPCF_OK) {
        return 0;
    }
    if (mpcf_table_require(t, "label", &column, NULL) == MPCF_OK &&
        (column < 0 || (size_t) column >= mpcf_table_width(t))) {
        abort();
    }
    sum = walk(t, size);
    if (mpcf_table_rewind(t, NULL) != MPCF_OK || walk(t, size) != sum) {
        abort();
    }
    mpcf_table_close(t);
    return 0;
}
