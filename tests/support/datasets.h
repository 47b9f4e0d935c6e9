/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dataset readers for tests.
 */
#ifndef MPCF_TESTS_DATASETS_H
#define MPCF_TESTS_DATASETS_H

#include <jansson.h>
#include <mpcf/dataset.h>

struct test_dataset {
    const mpcf_dataset *dataset;
    const void *config;
};
/* Reader NAME of the build tree with options as YAML ("{task: RTE}") or "{}". What it takes
 * lives until thirty-two more were loaded. Fails the test where the options are refused. */
struct test_dataset test_dataset_load(const char *name, const char *options);

/* A split as the reader D gives it against ONE of the entries of tests/vectors/make_datasets.py: rows, all texts and
 * labels, the task's figures. Says how long reading took. */
void test_dataset_compare(const struct test_dataset *d, const char *path, const json_t *one);

/* Writes TEXT into FOLDER/NAME, the folders made as needed. */
void test_write(const char *folder, const char *name, const char *text);

#endif
