/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role may say where another one, or its disk, failed it.
 */
#ifndef MPCF_TESTS_WORDS_H
#define MPCF_TESTS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Takes the one line out of LOG (a file's path) by which ROLE says why it ends; false where there is
 * none, or more than one. */
bool words_of(const char *log, char *line, size_t size);
/* Whether LINE, ROLE's last word, is clear: of a form that is known, and it names whom it waited
 * for, or what failed here. */
bool words_are_clear(int role, const char *line);

#endif
