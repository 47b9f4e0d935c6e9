/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every secure primitive is as exact as its limit says, which is no wider than it need be and better
 * than the systems it is compared with; docs/accuracy.md has the same limits.
 */
#include "bench/bench_accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/support.h"

static json_t *result;

static int measure(void **state)
{
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(bench_accuracy(&result, err), err);
    mpcf_error_destroy(err);
    return 0;
}

static int forget(void **state)
{
    (void) state;
    json_decref(result);
    return 0;
}

static double figure(const json_t *line, const char *name)
{
    return json_real_value(json_object_get(line, name));
}

static const char *word(const json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

static void check(bool holds, const json_t *line, const char *what)
{
    if (!holds) {
        fail_msg("%s on %s: %s (three roles %g, in the clear %g, limit %g, others %g)",
                 word(line, "primitive"), word(line, "range"), what, figure(line, "max_error"),
                 figure(line, "plaintext_max_error"), figure(line, "limit"),
                 figure(line, "to_beat"));
    }
}

static void every_limit_holds_and_is_no_wider_than_twice_the_error(void **state)
{
    const json_t *lines = json_object_get(result, "results"), *line = NULL;
    size_t i = 0;

    (void) state;
    assert_true(json_array_size(lines) >= 21);
    json_array_foreach(lines, i, line)
    {
        const double limit = figure(line, "limit"), parties = figure(line, "max_error");
        const double plaintext = figure(line, "plaintext_max_error");

        check(parties <= limit, line, "the three roles pass the limit");
        check(plaintext <= limit, line, "the plaintext reference passes the limit");
        check(limit <= 2 * fmax(parties, plaintext), line, "the limit is too wide");
    }
}

static void every_known_figure_is_beaten(void **state)
{
    const json_t *lines = json_object_get(result, "results"), *line = NULL;
    size_t i = 0, compared = 0;

    (void) state;
    json_array_foreach(lines, i, line)
    {
        if (json_object_get(line, "to_beat") != NULL) {
            check(figure(line, "limit") < figure(line, "to_beat"), line, "others are closer");
            compared++;
        }
    }
    assert_true(compared > 8);
}

static void append_row(struct text_buffer *rows, const json_t *line)
{
    text_printf(rows, "| %s | %s | %.1e |", word(line, "primitive"), word(line, "range"),
                figure(line, "limit"));
    if (json_object_get(line, "to_beat") != NULL) {
        text_printf(rows, " %.1e", figure(line, "to_beat"));
    }
    text_append(rows, " |\n");
}

static void the_document_has_the_same_table(void **state)
{
    const json_t *lines = json_object_get(result, "results"), *line = NULL;
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(getenv("MPCF_SOURCE_DIR"), "docs/accuracy.md"), *document = NULL;
    struct text_buffer rows = {0};
    size_t i = 0, size = 0;

    (void) state;
    text_append(&rows, "|---|---|---|---|\n");
    json_array_foreach(lines, i, line)
    {
        append_row(&rows, line);
    }
    text_append(&rows, "\n");
    assert_ok(file_read(path, 1 << 20, &document, &size, err), err);
    if (strstr(document, rows.data) == NULL) {
        fail_msg("docs/accuracy.md should have\n%s", rows.data);
    }
    text_clear(&rows);
    mpcf_free(document);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_holds_and_is_no_wider_than_twice_the_error),
        cmocka_unit_test(every_known_figure_is_beaten),
        cmocka_unit_test(the_document_has_the_same_table),
    };

    return cmocka_run_group_tests(tests, measure, forget);
}
