/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a YAML text, looked at from a place in it.
 */
#ifndef MPCF_FORMAT_YAML_LINES_H
#define MPCF_FORMAT_YAML_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct yaml_lines {
    const char *text, *end;
};

/* The byte of a libyaml mark's INDEX, which counts characters; the end where there are fewer. */
const char *yaml_lines_at(const struct yaml_lines *l, size_t index);
/* Line and column of AT, both from 1; a column is a character. */
void yaml_lines_place(const struct yaml_lines *l, const char *at, size_t *line, size_t *column);
const char *yaml_line_begin(const struct yaml_lines *l, const char *at);
const char *yaml_line_end(const struct yaml_lines *l, const char *at);
/* The first character of AT's line that is no blank. */
const char *yaml_line_first(const struct yaml_lines *l, const char *at);
/* The same of the last line above AT's that has one and is no comment; NULL: there is none. */
const char *yaml_line_above(const struct yaml_lines *l, const char *at);
/* The ':' of "key: " or of "key:" at the line's end, in [AT, STOP); NULL: none. */
const char *yaml_colon(const struct yaml_lines *l, const char *at, const char *stop);
/* The last character in front of AT in its line that is no blank; NULL: none. */
const char *yaml_before(const struct yaml_lines *l, const char *at);
/* What stands at AT, up to STOP or its line's end, for a message: without blanks behind it, 48 bytes
 * at most. */
int yaml_excerpt(const struct yaml_lines *l, const char *at, const char *stop);

#endif
