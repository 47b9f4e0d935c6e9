/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as a person or a tool gives them: rows, of which each is a line or a word of a command line.
 *
 * Apart by blanks, tabs or commas: "-3 0.5, 1e2". A row without a number is none.
 */
#ifndef MPCF_FORMAT_NUMBER_ROWS_H
#define MPCF_FORMAT_NUMBER_ROWS_H

#include <stddef.h>

#include <mpcf/error.h>

struct number_rows {
    float *values; /* row after row */
    size_t *ends;  /* of each row, in VALUES */
    size_t value_count, row_count, value_room, row_room;
};

/* TEXT, LENGTH bytes, behind the others. What is no finite number of 32 bits: MPCF_E_FORMAT, behind WHERE. Free R
 * also after a failure. */
mpcf_status number_rows_add(struct number_rows *r, const char *text, size_t length,
                            const char *where, mpcf_error *err);
/* Row I: its numbers, and how many. */
const float *number_rows_at(const struct number_rows *r, size_t i, size_t *count);
void number_rows_clear(struct number_rows *r);

#endif
