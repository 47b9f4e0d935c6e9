/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/dataset.h - reads labelled texts.
 *
 * Threads: the host uses one reader from one thread at a time, and may use several readers at
 * once. So a reader's state is its own, and CONFIG, which the host fills from the options and
 * owns, is only read.
 */
#ifndef MPCF_DATASET_H
#define MPCF_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/option.h>
#include <mpcf/plugin.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_example {
    const char *text_a; /* UTF-8, the reader's; valid until the next call on this reader */
    const char *text_b; /* the same; NULL for single sentences */
    double label;       /* number of the class, 0 .. classes - 1, or score of a regression task */
    int32_t has_label;  /* 1; 0 in a split without labels */
    uint64_t id;        /* the same each time the row is read: its number in the split, from 0 */
} mpcf_example;

/* A split whose labels a benchmark keeps to itself, and the name of the file of predictions that it
 * takes: "CoLA.tsv". */
typedef struct mpcf_test_split {
    const char *split, *file;
} mpcf_test_split;

/* Filled by describe(); the host sets struct_size, to its own size of the struct, and data_path, and
 * zeroes the rest. Strings and arrays are the plug-in's or of CONFIG, and live as long. */
typedef struct mpcf_task {
    size_t struct_size;
    const char *name; /* "SST-2" */
    size_t classes;   /* 1: regression */
    /* What is reported, the first being the task's own: "accuracy", "f1", "matthews", "pearson",
     * "spearman". Where there are fewer than four, NULL ends. */
    const char *metrics[4];
    double label_low, label_high; /* regression: the least and the largest score, low < high */
    /* In class order, CLASSES of them; matched with config.json's id2label. May be NULL. */
    const char *const *label_names;
    const char *train_split;   /* "train" */
    const char *judge_split;   /* what metrics are computed on: "dev" */
    const char *const *splits; /* all, both of these among them; NULL ends */
    /* Since 0.6; may be NULL: none. A NULL split ends. */
    const mpcf_test_split *test_splits;
    /* What stands for each class in a file of predictions; NULL: its number. Since 0.6. */
    const char *const *answer_words;
    /* From the host: what open() will be given, a folder or a file, which need not be there; NULL: not
     * known. For describe() to look into, so that a message about its options says more. */
    const char *data_path;
} mpcf_task;

typedef struct mpcf_dataset {
    size_t struct_size; /* sizeof(mpcf_dataset) */
    const char *name;   /* as in the pipeline file: "glue" */
    const char *summary;
    const mpcf_option *options; /* as in mpcf_approx */
    size_t option_size, config_size;

    /* The same for the same options; not to be told by the data. */
    mpcf_status (*describe)(const void *config, mpcf_task *task, mpcf_error *err);
    /* Opens SPLIT of the data in folder PATH. *READER ends with close(). A missing file,
     * a missing column, an empty split: an error that names file and line. */
    mpcf_status (*open)(const void *config, const char *path, const char *split, void **reader,
                        mpcf_error *err);
    /* Fills *EXAMPLE and sets *MORE to 1; at the end *MORE is 0, *EXAMPLE is not read, and that
     * is no error. MPCF_E_FORMAT: text that is not UTF-8, a row of another form, a label out of
     * range, with file and line. After an error the reader is only closed. */
    mpcf_status (*next)(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err);
    /* Back to the first row: the same rows follow in the same order. */
    mpcf_status (*rewind)(void *reader, mpcf_error *err);
    void (*close)(void *reader);
    /* Broken rows that next() passed over, because the options ask for that, since the reader was
     * opened or rewound; *FIRST: what is wrong with the first, with file and line and without
     * its text, the reader's until its next call; not written where there are none. May be NULL:
     * there never are. Since 0.6. */
    uint64_t (*left_out)(void *reader, const char **first);
    /* 0, or the offset in the config of a field like that of MPCF_OPT_STRING_LIST, no option's. The host
     * puts the names of the checkpoint's classes there, in their order, two or more, where config.json's
     * id2label has them; else it is empty. */
    size_t known_labels_offset;
} mpcf_dataset;

/* As mpcf_register_approx(). */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_dataset(mpcf_registry *registry,
                                                              const mpcf_dataset *dataset,
                                                              mpcf_error *err);

MPCF_END_DECLS
#endif
