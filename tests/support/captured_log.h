/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is logged for a while, to be looked at.
 */
#ifndef MPCF_TESTS_CAPTURED_LOG_H
#define MPCF_TESTS_CAPTURED_LOG_H

#include <stddef.h>

struct captured_log {
    int before; /* standard error as it was */
    char path[256];
    char *text; /* after captured_log_end() */
};

/* Standard error goes to a file, whatever MPCF_LOG says, until captured_log_end(). */
void captured_log_begin(struct captured_log *log);
void captured_log_end(struct captured_log *log);
/* How often PART is in it. */
size_t captured_log_count(const struct captured_log *log, const char *part);
void captured_log_clear(struct captured_log *log);

#endif
