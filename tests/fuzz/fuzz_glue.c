/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GLUE's files: the first byte says the task, and whether it is a test split. With broken rows left out a file is
 * read to its end, the same twice; each label is one of the task.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "glue/glue_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct glue_task *task, const mpcf_example *e)
{
    size_t classes = 0;

    while (task->label_words != NULL && task->label_words[classes] != NULL) {
        classes++;
    }
    if (e->text_a == NULL || (e->text_b != NULL) != (task->text_b != NULL)) {
        abort();
    }
    if (e->has_label != 0 && classes > 0 && !(e->label >= 0 && e->label < (double) classes)) {
        abort();
    }
    if (e->has_label != 0 && classes == 0 &&
        !(e->label >= task->label_low && e->label <= task->label_high)) {
        abort();
    }
}

/* A sum over all rows. */
static uint64_t walk(struct glue_rows *rows)
{
    mpcf_example e;
    int32_t more = 1;
    uint64_t sum = 0, last = 0;

    for (;;) {
        if (glue_rows_next(rows, &e, &more, NULL) != MPCF_OK) {
            abort();
        }
        if (more == 0) {
            return sum + rows->left_out;
        }
        check(rows->task, &e);
        if (sum != 0 && e.id <= last) {
            abort();
        }
        last = e.id;
        sum = sum * 31 + strlen(e.text_a) + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct glue_rows rows = {.skips = true};
    size_t tasks = 0;
    bool is_test = false;

    if (size == 0) {
        return 0;
    }
    while (glue_task_names[tasks] != NULL) {
        tasks++;
    }
    rows.task = &glue_tasks[data[0] % tasks];
    is_test = data[0] >= 128;
    if (mpcf_tsv_open_memory_columns(data + 1, size - 1, "fuzz",
                                     is_test ? NULL : rows.task->columns, &rows.tsv,
                                     NULL) != MPCF_OK) {
        return 0;
    }
    if (glue_rows_find(&rows, !is_test, NULL) == MPCF_OK) {
        const uint64_t sum = walk(&rows);

        if (glue_rows_rewind(&rows, NULL) != MPCF_OK || walk(&rows) != sum) {
            abort();
        }
    }
    mpcf_tsv_close(rows.tsv);
    return 0;
}
