/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the rows of a file to examples: which columns, labels as words or scores, and what is broken.
 */
#include "glue_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a wrong label that a message shows. What is longer may be the text of a private row, in a
 * file whose columns are not where they should be. */
#define SHOWN_LABEL 2

mpcf_status glue_rows_find(struct glue_rows *rows, bool needs_label, mpcf_error *err)
{
    const struct glue_task *task = rows->task;

    rows->text_b = -1;
    MPCF_TRY(mpcf_tsv_require(rows->tsv, task->text_a, &rows->text_a, err));
    if (task->text_b != NULL) {
        MPCF_TRY(mpcf_tsv_require(rows->tsv, task->text_b, &rows->text_b, err));
    }
    rows->label = mpcf_tsv_column(rows->tsv, task->label);
    if (rows->label < 0 && needs_label) {
        MPCF_TRY(mpcf_tsv_require(rows->tsv, task->label, &rows->label, err));
    }
    return MPCF_OK;
}

static size_t word_count(const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL) {
        count++;
    }
    return count;
}

static mpcf_status read_class(struct glue_rows *rows, const char *word, double *label,
                              mpcf_error *err)
{
    const char *const *words = rows->task->label_words;
    const char *nearest = NULL;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            *label = (double) i;
            return MPCF_OK;
        }
    }
    nearest = mpcf_nearest_word(word, words);
    if (nearest == NULL && strlen(word) > SHOWN_LABEL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: %zu bytes that are no label, expected one of %zu from '%s' on",
                         mpcf_tsv_where(rows->tsv), strlen(word), word_count(words), words[0]);
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s: label '%.80s', expected one of %zu from '%s' on%s%s%s",
                     mpcf_tsv_where(rows->tsv), word, word_count(words), words[0],
                     nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                     nearest != NULL ? "'?" : "");
}

static mpcf_status read_score(struct glue_rows *rows, const char *word, double *label,
                              mpcf_error *err)
{
    const struct glue_task *task = rows->task;
    char *end = NULL;
    double value = strtod(word, &end);

    if (end == word || *end != '\0') {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: a score that is no number, expected %g to %g",
                         mpcf_tsv_where(rows->tsv), task->label_low, task->label_high);
    }
    /* Written so that NaN is refused too. */
    if (!(value >= task->label_low && value <= task->label_high)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: score '%.80s', expected %g to %g",
                         mpcf_tsv_where(rows->tsv), word, task->label_low, task->label_high);
    }
    *label = value;
    return MPCF_OK;
}

static mpcf_status read_row(struct glue_rows *rows, mpcf_example *example, int32_t *more,
                            mpcf_error *err)
{
    const char *const *fields = NULL;

    MPCF_TRY(mpcf_tsv_next(rows->tsv, &fields, err));
    *more = fields != NULL;
    if (fields == NULL) {
        return MPCF_OK;
    }
    *example = (mpcf_example){.text_a = fields[rows->text_a],
                              .text_b = rows->text_b >= 0 ? fields[rows->text_b] : NULL,
                              .id = mpcf_tsv_rows(rows->tsv) - 1,
                              .has_label = rows->label >= 0};
    if (rows->label < 0) {
        return MPCF_OK;
    }
    return rows->task->label_words != NULL
               ? read_class(rows, fields[rows->label], &example->label, err)
               : read_score(rows, fields[rows->label], &example->label, err);
}

static void leave_out(struct glue_rows *rows, mpcf_error *err)
{
    if (rows->left_out == 0) {
        (void) snprintf(rows->reason, sizeof(rows->reason), "%s", mpcf_error_text(err));
    }
    rows->left_out++;
    mpcf_error_reset(err);
}

mpcf_status glue_rows_next(struct glue_rows *rows, mpcf_example *example, int32_t *more,
                           mpcf_error *err)
{
    mpcf_status status = read_row(rows, example, more, err);

    while (status == MPCF_E_FORMAT && rows->skips) {
        leave_out(rows, err);
        status = read_row(rows, example, more, err);
    }
    return status;
}

mpcf_status glue_rows_rewind(struct glue_rows *rows, mpcf_error *err)
{
    rows->left_out = 0;
    return mpcf_tsv_rewind(rows->tsv, err);
}
