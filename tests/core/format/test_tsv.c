/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <mpcf/tsv.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

static mpcf_error *err;

static mpcf_tsv *opened(const char *text)
{
    mpcf_tsv *t = NULL;

    assert_ok(mpcf_tsv_open_memory(text, strlen(text), "x.tsv", &t, err), err);
    return t;
}

static void test_fields(void **state)
{
    mpcf_tsv *t = opened("\xef\xbb\xbfone\ttwo\r\na \"b\tc\r\n\t\nlast\tline");
    const char *const *fields = NULL;

    (void) state;
    assert_int_equal(mpcf_tsv_column(t, "one"), 0);
    assert_int_equal(mpcf_tsv_column(t, "two"), 1);
    assert_int_equal(mpcf_tsv_column(t, "three"), -1);
    for (int turn = 0; turn < 2; turn++) {
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_string_equal(fields[0], "a \"b");
        assert_string_equal(fields[1], "c");
        assert_string_equal(mpcf_tsv_where(t), "x.tsv:2");
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_string_equal(fields[0], "");
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_string_equal(fields[1], "line");
        assert_int_equal(mpcf_tsv_rows(t), 3);
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_null(fields);
        assert_ok(mpcf_tsv_rewind(t, err), err);
    }
    mpcf_tsv_close(t);
}

static void refuse_open(const char *text, const char *why)
{
    mpcf_tsv *t = NULL;

    assert_status(MPCF_E_FORMAT, mpcf_tsv_open_memory(text, strlen(text), "x.tsv", &t, err), err);
    assert_message_contains(err, why);
}

static void refuse_row(const void *text, size_t length, const char *why)
{
    mpcf_tsv *t = NULL;
    const char *const *fields = NULL;

    assert_ok(mpcf_tsv_open_memory(text, length, "x.tsv", &t, err), err);
    assert_status(MPCF_E_FORMAT, mpcf_tsv_next(t, &fields, err), err);
    assert_message_contains(err, "x.tsv:2");
    assert_message_contains(err, why);
    mpcf_tsv_close(t);
}

static void test_refusals(void **state)
{
    mpcf_tsv *t = NULL;
    int32_t column = 0;
    size_t length = MPCF_LINE_LIMIT + 16;
    char *long_line = mpcf_alloc_array(length, 1);

    (void) state;
    refuse_open("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n",
                "is a Git LFS pointer");
    refuse_open("", "empty");
    refuse_open("a\tb\n", "no rows");
    refuse_open("a\tb\n\r\n\n", "no rows");
    refuse_row("a\tb\nx\n", 6, "1 columns, expected 2");
    refuse_row("a\tb\nx\t\xff\n", 8, "UTF-8");
    refuse_row("a\tb\nx\0\ty\n", 9, "zero byte");
    assert_non_null(long_line);
    memset(long_line, 'x', length);
    memcpy(long_line, "a\n", 2);
    refuse_row(long_line, length, "longer than");
    refuse_row(long_line, MPCF_LINE_LIMIT + 3, "longer than");
    mpcf_free(long_line);
    t = opened("index\tsentence\n0\tx\n");
    assert_status(MPCF_E_FORMAT, mpcf_tsv_require(t, "sentense", &column, err), err);
    assert_message_contains(err, "nearest is 'sentence'");
    mpcf_tsv_close(t);
    assert_status(MPCF_E_IO, mpcf_tsv_open("/nowhere/x.tsv", &t, err), err);
}

/* A file that begins with a row, with a byte order mark and without one. */
static void test_given_columns(void **state)
{
    static const char *const names[] = {"label", "text", NULL};
    static const char *const texts[] = {"1\tx\n0\t\"y\n", "\xef\xbb\xbf"
                                                          "1\tx\r\n0\t\"y\r"};
    const char *const *fields = NULL;
    mpcf_tsv *t = NULL;

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        assert_ok(mpcf_tsv_open_memory_columns(texts[i], strlen(texts[i]), "x.tsv", names, &t, err),
                  err);
        assert_int_equal(mpcf_tsv_column(t, "text"), 1);
        for (int turn = 0; turn < 2; turn++) {
            assert_ok(mpcf_tsv_next(t, &fields, err), err);
            assert_string_equal(fields[0], "1");
            assert_string_equal(fields[1], "x");
            assert_string_equal(mpcf_tsv_where(t), "x.tsv:1");
            assert_ok(mpcf_tsv_next(t, &fields, err), err);
            assert_string_equal(fields[1], "\"y");
            assert_ok(mpcf_tsv_next(t, &fields, err), err);
            assert_null(fields);
            assert_ok(mpcf_tsv_rewind(t, err), err);
        }
        mpcf_tsv_close(t);
    }
    assert_status(MPCF_E_FORMAT, mpcf_tsv_open_memory_columns("\n\n", 2, "x", names, &t, err), err);
    assert_message_contains(err, "no rows");
}

/* Each refused row counts, and the ones behind it are read. */
static void test_going_on(void **state)
{
    static const char text[] = "a\tb\nx\n\n1\t2\n\xff\ty\n3\t4\n\n\r\n\n";
    const char *const *fields = NULL;
    mpcf_tsv *t = opened(text);

    (void) state;
    for (int turn = 0; turn < 2; turn++) {
        assert_status(MPCF_E_FORMAT, mpcf_tsv_next(t, &fields, err), err);
        assert_message_contains(err, "x.tsv:2: 1 columns");
        assert_status(MPCF_E_FORMAT, mpcf_tsv_next(t, &fields, err), err);
        assert_message_contains(err, "x.tsv:3: 1 columns");
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_string_equal(fields[1], "2");
        assert_status(MPCF_E_FORMAT, mpcf_tsv_next(t, &fields, err), err);
        assert_message_contains(err, "x.tsv:5: byte 1 is not UTF-8");
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_string_equal(fields[1], "4");
        assert_int_equal(mpcf_tsv_rows(t), 5);
        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        assert_null(fields);
        assert_int_equal(mpcf_tsv_rows(t), 5);
        assert_ok(mpcf_tsv_rewind(t, err), err);
    }
    mpcf_tsv_close(t);
}

static void test_long_line_is_passed(void **state)
{
    const size_t length = MPCF_LINE_LIMIT + 100;
    char *text = mpcf_alloc_array(length, 1);
    const char *const *fields = NULL;
    mpcf_tsv *t = NULL;

    (void) state;
    assert_non_null(text);
    memset(text, 'x', length);
    memcpy(text, "a\n", 2);
    memcpy(text + length - 6, "\nlast\n", 6);
    assert_ok(mpcf_tsv_open_memory(text, length, "x.tsv", &t, err), err);
    assert_status(MPCF_E_FORMAT, mpcf_tsv_next(t, &fields, err), err);
    assert_ok(mpcf_tsv_next(t, &fields, err), err);
    assert_string_equal(fields[0], "last");
    assert_string_equal(mpcf_tsv_where(t), "x.tsv:3");
    mpcf_tsv_close(t);
    mpcf_free(text);
}

static void test_text_read(void **state)
{
    char *path = file_join(test_folder(), "text");
    char *buffer = mpcf_alloc_array(MPCF_LINE_LIMIT + 1, 1);

    (void) state;
    assert_non_null(buffer);
    assert_ok(file_write_whole(path, "h\xc3\xa9 <br />", 10, err), err);
    assert_ok(mpcf_text_read(path, buffer, err), err);
    assert_string_equal(buffer, "h\xc3\xa9 <br />");
    assert_ok(file_write_whole(path, "h\xc3", 2, err), err);
    assert_status(MPCF_E_FORMAT, mpcf_text_read(path, buffer, err), err);
    mpcf_free(buffer);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_given_columns),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_long_line_is_passed),
        cmocka_unit_test(test_text_read),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
