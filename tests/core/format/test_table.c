/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as pandas reads them (tests/vectors/tables, which make_tables.py wrote); what is refused, where, and
 * that a broken row does not end the others.
 */
#include <stdio.h>
#include <string.h>

#include <mpcf/table.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "support/support.h"

static mpcf_error *err;

/* --- As pandas --- */

/* Refused where pandas reads on: it guesses, or nothing is left to train on. */
static bool is_refused_here(const char *name)
{
    static const char *const names[] = {"behind_quote.csv", "names_alone.csv", "zero_byte.csv",
                                        "index_column.csv"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *table_file(const char *name)
{
    static char path[256];

    (void) snprintf(path, sizeof path, "tests/vectors/tables/%s", name);
    return source_path(path);
}

static void compare_row(const char *name, size_t row, const json_t *want, const char *const *fields)
{
    const bool is_json = text_ends_with(name, ".jsonl");

    for (size_t i = 0; i < json_array_size(want); i++) {
        const char *cell = json_string_value(json_array_get(want, i));
        const char *got = fields[i] != NULL || is_json ? fields[i] : ""; /* as pandas has it */

        if ((cell == NULL) != (got == NULL) || (cell != NULL && strcmp(cell, got) != 0)) {
            fail_msg("%s: row %zu, column %zu: '%s', pandas has '%s'", name, row, i,
                     got != NULL ? got : "(none)", cell != NULL ? cell : "(none)");
        }
    }
}

static void walk_with(mpcf_table *t, const char *name, const json_t *rows)
{
    const char *const *fields = NULL;

    for (size_t row = 0; row < json_array_size(rows); row++) {
        assert_ok(mpcf_table_next(t, &fields, err), err);
        if (fields == NULL) {
            fail_msg("%s: %zu rows, pandas has %zu", name, row, json_array_size(rows));
        }
        compare_row(name, row, json_array_get(rows, row), fields);
    }
    assert_ok(mpcf_table_next(t, &fields, err), err);
    assert_null(fields);
    assert_int_equal(mpcf_table_rows(t), json_array_size(rows));
}

static void compare_table(const char *name, const json_t *want)
{
    const mpcf_table_request request = {.struct_size = sizeof request,
                                        .no_quotes = strstr(name, "unquoted") != NULL};
    const json_t *columns = json_object_get(want, "columns");
    mpcf_table *t = NULL;

    assert_ok(mpcf_table_open(table_file(name), &request, &t, err), err);
    assert_int_equal(mpcf_table_width(t), json_array_size(columns));
    for (size_t i = 0; i < json_array_size(columns); i++) {
        assert_string_equal(mpcf_table_column_name(t, i),
                            json_string_value(json_array_get(columns, i)));
    }
    for (int turn = 0; turn < 2; turn++) {
        walk_with(t, name, json_object_get(want, "rows"));
        assert_ok(mpcf_table_rewind(t, err), err);
    }
    mpcf_table_close(t);
}

static mpcf_status read_all(const char *name)
{
    const mpcf_table_request request = {.struct_size = sizeof request};
    const char *const *fields = NULL;
    mpcf_table *t = NULL;
    mpcf_status status = mpcf_table_open(table_file(name), &request, &t, err);

    while (status == MPCF_OK) {
        status = mpcf_table_next(t, &fields, err);
        if (status == MPCF_OK && fields == NULL) {
            break;
        }
    }
    mpcf_table_close(t);
    return status;
}

static void test_pandas(void **state)
{
    json_t *expected = NULL, *want = NULL;
    const char *name = NULL;
    size_t read = 0, refused = 0;

    (void) state;
    assert_ok(json_read_file(table_file("expected.json"), &expected, err), err);
    json_object_foreach(expected, name, want)
    {
        if (json_object_get(want, "error") == NULL && !is_refused_here(name)) {
            compare_table(name, want);
            read++;
        } else {
            mpcf_error_reset(err);
            if (read_all(name) == MPCF_OK) {
                fail_msg("%s: read", name);
            }
            assert_message_contains(err, name);
            refused++;
        }
    }
    assert_true(read > 30);
    assert_true(refused > 8);
    json_decref(expected);
}

/* --- Places --- */

static mpcf_status open_text(const char *text, size_t length, mpcf_table_form form, mpcf_table **t)
{
    const mpcf_table_request request = {
        .struct_size = sizeof request, .form = (int32_t) form, .data = text, .length = length};

    return mpcf_table_open("x.csv", &request, t, err);
}

static mpcf_table *opened(const char *text, mpcf_table_form form)
{
    mpcf_table *t = NULL;

    assert_ok(open_text(text, strlen(text), form, &t), err);
    return t;
}

static void next_is(mpcf_table *t, const char *first, const char *where)
{
    const char *const *fields = NULL;

    assert_ok(mpcf_table_next(t, &fields, err), err);
    assert_non_null(fields);
    assert_string_equal(fields[0], first);
    assert_string_equal(mpcf_table_where(t), where);
}

static void next_is_broken(mpcf_table *t, const char *why)
{
    const char *const *fields = NULL;

    assert_status(MPCF_E_FORMAT, mpcf_table_next(t, &fields, err), err);
    assert_message_contains(err, why);
}

/* Lines are counted whatever ends them, also within a cell; a row's place is where it begins. */
static void test_lines(void **state)
{
    mpcf_table *t =
        opened("t,l\r\n\r\n\"a\r\nb\nc\rd\",1\rx,2\n\n\ny,3\r\n\"z\",4", MPCF_TABLE_CSV);

    (void) state;
    for (int turn = 0; turn < 2; turn++) {
        next_is(t, "a\r\nb\nc\rd", "x.csv:3");
        next_is(t, "x", "x.csv:7");
        next_is(t, "y", "x.csv:10");
        next_is(t, "z", "x.csv:11");
        assert_int_equal(mpcf_table_rows(t), 4);
        assert_ok(mpcf_table_rewind(t, err), err);
    }
    mpcf_table_close(t);
}

static void test_broken_rows(void **state)
{
    mpcf_table *t =
        opened("t,l\na,1\nb,2,3\n\"c\" d,4\n\"e\xff\",5\nf,6\n\"g\nh,7\n", MPCF_TABLE_CSV);
    const char *const *fields = NULL;

    (void) state;
    next_is(t, "a", "x.csv:2");
    next_is_broken(t, "x.csv:3: 3 columns, expected 2");
    next_is_broken(t, "x.csv:4: there is text behind a closing quote");
    next_is_broken(t, "x.csv:5: column 1: byte 2 is not UTF-8");
    assert_message_contains(err, "iconv -f");
    next_is(t, "f", "x.csv:6");
    next_is_broken(t, "x.csv:7: a quote that the row opens is never closed");
    assert_ok(mpcf_table_next(t, &fields, err), err);
    assert_null(fields);
    assert_int_equal(mpcf_table_rows(t), 6);
    mpcf_table_close(t);
}

static void test_long_row(void **state)
{
    const size_t length = MPCF_LINE_LIMIT + 4096;
    char *text = mpcf_alloc_array(length + 64, 1);
    mpcf_table *t = NULL;
    size_t n = (size_t) sprintf(text, "t,l\na,1\n\"");

    (void) state;
    memset(text + n, 'w', length);
    n += length;
    n += (size_t) sprintf(text + n, "\",1\nb,2\n");
    assert_ok(open_text(text, n, MPCF_TABLE_CSV, &t), err);
    next_is(t, "a", "x.csv:2");
    next_is_broken(t, "x.csv:3: the row is longer than 1048576 bytes");
    next_is(t, "b", "x.csv:4");
    mpcf_table_close(t);
    assert_ok(open_text(text, n, MPCF_TABLE_TEXT, &t), err);
    next_is(t, "t,l", "x.csv:1");
    next_is(t, "a,1", "x.csv:2");
    next_is_broken(t, "x.csv:3: the row is longer than 1048576 bytes");
    next_is(t, "b,2", "x.csv:4");
    mpcf_table_close(t);
    mpcf_free(text);
}

static void test_json_rows(void **state)
{
    mpcf_table *t = opened("{\"t\": \"a\", \"n\": 12, \"x\": 0.1, \"b\": true}\n"
                           "{\"t\": \"secret words\"\n[\"t\"]\r\n"
                           "{\"t\": \"b\", \"n\": [1], \"x\": 1.0, \"extra\": 1}\n",
                           MPCF_TABLE_JSON_LINES);
    const char *const *fields = NULL;

    (void) state;
    assert_int_equal(mpcf_table_width(t), 4);
    assert_ok(mpcf_table_next(t, &fields, err), err);
    assert_string_equal(fields[1], "12");
    assert_string_equal(fields[2], "0.1");
    assert_string_equal(fields[3], "true");
    next_is_broken(t, "x.csv:2: the line is not JSON");
    assert_null(strstr(mpcf_error_text(err), "secret"));
    next_is_broken(t, "x.csv:3: expected an object");
    assert_message_contains(err, "jq -c");
    assert_ok(mpcf_table_next(t, &fields, err), err);
    assert_string_equal(fields[0], "b");
    assert_null(fields[1]);
    assert_string_equal(fields[2], "1");
    assert_null(fields[3]);
    mpcf_table_close(t);
}

/* --- Opening --- */

static void refuse(const char *text, size_t length, mpcf_table_form form, const char *why)
{
    mpcf_table *t = NULL;

    assert_status(MPCF_E_FORMAT, open_text(text, length, form, &t), err);
    assert_message_contains(err, why);
}

static void test_refused_files(void **state)
{
    (void) state;
    refuse("", 0, MPCF_TABLE_CSV, "x.csv: no rows");
    refuse("\n \n", 3, MPCF_TABLE_CSV, "x.csv: no rows");
    refuse("\n", 1, MPCF_TABLE_TEXT, "x.csv: no rows");
    refuse("a,b\n", 4, MPCF_TABLE_CSV, "no rows behind the line of column names");
    refuse("PK\003\004xx", 6, MPCF_TABLE_CSV, "a workbook (.xlsx), not text in UTF-8; save it");
    refuse("\xff\xfe"
           "a\0",
           4, MPCF_TABLE_CSV, "iconv -f UTF-16");
    refuse("PAR1", 4, MPCF_TABLE_TSV, "Parquet");
    refuse("[{\"a\": 1}]", 10, MPCF_TABLE_JSON_LINES, "jq -c '.[]'");
    refuse("caf\xe9\nx\n", 7, MPCF_TABLE_CSV, "x.csv:1: column 1: byte 4 is not UTF-8");
}

static void refuse_path(mpcf_status want, const char *path, const char *why)
{
    const mpcf_table_request request = {.struct_size = sizeof request};
    mpcf_table *t = NULL;

    assert_status(want, mpcf_table_open(path, &request, &t, err), err);
    assert_message_contains(err, why);
}

static void test_refused_paths(void **state)
{
    (void) state;
    refuse_path(MPCF_E_IO, "/nowhere/at.csv", "/nowhere/at.csv");
    refuse_path(MPCF_E_CONFIG, "/nowhere/at.dat", "expected .csv, .tsv, .jsonl or .txt");
    assert_status(MPCF_E_IO, read_all("cut.csv.gz"), err);
    assert_message_contains(err, "ends in its middle");
    assert_status(MPCF_E_IO, read_all("damaged.csv.gz"), err);
    assert_message_contains(err, "damaged");
}

static void test_columns(void **state)
{
    mpcf_table *t = opened("review,sentiment\na,b\n", MPCF_TABLE_CSV);
    int32_t column = 7;

    (void) state;
    assert_int_equal(mpcf_table_column(t, "sentiment"), 1);
    assert_status(MPCF_E_FORMAT, mpcf_table_require(t, "reveiw", &column, err), err);
    assert_message_contains(err,
                            "no column 'reveiw' among 2, nearest is 'review'; there is: review, "
                            "sentiment");
    assert_int_equal(column, 7);
    mpcf_table_close(t);
    /* What may be somebody's text is not shown. */
    t = opened("my secret text,1\na,b\n", MPCF_TABLE_CSV);
    assert_status(MPCF_E_FORMAT, mpcf_table_require(t, "text", &column, err), err);
    assert_null(strstr(mpcf_error_text(err), "secret"));
    mpcf_table_close(t);
}

static int set_up(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pandas),        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_broken_rows),   cmocka_unit_test(test_long_row),
        cmocka_unit_test(test_json_rows),     cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_refused_paths), cmocka_unit_test(test_columns),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
