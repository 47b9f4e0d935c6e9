/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role may say where another one, or its disk, failed it.
 */
#ifndef MPCF_TESTS_WORDS_H
#define MPCF_TESTS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Takes the one line out of LOG (a file's path) by which a role says why it ends; false where there
 * is none, or more than one. */
bool words_of(const char *log, char *line, size_t size);
/* Whether LINE, ROLE's last word, is clear where CULPRIT failed (which may be ROLE itself): it
 * names the one that failed, and the key of the deadline that it waited for. */
bool words_are_clear(int role, int culprit, const char *line);
/* Whether a sanitizer reports anything in LOG. */
bool words_have_report(const char *log);

#endif
