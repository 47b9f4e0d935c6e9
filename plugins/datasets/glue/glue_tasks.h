/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tasks of GLUE (Wang et al. 2018): which columns of which files, and how they are judged. For
 * tasks whose files name their columns in the first line: all but CoLA.
 */
#ifndef MPCF_GLUE_TASKS_H
#define MPCF_GLUE_TASKS_H

#include <mpcf/dataset.h>

struct glue_task {
    const char *name;
    const char *text_a, *text_b;    /* columns; TEXT_B NULL for single sentences */
    const char *label;              /* column; missing in a test split */
    const char *const *label_words; /* in the file, in class order; NULL: regression */
    const char *const *label_names; /* of the classes, as Hugging Face's loader has them */
    const char *metrics[4];
    double label_low, label_high; /* regression */
};

/* In the order of glue_task_names, which ends with NULL. */
extern const struct glue_task glue_tasks[];
extern const char *const glue_task_names[];

#endif
