/* SPDX-License-Identifier: Apache-2.0 */
/* Where a line of a YAML text begins and ends, and what stands around a place in it. */
#include "format/yaml_lines.h"

#include <string.h>

enum { EXCERPT_MAX = 48 };

static bool is_continued(char c)
{
    return ((unsigned char) c & 0xc0) == 0x80;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

const char *yaml_lines_at(const struct yaml_lines *l, size_t index)
{
    const char *at = l->text;

    for (; at < l->end && index > 0; index--) {
        at++;
        while (at < l->end && is_continued(*at)) {
            at++;
        }
    }
    return at;
}

void yaml_lines_place(const struct yaml_lines *l, const char *at, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (const char *c = l->text; c < at; c++) {
        if (*c == '\n' || (*c == '\r' && (c + 1 == l->end || c[1] != '\n'))) {
            (*line)++;
            *column = 1;
        } else if (!is_continued(*c)) {
            (*column)++;
        }
    }
}

const char *yaml_line_begin(const struct yaml_lines *l, const char *at)
{
    while (at > l->text && !is_break(at[-1])) {
        at--;
    }
    return at;
}

const char *yaml_line_end(const struct yaml_lines *l, const char *at)
{
    while (at < l->end && !is_break(*at)) {
        at++;
    }
    return at;
}

const char *yaml_line_first(const struct yaml_lines *l, const char *at)
{
    const char *first = yaml_line_begin(l, at);

    while (first < l->end && is_blank(*first)) {
        first++;
    }
    return first;
}

const char *yaml_line_above(const struct yaml_lines *l, const char *at)
{
    const char *begin = yaml_line_begin(l, at);

    while (begin > l->text) {
        const char *first = yaml_line_first(l, begin - 1);

        if (first < begin - 1 && *first != '#' && !is_break(*first)) {
            return first;
        }
        begin = yaml_line_begin(l, begin - 1);
    }
    return NULL;
}

const char *yaml_colon(const struct yaml_lines *l, const char *at, const char *stop)
{
    for (; at < stop; at++) {
        if (*at == ':' && (at + 1 == l->end || is_blank(at[1]) || is_break(at[1]))) {
            return at;
        }
    }
    return NULL;
}

const char *yaml_before(const struct yaml_lines *l, const char *at)
{
    const char *begin = yaml_line_begin(l, at);

    while (at > begin) {
        at--;
        if (!is_blank(*at)) {
            return at;
        }
    }
    return NULL;
}

int yaml_excerpt(const struct yaml_lines *l, const char *at, const char *stop)
{
    const char *end = yaml_line_end(l, at);

    end = stop != NULL && stop < end ? stop : end;
    if (end - at > EXCERPT_MAX) {
        end = at + EXCERPT_MAX;
        while (end > at && is_continued(*end)) {
            end--;
        }
    }
    while (end > at && is_blank(end[-1])) {
        end--;
    }
    return (int) (end - at);
}
