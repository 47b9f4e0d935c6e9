/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reviews as the CSV file that goes around: columns review and sentiment, rows in no order, no splits. Its
 * first half trains, the second is judged.
 */
#ifndef MPCF_IMDB_REVIEW_TABLE_H
#define MPCF_IMDB_REVIEW_TABLE_H

#include <stdbool.h>

#include <mpcf/dataset.h>
#include <mpcf/table.h>

struct review_table {
    mpcf_table *table; /* NULL: the reviews are elsewhere */
    int32_t text, label;
    uint64_t first, last; /* rows of the split: FIRST .. LAST - 1 */
};

/* By its name. */
bool review_table_is(const char *path);
mpcf_status review_table_open(const char *path, bool is_train, struct review_table *t,
                              mpcf_error *err);
void review_table_close(struct review_table *t);
mpcf_status review_table_rewind(struct review_table *t, mpcf_error *err);
mpcf_status review_table_next(struct review_table *t, mpcf_example *example, int32_t *more,
                              mpcf_error *err);

#endif
