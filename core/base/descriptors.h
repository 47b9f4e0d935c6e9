/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process needs before its first line: standard descriptors that nothing else takes, and
 * writes that fail rather than end it.
 */
#ifndef MPCF_BASE_DESCRIPTORS_H
#define MPCF_BASE_DESCRIPTORS_H

#include <stdbool.h>

/* Opens /dev/null as each of 0, 1 and 2 that is closed, so that no file or socket gets that number,
 * and with it the log. False: that cannot be done, and no descriptor must be opened. */
bool descriptors_open_standard(void);
/* From now on 1 is standard error again, for whatever a plug-in prints; what was there is descriptors_output().
 * Where no descriptor is left, all stays as it is. */
void descriptors_part_output(void);
int descriptors_output(void); /* the program's own standard output */
/* A reader that has gone, and a file at its limit of size, are errors of the write, not the
 * process's end. */
void descriptors_outlive_writes(void);

#endif
