/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a terminal may be sent: text, and nothing that moves the cursor, changes colours, hides or turns
 * what stands there. Names of files, values of a file and words of peers are not ours.
 */
#ifndef MPCF_BASE_PRINTABLE_H
#define MPCF_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that one character of a text becomes at most. */
#define PRINTABLE_ROOM 12

/*
 * Puts TEXT from *AT on, of LENGTH bytes, into OUT, of ROOM bytes, as long as there is room for one
 * more character, and moves *AT; returns how many bytes it put. A control character becomes \u001b, a
 * byte that is not UTF-8 \xff; the end of a line and a tab stay. A JSON text stays JSON and keeps its
 * meaning. IS_WHOLE: nothing follows TEXT; else a character that it ends in the middle of is left.
 */
size_t printable_put(const char *text, size_t length, size_t *at, char *out, size_t room,
                     bool is_whole);

#endif
