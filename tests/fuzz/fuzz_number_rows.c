/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of numbers: what is taken is finite, and rows follow each other without a gap.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/number_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_so)
{
    if (!is_so) {
        abort();
    }
}

static void check(const struct number_rows *r)
{
    size_t seen = 0;

    for (size_t i = 0; i < r->row_count; i++) {
        size_t count = 0;
        const float *row = number_rows_at(r, i, &count);

        must(row == r->values + seen && count > 0);
        seen += count;
        for (size_t k = 0; k < count; k++) {
            must(isfinite(row[k]) != 0);
        }
    }
    must(seen <= r->value_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *) data;
    struct number_rows rows = {0};
    size_t at = 0;

    while (at < size) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t) (end - text) - at;

        if (number_rows_add(&rows, text + at, length, "fuzz", NULL) != MPCF_OK) {
            break;
        }
        at += length + 1;
    }
    check(&rows);
    number_rows_clear(&rows);
    return 0;
}
