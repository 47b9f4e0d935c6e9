/* SPDX-License-Identifier: Apache-2.0 */
/* Lines as a person writes them: whatever ends them, and whatever they hold. */
#include "format/text_lines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/tsv.h>

#include "base/memory.h"
#include "support/support.h"

struct expected {
    const char *a, *b;
};

static void assert_lines(const char *text, size_t length, const struct expected *want, size_t count)
{
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found = TEXT_LINE;

    assert_int_equal(text_lines_open_memory(text, length, "t", &l, NULL), MPCF_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(text_lines_next(l, true, &line, &found, NULL), MPCF_OK);
        assert_int_equal(found, TEXT_LINE);
        assert_string_equal(line.a, want[i].a);
        assert_int_equal(line.b == NULL, want[i].b == NULL);
        if (line.b != NULL) {
            assert_string_equal(line.b, want[i].b);
            assert_int_equal(line.b_length, strlen(want[i].b));
        }
    }
    assert_int_equal(text_lines_next(l, true, &line, &found, NULL), MPCF_OK);
    assert_int_equal(found, TEXT_LINES_END);
    text_lines_close(l);
}
#define ASSERT_LINES(text, ...)                                                                    \
    assert_lines(text, sizeof(text) - 1, (const struct expected[]){__VA_ARGS__},                   \
                 sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void every_line_is_a_text(void **state)
{
    (void) state;
    assert_lines("", 0, NULL, 0);
    assert_lines("\xef\xbb\xbf", 3, NULL, 0);
    ASSERT_LINES("a", {"a", NULL});
    ASSERT_LINES("a\n", {"a", NULL});
    ASSERT_LINES("\n", {"", NULL});
    ASSERT_LINES("a\n\nb", {"a", NULL}, {"", NULL}, {"b", NULL});
    ASSERT_LINES("\xef\xbb\xbf\n\xef\xbb\xbf", {"", NULL}, {"\xef\xbb\xbf", NULL});
    ASSERT_LINES("\xef\xbb\xbf"
                 "a\r\nb\rc\r\n\r\n",
                 {"a", NULL}, {"b\rc", NULL}, {"", NULL});
    ASSERT_LINES("a\r", {"a\r", NULL}); /* no line's end */
}

static void a_tab_makes_a_pair(void **state)
{
    (void) state;
    ASSERT_LINES("a\tb\r\n\t\nc\t", {"a", "b"}, {"", ""}, {"c", ""});
}

static void zeros_are_bytes_of_a_text(void **state)
{
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found;

    (void) state;
    assert_int_equal(text_lines_open_memory("a\0b\tc\0\n", 7, "t", &l, NULL), MPCF_OK);
    assert_int_equal(text_lines_next(l, true, &line, &found, NULL), MPCF_OK);
    assert_int_equal(line.a_length, 3);
    assert_int_equal(line.b_length, 2);
    text_lines_close(l);
}

static void assert_refused(const char *text, size_t length, const char *part)
{
    mpcf_error *err = mpcf_error_create();
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found = TEXT_LINE;
    mpcf_status status = MPCF_OK;

    assert_ok(text_lines_open_memory(text, length, "t", &l, err), err);
    while (status == MPCF_OK && found == TEXT_LINE) {
        status = text_lines_next(l, true, &line, &found, err);
    }
    assert_status_was(MPCF_E_FORMAT, status, err);
    assert_message_contains(err, part);
    assert_null(strstr(mpcf_error_text(err), "secret"));
    text_lines_close(l);
    mpcf_error_destroy(err);
}

static void what_is_no_line_is_named_and_not_quoted(void **state)
{
    const size_t limit = MPCF_LINE_LIMIT;
    char *big = mpcf_alloc_array(limit + 3, 1);

    (void) state;
    assert_refused("\xff\xfes\0e\0\n\0", 8,
                   "t: the file is text in UTF-16, not text in UTF-8; write");
    assert_refused("\xfe\xff\0s\0\n", 6, "iconv -f UTF-16 -t UTF-8 FILE > NEW");
    assert_refused("\x1f\x8b\x08\0", 4, "compressed by gzip, not text in UTF-8; unpack it: gunzip");
    assert_refused("a\nsecret\tb\tc", 12, "t:2: more than one tab");
    memset(big, 'x', limit + 2);
    assert_refused(big, limit + 1, "t:1: a line of more than 1048576 bytes");
    big[limit + 1] = '\n';
    assert_refused(big, limit + 2, "t:1: a line of more than 1048576 bytes");
    big[limit] = '\0'; /* as long as a line may be */
    assert_lines(big, limit, (const struct expected[]){{big, NULL}}, 1);
    mpcf_free(big);
}

/* What is not there yet is not waited for, unless that is asked. */
static void a_pipe_is_read_as_it_comes(void **state)
{
    int ends[2], keep = dup(STDIN_FILENO);
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found;

    (void) state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(text_lines_open("-", &l, NULL), MPCF_OK);
    assert_int_equal(text_lines_next(l, false, &line, &found, NULL), MPCF_OK);
    assert_int_equal(found, TEXT_LINE_NOT_YET);
    assert_int_equal(write(ends[1], "one\nha", 6), 6);
    assert_int_equal(text_lines_next(l, true, &line, &found, NULL), MPCF_OK);
    assert_string_equal(line.a, "one");
    assert_int_equal(text_lines_next(l, false, &line, &found, NULL), MPCF_OK);
    assert_int_equal(found, TEXT_LINE_NOT_YET);
    assert_int_equal(write(ends[1], "lf", 2), 2);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(text_lines_next(l, false, &line, &found, NULL), MPCF_OK);
    assert_int_equal(found, TEXT_LINE);
    assert_string_equal(line.a, "half");
    assert_string_equal(text_lines_where(l), "standard input:2");
    assert_int_equal(text_lines_next(l, false, &line, &found, NULL), MPCF_OK);
    assert_int_equal(found, TEXT_LINES_END);
    text_lines_close(l);
    assert_int_equal(dup2(keep, STDIN_FILENO), STDIN_FILENO);
    (void) close(keep);
    (void) close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_text),
        cmocka_unit_test(a_tab_makes_a_pair),
        cmocka_unit_test(zeros_are_bytes_of_a_text),
        cmocka_unit_test(what_is_no_line_is_named_and_not_quoted),
        cmocka_unit_test(a_pipe_is_read_as_it_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
