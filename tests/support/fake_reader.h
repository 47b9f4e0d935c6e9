/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dataset reader without a file: rows that a test names, one of which may be another, or fail.
 */
#ifndef MPCF_TESTS_FAKE_READER_H
#define MPCF_TESTS_FAKE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/dataset.h>

/* Its labels are 0, 1, 0, .. */
struct fake_reader {
    size_t rows, classes;
    const char *const *texts; /* in turn, NULL ends; NULL: "the the the" and "the" */
    const char *text_b;
    size_t id_step;       /* 0: 1 */
    size_t odd;           /* a row; SIZE_MAX: none */
    double odd_label;     /* its label */
    const char *odd_text; /* and text; NULL: as others */
    bool odd_fails, shrinks, has_no_labels;
    size_t at, read; /* the next row; rows given since it was opened */
};

/* Its config is a pointer to a struct fake_reader *, which is the reader, too. */
extern const mpcf_dataset fake_dataset;

#endif
