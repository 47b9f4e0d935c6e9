/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a table, and which of them are texts and label.
 */
#ifndef MPCF_DRAFT_COLUMNS_H
#define MPCF_DRAFT_COLUMNS_H

#include <stdbool.h>

#include "draft/table_data.h"

enum { COLUMNS_MAX = 48, DISTINCT_MAX = 64, CELL_MAX = 64 };

struct cell_value {
    char text[CELL_MAX + 1];
    size_t rows;
    size_t line, file; /* where it stands first; of table_data.files */
};

/* What the cells of a column are like. */
struct column {
    char first[CELL_MAX + 1]; /* cut; the column's name where there is a header */
    bool first_is_number;
    size_t rows; /* behind the first, without empty ones */
    size_t bytes;
    bool numbers, whole; /* all of them are; whole numbers */
    double low, high;
    struct cell_value distinct[DISTINCT_MAX]; /* sorted once all are seen */
    size_t count;                             /* of DISTINCT */
    bool more;                                /* than are kept, or longer ones */
};

struct columns {
    size_t count;
    struct column items[COLUMNS_MAX];
    bool has_names;
    bool is_json;            /* names are keys, and the first row is one like the others */
    int text, text_b, label; /* -1: none */
};

/* The first LIMIT rows of D's first file, whether it has names or not. */
mpcf_status columns_read(const struct table_data *d, size_t limit, struct columns *out,
                         mpcf_error *err);
/* Sets has_names, text, text_b, label from what the columns hold. A column of nothing but the COUNT names of CLASSES is
 * the label, whatever it is called. */
void columns_judge(struct columns *c, const char *const *classes, size_t count);
/* A column that may be the label but for having one value; -1: there is none. */
int columns_of_one_value(const struct columns *c);

/* Empty columns of C become what all cells of it are like. */
void column_begin(struct column *c);
void column_add(struct column *c, const char *cell, size_t line, size_t file);
void column_end(struct column *c);

#endif
