/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands print: stdout, behind which all that a terminal should not be sent is escaped
 * (base/printable.h), whoever prints it.
 */
#ifndef MPCF_HOST_STANDARD_OUTPUT_H
#define MPCF_HOST_STANDARD_OUTPUT_H

#include <stdbool.h>

/* From now on. Where memory is short, stdout stays as it is. */
void standard_output_begin(void);
/* Whether it is a pipe or the like that nobody reads any more. */
bool standard_output_is_left(void);
/* The last of it. Returns 0, or what errno says why it could not be written. */
int standard_output_end(void);

#endif
