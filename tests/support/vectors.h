/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of tests/vectors: what other implementations gave, each folder with the script that wrote it.
 */
#ifndef MPCF_TESTS_VECTORS_H
#define MPCF_TESTS_VECTORS_H

#include <jansson.h>

/* The whole of tests/vectors/RELATIVE; mpcf_free() it. */
char *vector_bytes(const char *relative, size_t *length);
/* The same as JSON; strings may have zero bytes. */
json_t *vector_json(const char *relative);
/* Where a program of its own finds RELATIVE; mpcf_free() it. */
char *vector_path(const char *relative);

#endif
