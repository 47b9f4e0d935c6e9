/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tasks of GLUE (Wang et al. 2018): which columns of which files, and how they are judged.
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
    const char *const *splits; /* each a file of its name, .tsv; those of tests begin with "test" */
    const char *judge, *test;  /* of SPLITS: what is judged, and the test split that goes with it */
    const mpcf_test_split *test_splits; /* the files of predictions that the benchmark takes */
    const char *const *answer_words;    /* in these, for each class; NULL: its number */
    /* Of files that have no line of column names, which are all but the test split's. NULL: they
     * have one. */
    const char *const *columns;
};

/* In the order of glue_task_names, which ends with NULL. */
extern const struct glue_task glue_tasks[];
extern const char *const glue_task_names[];

/* Whether labels of SPLIT may be missing. */
bool glue_split_is_test(const char *split);

#endif
