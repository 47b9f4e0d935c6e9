/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dataset readers for tests.
 */
#ifndef MPCF_TESTS_DATASETS_H
#define MPCF_TESTS_DATASETS_H

#include <mpcf/dataset.h>

struct test_dataset {
    const mpcf_dataset *dataset;
    const void *config;
};
/* Reader NAME of the build tree with options as YAML ("{task: RTE}") or "{}". What it takes
 * lives until sixteen more were loaded. Fails the test where the options are refused. */
struct test_dataset test_dataset_load(const char *name, const char *options);

/* Writes TEXT into FOLDER/NAME, the folders made as needed. */
void test_write(const char *folder, const char *name, const char *text);

#endif
