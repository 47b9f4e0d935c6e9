/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of numbers from text. */
#include "format/number_rows.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { NUMBER_LENGTH = 63 };

static bool is_between(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '\r' || c == '\n';
}

static mpcf_status add_value(struct number_rows *r, float value, mpcf_error *err)
{
    if (r->value_count == r->value_room) {
        const size_t room = r->value_room == 0 ? 64 : 2 * r->value_room;
        float *grown = mpcf_grow_array(r->values, r->value_room, room, sizeof *grown);

        if (grown == NULL) {
            return mpcf_fail_memory(err, room * sizeof *grown, "numbers");
        }
        r->values = grown;
        r->value_room = room;
    }
    r->values[r->value_count++] = value;
    return MPCF_OK;
}

static mpcf_status end_row(struct number_rows *r, mpcf_error *err)
{
    if (r->row_count == r->row_room) {
        const size_t room = r->row_room == 0 ? 64 : 2 * r->row_room;
        size_t *grown = mpcf_grow_array(r->ends, r->row_room, room, sizeof *grown);

        if (grown == NULL) {
            return mpcf_fail_memory(err, room * sizeof *grown, "rows");
        }
        r->ends = grown;
        r->row_room = room;
    }
    r->ends[r->row_count++] = r->value_count;
    return MPCF_OK;
}

/* WORD, LENGTH bytes without what stands between numbers. */
static mpcf_status parse(const char *word, size_t length, const char *where, float *value,
                         mpcf_error *err)
{
    char copy[NUMBER_LENGTH + 1], *end = copy;
    const int shown = (int) (length < NUMBER_LENGTH ? length : NUMBER_LENGTH);

    (void) snprintf(copy, sizeof copy, "%.*s", shown, word);
    *value = length <= NUMBER_LENGTH ? strtof(copy, &end) : (float) NAN;
    return end != copy && end == copy + length && isfinite(*value)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s' is not a number", where, copy);
}

mpcf_status number_rows_add(struct number_rows *r, const char *text, size_t length,
                            const char *where, mpcf_error *err)
{
    const size_t before = r->value_count;
    size_t at = 0;

    while (at < length) {
        size_t end = at;
        float value = 0;

        while (end < length && !is_between(text[end])) {
            end++;
        }
        if (end > at) {
            MPCF_TRY(parse(text + at, end - at, where, &value, err));
            MPCF_TRY(add_value(r, value, err));
        }
        at = end + 1;
    }
    return r->value_count > before ? end_row(r, err) : MPCF_OK;
}

const float *number_rows_at(const struct number_rows *r, size_t i, size_t *count)
{
    const size_t begin = i == 0 ? 0 : r->ends[i - 1];

    *count = r->ends[i] - begin;
    return r->values + begin;
}

void number_rows_clear(struct number_rows *r)
{
    mpcf_free(r->values);
    mpcf_free(r->ends);
    memset(r, 0, sizeof *r);
}
