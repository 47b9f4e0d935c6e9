/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library knows of an error beyond <mpcf/error.h>.
 */
#ifndef MPCF_BASE_ERROR_H
#define MPCF_BASE_ERROR_H

#include <mpcf/error.h>

/* The source file and *LINE that recorded the cause, for debug logs; NULL: nothing is recorded. */
const char *error_source(const mpcf_error *err, int *line);

#endif
