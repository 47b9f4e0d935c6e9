/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a table, as its reader gives them, and which of them are texts and label.
 */
#ifndef MPCF_DRAFT_COLUMNS_H
#define MPCF_DRAFT_COLUMNS_H

#include <stdbool.h>

#include "draft/sketch.h"

enum { COLUMNS_MAX = 48, DISTINCT_MAX = 64, CELL_MAX = 64 };

/* What the cells of a column are like. */
struct column {
    char first[CELL_MAX + 1]; /* cut; the column's name where there is a header */
    bool first_is_number;
    size_t rows; /* behind the first, without empty ones */
    size_t bytes;
    bool numbers, whole; /* all of them are; whole numbers */
    double low, high;
    char distinct[DISTINCT_MAX][CELL_MAX + 1]; /* sorted once all are seen */
    size_t count;                              /* of DISTINCT */
    bool more;                                 /* than are kept, or longer ones */
};

struct columns {
    size_t count;
    struct column items[COLUMNS_MAX];
    bool has_names;
    bool is_json;            /* names are keys, and the first row is one like the others */
    int text, text_b, label; /* -1: none */
};

/* Column NUMBER, from 1, of S's reader, whose options are text, label and header: LIMIT rows, 0: all.
 * COUNTS_FIRST: the first row is one like the others. MPCF_E_FORMAT and so on: the reader's words, where there
 * is no such column, too. */
mpcf_status column_read(struct sketch *s, size_t number, size_t limit, bool counts_first,
                        struct column *out, mpcf_error *err);
/* Sets has_names, text, text_b, label from what the columns hold. */
void columns_judge(struct columns *c);

#endif
