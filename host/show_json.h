/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_HOST_SHOW_JSON_H
#define MPCF_HOST_SHOW_JSON_H

#include <stdbool.h>

#include <jansson.h>
#include <mpcf/error.h>

/* Whether FILE, NULL: none, can be written: before minutes of work, not after them. Else it says why
 * not, as an option of COMMAND. */
bool show_json_can(const char *command, const char *file);
/* Prints TABLE (freed here) and writes VALUE to FILE where that is not NULL; the process's
 * status. */
int show_json(const json_t *value, char *table, const char *file, mpcf_error *err);

#endif
