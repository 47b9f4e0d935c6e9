/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml says what its scanner or parser expected; this says what of the text brought it there. A
 * message that is not in the table is libyaml's own, so that a later version loses nothing.
 */
#include "format/yaml_words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <mpcf/export.h>

#include "format/yaml_lines.h"

#define IN_QUOTES "stands in quotation marks"

struct view {
    struct yaml_lines lines;
    const yaml_parser_t *parser;
    const char *at;   /* where it was seen */
    const char *from; /* where what is around it begins */
    size_t quoted_line;
    struct yaml_mistake *out;
};

static void say(struct view *v, const char *format, ...) MPCF_PRINTF(2, 3);

static void say(struct view *v, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void) vsnprintf(v->out->text, sizeof v->out->text, format, args);
    va_end(args);
}

static void move_to(struct view *v, const char *place)
{
    yaml_lines_place(&v->lines, place, &v->out->line, &v->out->column);
}

static size_t line_of(const struct view *v, const char *at)
{
    size_t line, column;

    yaml_lines_place(&v->lines, at, &line, &column);
    return line;
}

static bool is_at(const struct view *v, const char *characters)
{
    return v->at < v->lines.end && *v->at != '\0' && strchr(characters, *v->at) != NULL;
}

static bool is_first(const struct view *v)
{
    return v->at == yaml_line_first(&v->lines, v->at);
}

static ptrdiff_t indentation(const struct view *v, const char *at)
{
    return yaml_line_first(&v->lines, at) - yaml_line_begin(&v->lines, at);
}

/* --- What several messages come to --- */

static void say_tab(struct view *v)
{
    say(v, "a tab stands here: YAML takes spaces only as indentation");
}

static void say_begins_with(struct view *v, const char *begin)
{
    const char *stop = begin;

    if (begin >= v->lines.end) {
        say(v, "a value is missing at the end of the file");
        return;
    }
    while (stop < v->lines.end && strchr(" \t\r\n,]}", *stop) == NULL) {
        stop++;
    }
    say(v, "a text that begins with '%c' " IN_QUOTES ": \"%.*s\"", *begin,
        yaml_excerpt(&v->lines, begin, stop), begin);
}

/* "[::1]:9001" without quotes is a list and something that YAML does not expect behind it. */
static bool has_ipv6(const struct view *v)
{
    const char *begin = yaml_line_begin(&v->lines, v->at), *end = yaml_line_end(&v->lines, v->at);
    const char *bracket = NULL; /* the last '[' */
    bool has_colon = false;     /* behind it */

    for (const char *c = begin; c + 1 < end; c++) {
        if (*c == ']' && c[1] == ':' && bracket != NULL && has_colon) {
            return true;
        }
        has_colon = *c != '[' && (has_colon || *c == ':');
        bracket = *c == '[' ? c : *c == ']' ? NULL : bracket;
    }
    return false;
}

static void say_ipv6(struct view *v)
{
    say(v, "[ ] is a list; an IPv6 address stands in quotes, as \"[::1]:9001\"");
}

/* Something behind a value that had ended. false: nothing of the kind is in front of it. */
static bool say_behind(struct view *v)
{
    const char *before = yaml_before(&v->lines, v->at);

    if (before == NULL || strchr("'\"]}", *before) == NULL) {
        return false;
    }
    if (has_ipv6(v)) {
        say_ipv6(v);
    } else if (*before == ']' || *before == '}') {
        say(v, "behind '%c' the value has ended; a text with [ ] or { } " IN_QUOTES, *before);
    } else if (v->quoted_line != 0 && v->quoted_line < v->out->line) {
        const size_t seen = v->out->line;

        v->out->line = v->quoted_line;
        v->out->column = 1;
        say(v, "the text in quotation marks that begins here ends in line %zu only: is %c missing?",
            seen, *before);
    } else {
        say(v, "behind the closing %c the value has ended; a %c inside a text is written %s",
            *before, *before, *before == '"' ? "\\\"" : "''");
    }
    return true;
}

static bool say_closes_nothing(struct view *v)
{
    if (is_at(v, "]}")) {
        say(v, "'%c' closes nothing: there is no '%c' before it", *v->at,
            *v->at == ']' ? '[' : '{');
        return true;
    }
    return false;
}

/* --- By message --- */

static void cannot_start(struct view *v)
{
    if (is_at(v, "\t")) {
        say_tab(v);
    } else {
        say_begins_with(v, v->at);
    }
}

/* A key's line of which YAML sees no colon: "convert", "family:bert". */
static void say_lacks_colon(struct view *v, const char *begin)
{
    const char *end = yaml_line_end(&v->lines, begin), *stop = begin;
    int length;

    while (stop < end && !(stop[0] == ' ' && stop + 1 < end && stop[1] == '#')) {
        stop++;
    }
    length = yaml_excerpt(&v->lines, begin, stop);
    move_to(v, begin);
    if (memchr(begin, ':', (size_t) length) != NULL) {
        say(v, "'%.*s': a space belongs behind the colon", length, begin);
    } else if (memchr(begin, ' ', (size_t) length) != NULL) {
        say(v, "'%.*s' lacks its colon: key: value", length, begin);
    } else {
        say(v, "'%.*s' lacks its colon; a key without a value is written '%.*s: {}'", length, begin,
            length, begin);
    }
}

static void say_lacks_dash(struct view *v, size_t line, size_t column)
{
    say(v, "each item of the list that begins in line %zu begins with '- ', in column %zu", line,
        column);
}

static void no_colon(struct view *v)
{
    const char *above = yaml_line_above(&v->lines, v->from);
    size_t line, column;

    if (above != NULL && above[0] == '-' && above[1] == ' ' &&
        indentation(v, above) == indentation(v, v->from)) {
        yaml_lines_place(&v->lines, above, &line, &column);
        move_to(v, v->from);
        say_lacks_dash(v, line, column);
    } else {
        say_lacks_colon(v, v->from);
    }
}

/* false: V's line is not deeper than the one above it. */
static bool say_deeper(struct view *v)
{
    const char *first = yaml_line_first(&v->lines, v->at);
    const char *above = yaml_line_above(&v->lines, v->at);

    if (above == NULL || indentation(v, v->at) <= indentation(v, above)) {
        return false;
    }
    move_to(v, first);
    say(v,
        "this line is indented deeper than the one above, which has its value already; keys of one "
        "mapping begin in one column");
    return true;
}

/* The text of the line above goes on in this one, up to its colon. */
static void second_colon(struct view *v)
{
    const char *first = yaml_line_first(&v->lines, v->at);
    const char *above = yaml_line_above(&v->lines, v->at);

    if (yaml_colon(&v->lines, first, v->at) != NULL) {
        say(v, "a second ': ' in one line; a text with ': ' in it " IN_QUOTES);
    } else if (above != NULL && *above != '-' &&
               yaml_colon(&v->lines, above, yaml_line_end(&v->lines, above)) == NULL) {
        say_lacks_colon(v, above);
    } else if (!say_deeper(v)) {
        say(v, "a ':' cannot stand here; a text with ': ' in it " IN_QUOTES);
    }
}

static void no_key(struct view *v)
{
    if (say_closes_nothing(v) || (!is_first(v) && say_behind(v))) {
        return;
    }
    if (is_first(v) && is_at(v, "-")) {
        say(v, "an item of a list, where keys stand: a list is indented deeper than its key");
    } else if (is_first(v) && !say_deeper(v)) {
        say(v,
            "this line begins in column %zu, and the keys above, from line %zu on, in column %zu",
            v->out->column, v->parser->context_mark.line + 1, v->parser->context_mark.column + 1);
    } else if (!is_first(v)) {
        say(v, "a key is expected here, not '%.*s'; a text of several parts " IN_QUOTES,
            yaml_excerpt(&v->lines, v->at, NULL), v->at);
    }
}

static void no_dash(struct view *v)
{
    if (is_first(v) || !say_behind(v)) {
        say_lacks_dash(v, v->parser->context_mark.line + 1, v->parser->context_mark.column + 1);
    }
}

/* {path: ${HOME}/x}: the '{' that V is at ends the text before it. */
static void say_variable(struct view *v)
{
    const char *begin = v->at - 1, *end = v->at;

    while (begin > v->lines.text && strchr(" \t\r\n{[,'\"", begin[-1]) == NULL) {
        begin--;
    }
    while (end < v->lines.end && *end != '}' && *end != '\n') {
        end++;
    }
    end += end < v->lines.end && *end == '}' ? 1 : 0;
    while (end < v->lines.end && strchr(" \t\r\n,]}", *end) == NULL) {
        end++;
    }
    move_to(v, begin);
    say(v, "inside { } and [ ] a text with ${...} " IN_QUOTES ": \"%.*s\"",
        yaml_excerpt(&v->lines, begin, end), begin);
}

static void no_comma(struct view *v)
{
    const char open = v->from < v->lines.end ? *v->from : '{', close = open == '[' ? ']' : '}';
    const size_t line = line_of(v, v->from);
    const char *first = yaml_line_first(&v->lines, v->at);

    if (v->at >= v->lines.end || (line_of(v, v->at) > line && !is_at(v, "]}") &&
                                  indentation(v, v->at) <= indentation(v, v->from))) {
        move_to(v, v->from);
        say(v, "this '%c' is not closed: '%c' is missing%s%.*s%s", open, close,
            v->at < v->lines.end ? " before '" : "", yaml_excerpt(&v->lines, first, NULL), first,
            v->at < v->lines.end ? "'" : "");
    } else if (is_at(v, "{") && v->at > v->lines.text && v->at[-1] == '$') {
        say_variable(v);
    } else if (is_at(v, "]}")) {
        say(v, "'%c', where the '%c' of line %zu is still open: '%c' is missing", *v->at, open,
            line, close);
    } else if (is_at(v, ":") && line_of(v, v->at) == line) {
        say(v, "a second ': ' in one value; a text with ': ' in it " IN_QUOTES);
    } else if (is_first(v) || !say_behind(v)) {
        say(v, "',' or '%c' is missing before here: the '%c' of line %zu is still open%s", close,
            open, line, is_at(v, "[{") ? "; a text with [ ] or { } inside them " IN_QUOTES : "");
    }
}

static void dash_misplaced(struct view *v)
{
    say(v, "'- ' cannot stand here: items of a list have a line each, or it is written [a, b]; a "
           "text that begins with '- ' " IN_QUOTES);
}

static void no_content(struct view *v)
{
    const char *end = yaml_line_end(&v->lines, v->at);

    if (v->at >= v->lines.end) {
        say(v, "a value is missing at the end of the file");
    } else if (has_ipv6(v)) {
        say_ipv6(v);
    } else if (is_at(v, "-")) {
        dash_misplaced(v);
    } else if (is_at(v, ",")) {
        say(v, "nothing stands before this ','");
    } else if (is_at(v, "]}")) {
        say(v, "'%c' stands where a value is expected", *v->at);
    } else if (yaml_colon(&v->lines, v->at, end) != NULL) {
        say(v, "a second ': ' in one value; a text with ': ' in it " IN_QUOTES);
    } else {
        say(v, "a value is expected here, not '%.*s'", yaml_excerpt(&v->lines, v->at, NULL), v->at);
    }
}

static void no_document(struct view *v)
{
    if (say_closes_nothing(v) || (!is_first(v) && say_behind(v))) {
        return;
    }
    say(v, "the file has ended above this line: keys of its top level begin in one column");
}

static void question_misplaced(struct view *v)
{
    say(v, "'? ' cannot stand here; a text that begins with it " IN_QUOTES);
}

/* '&', '*', '!', '%': libyaml names where it begins. */
static void sign_misused(struct view *v)
{
    const char *begin =
        v->from < v->lines.end && strchr("&*!%", *v->from) != NULL ? v->from : v->at;

    if (begin >= v->lines.end || strchr("&*!%", *begin) == NULL) {
        say(v, "an anchor, alias, tag or directive that is not finished; none is accepted");
        return;
    }
    move_to(v, begin);
    say_begins_with(v, begin);
}

static void block_header(struct view *v)
{
    say(v, "behind '|' or '>' its line ends; a text that begins with it " IN_QUOTES);
}

static void quotes_open(struct view *v)
{
    move_to(v, v->from);
    say(v, "this quotation mark (%c) is not closed", v->from < v->lines.end ? *v->from : '"');
}

static void bad_escape(struct view *v)
{
    const char *stop = v->at + (v->lines.end - v->at < 2 ? v->lines.end - v->at : 2);

    say(v,
        "'%.*s' is no escape: a backslash between \" and \" is written twice, between ' and ' once",
        yaml_excerpt(&v->lines, v->at, stop), v->at);
}

static void bad_digits(struct view *v)
{
    say(v, "\\x takes 2 hexadecimal digits, \\u 4, \\U 8; a backslash is written \\\\");
}

static void bad_character(struct view *v)
{
    say(v, "no character has this number");
}

static void colon_misplaced(struct view *v)
{
    say(v, "a space belongs behind a key's colon; a text with ':' in it " IN_QUOTES);
}

static void too_deep(struct view *v)
{
    say(v, "nested too deep");
}

static const struct rule {
    const char *problem;
    void (*explain)(struct view *v);
} rules[] = {
    {"found character that cannot start any token", cannot_start},
    {"could not find expected ':'", no_colon},
    {"mapping values are not allowed in this context", second_colon},
    {"mapping keys are not allowed in this context", question_misplaced},
    {"block sequence entries are not allowed in this context", dash_misplaced},
    {"did not find expected key", no_key},
    {"did not find expected '-' indicator", no_dash},
    {"did not find expected ',' or ']'", no_comma},
    {"did not find expected ',' or '}'", no_comma},
    {"did not find expected node content", no_content},
    {"did not find expected <document start>", no_document},
    {"found a tab character where an indentation space is expected", say_tab},
    {"found a tab character that violates indentation", say_tab},
    {"found unexpected ':'", colon_misplaced},
    {"found unexpected end of stream", quotes_open},
    {"found unexpected document indicator", quotes_open},
    {"found unknown escape character", bad_escape},
    {"did not find expected hexdecimal number", bad_digits},
    {"found invalid Unicode character escape code", bad_character},
    {"found an indentation indicator equal to 0", block_header},
    {"did not find expected alphabetic or numeric character", sign_misused},
    {"did not find expected whitespace or line break", sign_misused},
    {"did not find expected whitespace", sign_misused},
    {"did not find expected '!'", sign_misused},
    {"did not find the expected '>'", sign_misused},
    {"did not find expected tag URI", sign_misused},
    {"did not find URI escaped octet", sign_misused},
    {"found an incorrect leading UTF-8 octet", sign_misused},
    {"found an incorrect trailing UTF-8 octet", sign_misused},
    {"found undefined tag handle", sign_misused},
    {"found unknown directive name", sign_misused},
    {"could not find expected directive name", sign_misused},
    {"found unexpected non-alphabetical character", sign_misused},
    {"found extremely long version number", sign_misused},
    {"did not find expected version number", sign_misused},
    {"did not find expected digit or '.' character", sign_misused},
    {"found duplicate %YAML directive", sign_misused},
    {"found duplicate %TAG directive", sign_misused},
    {"found incompatible YAML document", sign_misused},
    {"Maximum nesting level reached, set with yaml_set_max_nest_level())", too_deep},
};

/* Of a block scalar's header, or of a directive. */
static bool explain_line_end(struct view *v)
{
    const char *context = v->parser->context;

    if (strcmp(v->parser->problem, "did not find expected comment or line break") != 0) {
        return false;
    }
    if (context != NULL && strstr(context, "block scalar") != NULL) {
        block_header(v);
    } else {
        sign_misused(v);
    }
    return true;
}

static void explain_token(struct view *v)
{
    const yaml_parser_t *p = v->parser;

    v->out->line = p->problem_mark.line + 1;
    v->out->column = p->problem_mark.column + 1;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strcmp(p->problem, rules[i].problem) == 0) {
            rules[i].explain(v);
            return;
        }
    }
    if (!explain_line_end(v)) {
        say(v, "%s%s%s", p->problem, p->context == NULL ? "" : ", ",
            p->context == NULL ? "" : p->context);
    }
}

/* Bytes that are no text. */
static void explain_byte(struct view *v)
{
    const size_t length = (size_t) (v->lines.end - v->lines.text);
    const size_t offset = v->parser->problem_offset < length ? v->parser->problem_offset : length;
    const unsigned char *begin = (const unsigned char *) v->lines.text;

    move_to(v, v->lines.text + offset);
    if (length > 1 && ((begin[0] == 0xff && begin[1] == 0xfe) ||
                       (begin[0] == 0xfe && begin[1] == 0xff) || begin[0] == 0 || begin[1] == 0)) {
        say(v, "this is UTF-16: save the file as UTF-8");
    } else if (strstr(v->parser->problem, "control") != NULL) {
        say(v, "a control character (U+%04X) is not accepted", (unsigned) v->parser->problem_value);
    } else if (offset < length) {
        say(v, "the byte 0x%02x is not UTF-8: save the file as UTF-8", begin[offset]);
    } else {
        say(v, "the text ends within a character of UTF-8");
    }
}

void yaml_explain(const yaml_parser_t *parser, const char *text, size_t length, size_t quoted_line,
                  struct yaml_mistake *out)
{
    struct view v = {
        .lines = {text, text + length}, .parser = parser, .quoted_line = quoted_line, .out = out};

    v.at = yaml_lines_at(&v.lines, parser->problem_mark.index);
    v.from = yaml_lines_at(&v.lines, parser->context_mark.index);
    if (parser->error == YAML_READER_ERROR) {
        explain_byte(&v);
    } else {
        explain_token(&v);
    }
}
