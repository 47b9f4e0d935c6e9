/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as a person or a tool gives them: one a line, a pair with a tab between its two.
 *
 * Lines end with "\n" or "\r\n"; the last may end with the file. A byte order mark at the beginning
 * is no part of the first. An empty line is an empty text, so that the n-th answer is the n-th line's.
 */
#ifndef MPCF_FORMAT_TEXT_LINES_H
#define MPCF_FORMAT_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

struct text_lines;

struct text_line {
    const char *a, *b; /* zero-terminated, and may hold zeros; B NULL: a single text */
    size_t a_length, b_length;
};

enum text_lines_found {
    TEXT_LINE,         /* there is one */
    TEXT_LINE_NOT_YET, /* whoever writes them has not gone on */
    TEXT_LINES_END
};

/* PATH "-": standard input. A folder, or nothing there: MPCF_E_IO. */
mpcf_status text_lines_open(const char *path, struct text_lines **out, mpcf_error *err);
/* LENGTH bytes at DATA, which outlive it; NAME is for messages. */
mpcf_status text_lines_open_memory(const void *data, size_t length, const char *name,
                                   struct text_lines **out, mpcf_error *err);
void text_lines_close(struct text_lines *l); /* NULL is fine */

/* The next line, valid until the next call. MUST_WAIT: TEXT_LINE_NOT_YET is not found; a signal ends
 * it then, with MPCF_E_INTERRUPTED. What begins as UTF-16 or gzip does: MPCF_E_FORMAT with what to do. A line longer than MPCF_LINE_LIMIT, or with two tabs:
 * MPCF_E_FORMAT with its number, but not with what it says. */
mpcf_status text_lines_next(struct text_lines *l, bool must_wait, struct text_line *line,
                            enum text_lines_found *found, mpcf_error *err);
/* "texts.txt:17", of the line read last; valid as long as L. */
const char *text_lines_where(struct text_lines *l);

/* TEXT as one of them, whatever its line ends: a pair where it has a tab, which becomes a zero.
 * WHERE is for messages. */
mpcf_status text_line_split(char *text, size_t length, const char *where, struct text_line *line,
                            mpcf_error *err);

#endif
