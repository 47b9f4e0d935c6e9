/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_HOST_SHOW_JSON_H
#define MPCF_HOST_SHOW_JSON_H

#include <jansson.h>
#include <mpcf/error.h>

/* Prints TABLE (freed here) and writes VALUE to FILE where that is not NULL; the process's
 * status. */
int show_json(const json_t *value, char *table, const char *file, mpcf_error *err);

#endif
