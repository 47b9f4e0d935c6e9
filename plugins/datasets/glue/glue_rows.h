/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the rows of a file to examples of a task.
 */
#ifndef MPCF_GLUE_ROWS_H
#define MPCF_GLUE_ROWS_H

#include <mpcf/tsv.h>

#include "glue_tasks.h"

enum { GLUE_REASON = 512 };

struct glue_rows {
    const struct glue_task *task;
    mpcf_tsv *tsv;
    int32_t text_a, text_b, label; /* columns; -1: none */
    bool skips;                    /* broken rows; else they end the reading */
    uint64_t left_out;             /* since the last rewind */
    char reason[GLUE_REASON];      /* of the first */
};

/* The columns that ROWS' task reads of its TSV; NEEDS_LABEL false: a label may be missing. */
mpcf_status glue_rows_find(struct glue_rows *rows, bool needs_label, mpcf_error *err);
mpcf_status glue_rows_next(struct glue_rows *rows, mpcf_example *example, int32_t *more,
                           mpcf_error *err);
mpcf_status glue_rows_rewind(struct glue_rows *rows, mpcf_error *err);

#endif
