/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tokenizer looks for in a text: a fixed string, or a regular expression of Oniguruma, which
 * Hugging Face's tokenizers use as well. An expression that takes far longer than any that is meant is
 * an error: no file can make a text hang.
 */
#ifndef MPCF_TEXT_PATTERN_H
#define MPCF_TEXT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/unicode.h"

/* A part of a text: one match, or what lies between two. May be empty. */
struct part {
    size_t first, end; /* in points */
    bool is_match;
};

/* All zero: none. Used for one text after the other. */
struct parts {
    struct part *items;
    size_t count, capacity;
    char *bytes; /* of the text that an expression reads */
    size_t byte_capacity;
    long long left_ns; /* processor time that expressions may take yet */
    bool failed;       /* memory */
};

/* Before a text of LENGTH bytes, or several in all, is looked at. */
void parts_begin(struct parts *p, size_t length);
void parts_add(struct parts *p, size_t first, size_t end, bool is_match);
void parts_empty(struct parts *p);
void parts_clear(struct parts *p);

/* All zero: none. */
struct pattern {
    uint32_t *text; /* the fixed string */
    size_t length;
    void *expression; /* of Oniguruma; NULL: the string it is */
};

/* Bytes that all expressions of a tokenizer may have: one with many classes takes a thousand times its
 * own. */
#define PATTERN_EXPRESSIONS ((size_t) 2000)

/* An expression that Oniguruma does not take: MPCF_E_UNSUPPORTED with its reason. */
mpcf_status pattern_set_expression(struct pattern *p, const char *expression, size_t length,
                                   mpcf_error *err);
mpcf_status pattern_set_string(struct pattern *p, const char *text, size_t length, mpcf_error *err);
void pattern_clear(struct pattern *p);

/* Adds all of COUNT points to PARTS, matches and what is between them. */
mpcf_status pattern_find(const struct pattern *p, const uint32_t *points, size_t count,
                         struct parts *parts, mpcf_error *err);

#endif
