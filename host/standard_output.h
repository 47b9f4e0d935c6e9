/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands print: a stream behind which all that a terminal should not be sent is escaped
 * (base/printable.h). It is apart from stdout and descriptor 1, which lead to standard error: what a plug-in
 * prints stands in no answer, table or test line.
 */
#ifndef MPCF_HOST_STANDARD_OUTPUT_H
#define MPCF_HOST_STANDARD_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/* From now on. Where memory is short, both are stdout as it was. */
void standard_output_begin(void);
FILE *standard_output(void);
/* Whether it is a pipe or the like that nobody reads any more. */
bool standard_output_is_left(void);
/* The last of it. Returns 0, or what errno says why it could not be written. */
int standard_output_end(void);

#endif
