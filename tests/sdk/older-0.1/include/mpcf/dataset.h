/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/dataset.h - reads labelled texts.
 */
#ifndef MPCF_DATASET_H
#define MPCF_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/option.h>
#include <mpcf/plugin.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_example {
    const char *text_a; /* UTF-8; valid until the next call on this reader */
    const char *text_b; /* NULL for single sentences */
    double label;       /* class number, or the score of a regression task */
    int32_t has_label;  /* 0: a test split without labels */
    uint64_t id;        /* stable: the row in the file, from 0 */
} mpcf_example;

/* Filled by describe(); the host sets struct_size and zeroes the rest. Strings live as
 * long as the plug-in. */
typedef struct mpcf_task {
    size_t struct_size;
    const char *name;             /* "SST-2" */
    size_t classes;               /* 1: regression */
    const char *metrics[4];       /* names in core/metrics, the first is the task's; NULL ends */
    double label_low, label_high; /* regression */
    const char *const
        *label_names;        /* in class order; matched with config.json's id2label; may be NULL */
    const char *train_split; /* "train" */
    const char *judge_split; /* what metrics are computed on: "dev" */
    const char *const *splits; /* all; NULL ends */
} mpcf_task;

typedef struct mpcf_dataset {
    size_t struct_size; /* sizeof(mpcf_dataset) */
    const char *name;   /* as in the pipeline file: "glue" */
    const char *summary;
    const mpcf_option *options; /* as in mpcf_approx */
    size_t option_size, config_size;

    mpcf_status (*describe)(const void *config, mpcf_task *task, mpcf_error *err);
    /* Opens SPLIT of the data in folder PATH. *READER ends with close(). A missing file,
     * a missing column, an empty split: an error that names file and line. */
    mpcf_status (*open)(const void *config, const char *path, const char *split, void **reader,
                        mpcf_error *err);
    /* *MORE = 0 at the end; the end is no error. MPCF_E_FORMAT: text that is not UTF-8, a
     * row of another form, a label out of range, with file and line. */
    mpcf_status (*next)(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err);
    mpcf_status (*rewind)(void *reader, mpcf_error *err);
    void (*close)(void *reader);
} mpcf_dataset;

/* As mpcf_register_approx(). */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_dataset(mpcf_registry *registry,
                                                              const mpcf_dataset *dataset,
                                                              mpcf_error *err);

MPCF_END_DECLS
#endif
