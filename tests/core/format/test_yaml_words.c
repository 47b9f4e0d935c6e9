/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a file that is no YAML: where, in a person's words, none of libyaml's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/yaml_tree.h"
#include "support/support.h"

struct wrong {
    const char *text, *message; /* from its line and column on */
};

static const struct wrong wrongs[] = {
    {"version: 1\nmodel:\n\tfamily: bert\n",
     "3:1: a tab stands here: YAML takes spaces only as indentation"},
    {"stages:\n  convert\n  infer: {examples: 8}\n",
     "2:3: 'convert' lacks its colon; a key without a value is written 'convert: {}'"},
    {"version: 1\noutput run\nmodel: {a: b}\n", "2:1: 'output run' lacks its colon: key: value"},
    {"version 1\noutput: run\n", "1:1: 'version 1' lacks its colon: key: value"},
    {"a: @name\n", "1:4: a text that begins with '@' stands in quotation marks: \"@name\""},
    {"a: `x`\n", "1:4: a text that begins with '`' stands in quotation marks: \"`x`\""},
    {"a: [|x]\n", "1:5: a text that begins with '|' stands in quotation marks: \"|x\""},
    {"%x: 1\n", "1:1: a text that begins with '%' stands in quotation marks: \"%x:\""},
    {"a: {b: %x}\n", "1:8: a text that begins with '%' stands in quotation marks: \"%x\""},
    {"model: {path: ${HOME}/model}\n",
     "1:15: inside { } and [ ] a text with ${...} stands in quotation marks: \"${HOME}/model\""},
    {"model: {path: x/${HOME}/model, b: c}\n",
     "1:15: inside { } and [ ] a text with ${...} stands in quotation marks: \"x/${HOME}/model\""},
    {"plugins: [${X}, b]\n",
     "1:11: inside { } and [ ] a text with ${...} stands in quotation marks: \"${X}\""},
    {"model: {path: ${X:-/y}/z}\n",
     "1:15: inside { } and [ ] a text with ${...} stands in quotation marks: \"${X:-/y}/z\""},
    {"a: \"x\nb: 1\n", "1:4: this quotation mark (\") is not closed"},
    {"a: \"x\nb: \"y\"\n",
     "1:1: the text in quotation marks that begins here ends in line 2 only: is \" missing?"},
    {"a: 'it's'\n",
     "1:8: behind the closing ' the value has ended; a ' inside a text is written ''"},
    {"a: {b: 'it's'}\n",
     "1:12: behind the closing ' the value has ended; a ' inside a text is written ''"},
    {"a: {b: c\nd: e\n", "1:4: this '{' is not closed: '}' is missing before 'd: e'"},
    {"a: {b: c\n", "1:4: this '{' is not closed: '}' is missing"},
    {"a: [1, 2\n", "1:4: this '[' is not closed: ']' is missing"},
    {"a: [1, 2\nb: 3\n", "1:4: this '[' is not closed: ']' is missing before 'b: 3'"},
    {"a: {b: [1}\n", "1:10: '}', where the '[' of line 1 is still open: ']' is missing"},
    {"a: {b: 1]\n", "1:9: ']', where the '{' of line 1 is still open: '}' is missing"},
    {"a: {b: 1}}\n", "1:10: '}' closes nothing: there is no '{' before it"},
    {"a: b]\nc: }\n", "2:4: '}' stands where a value is expected"},
    {"a: }\n", "1:4: '}' stands where a value is expected"},
    {"a: b: c\n",
     "1:5: a second ': ' in one line; a text with ': ' in it stands in quotation marks"},
    {"a: {b: c: d}\n",
     "1:9: a second ': ' in one value; a text with ': ' in it stands in quotation marks"},
    {"a: run\n  b: x\n", "2:3: this line is indented deeper than the one above, which has its "
                         "value already; keys of one mapping begin in one column"},
    {"a:\n    b: 1\n  c: 2\n",
     "3:3: this line begins in column 3, and the keys above, from line 1 on, in column 1"},
    {"  a: 1\nb: 2\n",
     "2:1: the file has ended above this line: keys of its top level begin in one column"},
    {"a:\n  - x\n  y: 1\n",
     "3:3: each item of the list that begins in line 2 begins with '- ', in column 3"},
    {"a: 1\n- b\n",
     "2:1: an item of a list, where keys stand: a list is indented deeper than its key"},
    {"a:\n  b: 1\n  - c\n",
     "3:3: an item of a list, where keys stand: a list is indented deeper than its key"},
    {"a: - b\n", "1:4: '- ' cannot stand here: items of a list have a line each, or it is written "
                 "[a, b]; a text that begins with '- ' stands in quotation marks"},
    {"a: [- b]\n", "1:5: '- ' cannot stand here: items of a list have a line each, or it is "
                   "written [a, b]; a text that begins with '- ' stands in quotation marks"},
    {"a: [1,, 2]\n", "1:7: nothing stands before this ','"},
    {"a: {,}\n", "1:5: nothing stands before this ','"},
    {"a: {b: 1 c: 2}\n",
     "1:11: a second ': ' in one value; a text with ': ' in it stands in quotation marks"},
    {"a: {\n  b: {}\n  c: {}\n}\n",
     "3:3: ',' or '}' is missing before here: the '{' of line 1 is still open"},
    {"family:bert\nb: 1\n", "1:1: 'family:bert': a space belongs behind the colon"},
    {"a:\n  family:bert\n  b: 1\n", "2:3: 'family:bert': a space belongs behind the colon"},
    {"a: *:9001\n", "1:4: a text that begins with '*' stands in quotation marks: \"*:9001\""},
    {"a: &\n", "1:4: a text that begins with '&' stands in quotation marks: \"&\""},
    {"a: !x!y\n", "1:4: a text that begins with '!' stands in quotation marks: \"!x!y\""},
    {"a: !\n", "1:4: tags (!) are not accepted"},
    {"a: !<x\n", "1:4: a text that begins with '!' stands in quotation marks: \"!<x\""},
    {"a: *\n", "1:4: a text that begins with '*' stands in quotation marks: \"*\""},
    {"a: |0\n  x\n",
     "1:5: behind '|' or '>' its line ends; a text that begins with it stands in quotation marks"},
    {"a: |x\n",
     "1:5: behind '|' or '>' its line ends; a text that begins with it stands in quotation marks"},
    {"a: >5 y\n",
     "1:7: behind '|' or '>' its line ends; a text that begins with it stands in quotation marks"},
    {"a: |\n\tx\n", "2:1: a tab stands here: YAML takes spaces only as indentation"},
    {"a: \"\\d\"\n", "1:5: '\\d' is no escape: a backslash between \" and \" is written twice, "
                     "between ' and ' once"},
    {"a: \"\\xzz\"\n",
     "1:7: \\x takes 2 hexadecimal digits, \\u 4, \\U 8; a backslash is written \\\\"},
    {"a: \"\\ud800\"\n", "1:7: no character has this number"},
    {"{a:,}\n",
     "1:3: a space belongs behind a key's colon; a text with ':' in it stands in quotation marks"},
    {"a: \"x\n---\ny\"\n", "1:4: this quotation mark (\") is not closed"},
    {"%YAML x\n---\na: 1\n",
     "1:1: a text that begins with '%' stands in quotation marks: \"%YAML\""},
    {"%TAG x\n---\na: 1\n", "1:1: a text that begins with '%' stands in quotation marks: \"%TAG\""},
    {"%\n", "1:1: a text that begins with '%' stands in quotation marks: \"%\""},
    {"a: \001\n", "1:4: a control character (U+0001) is not accepted"},
    {"a: [::1]:9001\n", "1:5: [ ] is a list; an IPv6 address stands in quotes, as \"[::1]:9001\""},
    {"p: {a: [::1]:9001}\n",
     "1:9: [ ] is a list; an IPv6 address stands in quotes, as \"[::1]:9001\""},
    {"a: [1] b\n",
     "1:8: behind ']' the value has ended; a text with [ ] or { } stands in quotation marks"},
    {"a: {b}.c\n",
     "1:7: behind '}' the value has ended; a text with [ ] or { } stands in quotation marks"},
    {"a: \"b\" c\n",
     "1:8: behind the closing \" the value has ended; a \" inside a text is written \\\""},
    {"a: b[0]\nc: {d: e[0]}\n",
     "2:9: ',' or '}' is missing before here: the '{' of line 2 is still open; a text with [ ] or "
     "{ } inside them stands in quotation marks"},
    {"? \na: ? b\n",
     "2:4: '? ' cannot stand here; a text that begins with it stands in quotation marks"},
    {"a: ? b\n",
     "1:4: '? ' cannot stand here; a text that begins with it stands in quotation marks"},
    {"a: 'x\n", "1:4: this quotation mark (') is not closed"},
    {"{a: 1}\nb: 2\n",
     "2:1: the file has ended above this line: keys of its top level begin in one column"},
    {"a: x # c: d\n  e: f\n", "2:3: this line is indented deeper than the one above, which has its "
                              "value already; keys of one mapping begin in one column"},
    {"a:\tb: c\n",
     "1:5: a second ': ' in one line; a text with ': ' in it stands in quotation marks"},
    {"a: {b: \"c\" \"d\"}\n",
     "1:12: behind the closing \" the value has ended; a \" inside a text is written \\\""},
    {"plugins:\n  - a\n  b\n",
     "3:3: each item of the list that begins in line 2 begins with '- ', in column 3"},
    {"a: {b: 1, c\n}\nd: [\n", "4:1: a value is missing at the end of the file"},
    {"stages:\n  convert:{}\n  infer: {}\n", "2:3: 'convert:{}': a space belongs behind the colon"},
    {"a: b\n c\n d: e\n", "2:2: 'c' lacks its colon; a key without a value is written 'c: {}'"},
    {"-\tx: 1\n  b: 2\n", "1:2: a tab stands here: YAML takes spaces only as indentation"},
    {"a: \"b\n  c\" d\n",
     "1:1: the text in quotation marks that begins here ends in line 2 only: is \" missing?"},
    {"a: >\n\n\t x\n", "3:1: a tab stands here: YAML takes spaces only as indentation"},
    {"'a' 'b': c\n",
     "1:5: behind the closing ' the value has ended; a ' inside a text is written ''"},
    {"a: \303\251\303\251\nb: {c: [::1]:9001}\n",
     "2:9: [ ] is a list; an IPv6 address stands in quotes, as \"[::1]:9001\""},
    {"\357\273\277a: 1\nb\nc: 2\n",
     "2:1: the file has ended above this line: keys of its top level begin in one column"},
    {"a: 1\r\nb\r\nc: 2\r\n", "2:1: 'b' lacks its colon; a key without a value is written 'b: {}'"},
};

/* Of libyaml's scanner and parser. */
static const char *const own_words[] = {"while scanning", "while parsing", "did not find",
                                        "could not find", "found ",        "token",
                                        "block mapping",  "flow ",         "not allowed in this"};

static void check(const struct wrong *w, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;
    char expected[600];

    mpcf_error_reset(err);
    (void) snprintf(expected, sizeof expected, "a.yaml:%s", w->message);
    if (yaml_parse_text(w->text, strlen(w->text), "a.yaml", &tree, err) != MPCF_E_CONFIG ||
        strncmp(mpcf_error_text(err), expected, strlen(expected)) != 0) {
        fail_msg("of\n%s\nis said: %s\nexpected: %s", w->text, mpcf_error_text(err), expected);
    }
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) {
        if (strstr(mpcf_error_text(err), own_words[i]) != NULL) {
            fail_msg("libyaml's own words: %s", mpcf_error_text(err));
        }
    }
}

static void every_message_is_a_persons(void **state)
{
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        check(&wrongs[i], err);
    }
    mpcf_error_destroy(err);
}

/* Bytes that are no UTF-8, each named with its place. */
static void bytes_that_are_no_text_have_a_place(void **state)
{
    static const struct {
        char text[8];
        size_t length;
        const char *message;
    } bytes[] = {
        {"a: \n\xff\n", 6, "a.yaml:2:1: the byte 0xff is not UTF-8: save the file as UTF-8"},
        {"a: \xc3", 4, "a.yaml:1:4: "},
        {"\xff\xfe\x61\0", 4, "a.yaml:1:1: this is UTF-16: save the file as UTF-8"},
        {"\x61\0:\0", 4, "this is UTF-16"},
        {"a: \0", 4, "a control character (U+0000)"},
    };
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct yaml_tree *tree = NULL;

        mpcf_error_reset(err);
        assert_status(MPCF_E_CONFIG,
                      yaml_parse_text(bytes[i].text, bytes[i].length, "a.yaml", &tree, err), err);
        assert_message_contains(err, bytes[i].message);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_a_persons),
        cmocka_unit_test(bytes_that_are_no_text_have_a_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
