/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting mpcf-host as its users do, and reading what it says.
 */
#ifndef MPCF_TESTS_PROGRAM_H
#define MPCF_TESTS_PROGRAM_H

#include <stddef.h>

struct program_result {
    int status;        /* 0..255; -1: ended by a signal */
    char out[1 << 16]; /* standard output and error together, zero-terminated */
};
/* Runs $MPCF_HOST with ARGUMENTS (ends with NULL) in FOLDER (NULL: this one). */
void program_run(const char *folder, const char *const *arguments, struct program_result *result);
/* Runs it and checks status and that the output contains PART (may be NULL). */
void assert_program(int status, const char *part, const char *folder, const char *const *arguments);
#define ASSERT_HOST(status, part, ...)                                                             \
    assert_program((status), (part), NULL, (const char *const[]){__VA_ARGS__, NULL})

#endif
