/* SPDX-License-Identifier: Apache-2.0 */
/* Which characters of a text are shown as they are, and how the others are written. */
#include "base/printable.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

/* Controls, what turns the direction of text or ends a line unseen, invisible tags. */
static bool is_hidden(utf8proc_int32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
           c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* As JSON writes it, so that it means the same there. */
static size_t put_escaped(utf8proc_int32_t c, char *out)
{
    if (c >= 0x10000) {
        return (size_t) snprintf(out, PRINTABLE_ROOM + 1, "\\u%04x\\u%04x",
                                 (unsigned) (0xd800 + ((c - 0x10000) >> 10)),
                                 (unsigned) (0xdc00 + ((c - 0x10000) & 0x3ff)));
    }
    return (size_t) snprintf(out, PRINTABLE_ROOM + 1, "\\u%04x", (unsigned) c);
}

/* The bytes that a character has that begins with FIRST; 1 where none does. */
static size_t bytes_of(unsigned char first)
{
    return first >= 0xf0 && first < 0xf5   ? 4
           : first >= 0xe0 && first < 0xf0 ? 3
           : first >= 0xc2 && first < 0xe0 ? 2
                                           : 1;
}

/* Whether a character begins at TEXT of which some of the LEFT bytes are still to come. */
static bool is_begun(const char *text, size_t left)
{
    if (left >= bytes_of((unsigned char) *text)) {
        return false;
    }
    for (size_t i = 1; i < left; i++) {
        if (((unsigned char) text[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t printable_put(const char *text, size_t length, size_t *at, char *out, size_t room,
                     bool is_whole)
{
    char escaped[PRINTABLE_ROOM + 1];
    size_t put = 0;

    while (*at < length && room - put >= PRINTABLE_ROOM) {
        const size_t left = length - *at;
        utf8proc_int32_t c = 0;
        const utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *) text + *at, (utf8proc_ssize_t) left, &c);
        const char *from = text + *at;
        size_t taken = used > 0 ? (size_t) used : 1, more = taken;

        if (used <= 0 && !is_whole && is_begun(from, left)) {
            break;
        }
        if (used <= 0) {
            more = (size_t) snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned char) *from);
            from = escaped;
        } else if (is_hidden(c)) {
            more = put_escaped(c, escaped);
            from = escaped;
        }
        memcpy(out + put, from, more);
        put += more;
        *at += taken;
    }
    return put;
}
