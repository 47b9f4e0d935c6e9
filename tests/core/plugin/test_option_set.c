/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin/option_set.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "plugin/option_parse.h"
#include "support/support.h"

struct config {
    bool fast;
    int64_t count;
    double c;
    const char *name;
    int32_t mode;
    uint64_t room;
    int64_t wait;
    const char *path;
    struct option_real_list reals;
    struct option_string_list texts;
};

#define AT(field) .offset = offsetof(struct config, field), .help = "a value"
static const char *const modes[] = {"exact", "bucket", "full", NULL};
static const mpcf_option options[] = {
    {.key = "fast", .type = MPCF_OPT_BOOL, .default_text = "no", AT(fast)},
    {.key = "count",
     .type = MPCF_OPT_INT,
     .default_text = "1_000",
     AT(count),
     .min = 1,
     .max = 5000},
    {.key = "c", .type = MPCF_OPT_REAL, .default_text = "5", AT(c), .min = -10, .max = 10},
    {.key = "name", .type = MPCF_OPT_STRING, .default_text = "x", AT(name)},
    {.key = "mode", .type = MPCF_OPT_CHOICE, .default_text = "bucket", AT(mode), .choices = modes},
    {.key = "room", .type = MPCF_OPT_BYTES, .default_text = "64KiB", AT(room)},
    {.key = "wait", .type = MPCF_OPT_DURATION, .default_text = "1.5s", AT(wait)},
    {.key = "path", .type = MPCF_OPT_PATH, .default_text = "", AT(path)},
    {.key = "reals", .type = MPCF_OPT_REAL_LIST, .default_text = "[1, 2.5]", AT(reals)},
    {.key = "texts", .type = MPCF_OPT_STRING_LIST, .default_text = "[]", AT(texts)},
    {.key = NULL},
};

struct filled {
    struct config config;
    struct option_memory *owned;
    struct yaml_tree *tree;
    struct yaml_problems *problems;
    mpcf_error *err;
};

static struct filled fill(const char *text)
{
    struct filled f = {.problems = yaml_problems_create(), .err = mpcf_error_create()};

    if (text != NULL) {
        assert_ok(yaml_parse_text(text, strlen(text), "p.yaml", &f.tree, f.err), f.err);
    }
    assert_ok(option_fill(options, sizeof *options, sizeof f.config,
                          f.tree == NULL ? NULL : yaml_root(f.tree), "approximation '2quad'",
                          "/data/base", &f.config, &f.owned, f.problems, f.err),
              f.err);
    return f;
}

static void clear(struct filled *f)
{
    option_config_release(f->owned);
    yaml_tree_destroy(f->tree);
    yaml_problems_destroy(f->problems);
    mpcf_error_destroy(f->err);
}

static void complains(const char *text, const char *message)
{
    struct filled f = fill(text);
    const char *lines = yaml_problems_text(f.problems);

    if (strstr(lines, message) == NULL) {
        fail_msg("'%s' gave '%s', expected '%s'", text, lines, message);
    }
    clear(&f);
}

static void defaults_fill_a_config(void **state)
{
    struct filled f = fill(NULL);

    (void) state;
    assert_int_equal(yaml_problems_count(f.problems), 0);
    assert_false(f.config.fast);
    assert_int_equal(f.config.count, 1000);
    assert_true(f.config.c == 5);
    assert_string_equal(f.config.name, "x");
    assert_int_equal(f.config.mode, 1);
    assert_int_equal(f.config.room, 65536);
    assert_int_equal(f.config.wait, 1500000000);
    assert_string_equal(f.config.path, "");
    assert_int_equal(f.config.reals.count, 2);
    assert_true(f.config.reals.items[1] == 2.5);
    assert_int_equal(f.config.texts.count, 0);
    clear(&f);
}

static void the_file_overrides_defaults(void **state)
{
    struct filled f = fill("fast: yes\ncount: 7\nc: -1e-3\nname: 'true'\nmode: full\nroom: 2GiB\n"
                           "wait: 250ms\npath: sub/file\nreals: [1_0.5]\ntexts: [a, b]\n");

    (void) state;
    assert_string_equal(yaml_problems_text(f.problems), "");
    assert_true(f.config.fast);
    assert_int_equal(f.config.count, 7);
    assert_true(f.config.c == -1e-3);
    assert_string_equal(f.config.name, "true");
    assert_int_equal(f.config.mode, 2);
    assert_true(f.config.room == (uint64_t) 2 << 30);
    assert_int_equal(f.config.wait, 250000000);
    assert_string_equal(f.config.path, "/data/base/sub/file");
    assert_true(f.config.reals.items[0] == 10.5);
    assert_string_equal(f.config.texts.items[1], "b");
    clear(&f);
}

static void mistakes_say_where_what_and_the_nearest_word(void **state)
{
    (void) state;
    complains("cc: 5\n", "p.yaml:1:1: approximation '2quad' has no option 'cc'; did you mean 'c'?\n"
                         "p.yaml:1:1:   options: c (real, default 5)");
    complains(
        "wait: 30\n",
        "p.yaml:1:7: approximation '2quad': option 'wait': '30' has no unit; write 30s, 500ms");
    complains("wait: 30 hours\n", "'hours' is not a unit");
    complains("count: 0\n", "'0' is outside 1 to 5000");
    complains("count: 1.5\n", "'1.5' is not a whole number");
    complains("count: 99999999999999999999\n", "does not fit 64 bits");
    complains("count: 1__0\n", "not a whole number");
    complains("c: five\n", "'five' is not a number");
    complains("c: nan\n", "'nan' is not a number");
    complains("c: 1e999\n", "'1e999' is too large");
    complains("fast: maybe\n", "'maybe' is neither true nor false");
    complains("mode: buckets\n",
              "'buckets' is not one of exact, bucket, full; did you mean 'bucket'?");
    complains("room: 12\n", "'12' has no unit; write 64KiB, 2GiB");
    complains("room: -1B\n", "is not a size");
    complains("reals: 5\n", "expected a list: [a, b]");
    complains("reals: [1, x]\n", "'x' is not a number");
    complains("c: [1]\n", "expected a single value, found a list");
    complains("- a\n", "expected a mapping of options");
}

static void all_mistakes_come_together(void **state)
{
    struct filled f = fill("c: five\ncount: 0\nnothing_like_it_at_all: 1\nmode: x\n");

    (void) state;
    assert_int_equal(yaml_problems_count(f.problems), 4);
    clear(&f);
}

static void paths_take_variables(void **state)
{
    struct filled f;

    (void) state;
    (void) setenv("MPCF_TEST_FOLDER", "/data", 1);
    (void) unsetenv("MPCF_TEST_ABSENT");
    f = fill("path: ${MPCF_TEST_FOLDER}/glue\n");
    assert_string_equal(f.config.path, "/data/glue");
    clear(&f);
    f = fill("path: ${MPCF_TEST_ABSENT:-there}/glue\n");
    assert_string_equal(f.config.path, "/data/base/there/glue");
    clear(&f);
    complains("path: ${MPCF_TEST_ABSENT}/x\n",
              "environment variable 'MPCF_TEST_ABSENT' is not set");
    complains("path: ${MPCF\n", "'${' without '}'");
    complains("path: ${}\n", "needs a name");
}

static void steps_up_are_taken_off_the_folder(void **state)
{
    static const char *const paths[][2] = {
        {"../glue", "/data/glue"}, {"..//glue/../x", "/data/glue/../x"},
        {"../../x", "/x"},         {"../../../x", "/../x"},
        {"..", "/data/base/.."},   {"..x/y", "/data/base/..x/y"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *text = mpcf_format("path: %s\n", paths[i][0]);
        struct filled f = fill(text);

        assert_string_equal(f.config.path, paths[i][1]);
        clear(&f);
        mpcf_free(text);
    }
}

/* A folder as a person wrote it stays so; a link's ".." is not the folder that its name is in. */
static void paths_stay_as_they_were_written(void **state)
{
    char *link = file_join(test_folder(), "link"), *beside = file_join(link, "../x");
    const char *const cases[][3] = {
        {".", "data", "data"},     {".", "../data", "../data"}, {".", "/data", "/data"},
        {"a", "data", "a/data"},   {"a", "../data", "data"},    {"a/b", "../../../data", "../data"},
        {"..", "data", "../data"}, {"..", "../x", "../../x"},   {"../a", "../x", "../x"},
        {"/", "x", "/x"},          {link, "../x", beside},      {"a", "./x", "a/./x"},
    };
    struct arena *arena = arena_create();
    struct text_buffer why = {0};

    (void) state;
    assert_int_equal(symlink("/usr/share", link), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(option_expand_path(cases[i][1], cases[i][0], arena, &why), cases[i][2]);
    }
    text_clear(&why);
    arena_destroy(arena);
    mpcf_free(link);
    mpcf_free(beside);
}

static void a_required_option_is_missed(void **state)
{
    static const mpcf_option required[] = {
        {.key = "c", .type = MPCF_OPT_REAL, AT(c)},
        {.key = NULL},
    };
    struct option_memory *owned = NULL;
    struct config config;
    struct yaml_problems *problems = yaml_problems_create();
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(option_fill(required, sizeof *required, sizeof config, NULL, "model 'bert'", "/",
                          &config, &owned, problems, err),
              err);
    assert_string_equal(yaml_problems_text(problems),
                        "model 'bert': option 'c' must be given: a value\n");
    option_config_release(owned);
    yaml_problems_destroy(problems);
    mpcf_error_destroy(err);
}

static void refuse_table(const mpcf_option *first, const char *message)
{
    const mpcf_option table[] = {*first, {.key = NULL}};
    mpcf_error *err = mpcf_error_create();

    assert_status(MPCF_E_INVALID,
                  option_table_check(table, sizeof *table, sizeof(struct config), err), err);
    assert_message_contains(err, message);
    mpcf_error_destroy(err);
}

static void wrong_tables_are_refused(void **state)
{
    const mpcf_option good = {.key = "c", .type = MPCF_OPT_REAL, .default_text = "5", AT(c)};
    mpcf_option o;

    (void) state;
    o = good, o.key = "C c", refuse_table(&o, "a key is lower-case");
    o = good, o.type = (mpcf_option_type) 99, refuse_table(&o, "unknown type 99");
    o = good, o.offset = sizeof(struct config), refuse_table(&o, "outside the config");
    o = good, o.offset = offsetof(struct config, c) + 1, refuse_table(&o, "not aligned");
    o = good, o.default_text = "five",
    refuse_table(&o, "its default does not pass: 'five' is not a number");
    o = good, o.min = 6, o.max = 7, refuse_table(&o, "its default does not pass");
    o = good, o.min = 7, o.max = 6, refuse_table(&o, "limits");
    o = good, o.help = NULL, refuse_table(&o, "no help text");
    o = good, o.type = MPCF_OPT_CHOICE, o.offset = offsetof(struct config, mode),
    refuse_table(&o, "no choices");
}

static void a_table_of_shorter_entries_is_read(void **state)
{
    struct short_option {
        const char *key;
        mpcf_option_type type;
        const char *default_text;
        size_t offset;
        const char *help;
    };
    static const struct short_option table[] = {
        {"c", MPCF_OPT_REAL, "5", offsetof(struct config, c), "c"},
        {"count", MPCF_OPT_INT, "3", offsetof(struct config, count), "count"},
        {NULL, 0, NULL, 0, NULL},
    };
    struct config config;
    struct option_memory *owned = NULL;
    struct yaml_problems *problems = yaml_problems_create();
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(option_table_check((const void *) table, sizeof *table, sizeof config, err), err);
    assert_ok(option_fill((const void *) table, sizeof *table, sizeof config, NULL, "x", "/",
                          &config, &owned, problems, err),
              err);
    assert_int_equal(config.count, 3);
    option_config_release(owned);
    yaml_problems_destroy(problems);
    mpcf_error_destroy(err);
}

static void tables_and_configs_print(void **state)
{
    struct filled f = fill("c: 2\nmode: full\n");
    struct text_buffer out = {0};

    (void) state;
    option_table_print(options, sizeof *options, &out);
    assert_non_null(strstr(out.data, "c (real, default 5)"));
    assert_non_null(strstr(out.data, "mode (exact|bucket|full, default bucket)"));
    text_clear(&out);
    option_config_print(options, sizeof *options, &f.config, &out);
    assert_non_null(strstr(out.data, "c=2 name=x mode=full room=65536"));
    text_clear(&out);
    clear(&f);
}

/* Keys of stages have all digits, as ever; people read the number that they wrote. */
static void numbers_are_shown_as_written(void **state)
{
    static const char *const written[] = {"1.1",      "0.1",      "5",
                                          "0.015625", "-2.5e-07", "1e+300",
                                          "1e-12",    "65536",    "0.30000000000000004",
                                          "1e+06",    "123456.7"};
    struct filled f = fill("c: 1.1\n");
    struct text_buffer out = {0};

    (void) state;
    option_config_print(options, sizeof *options, &f.config, &out);
    assert_non_null(strstr(out.data, "c=1.1000000000000001 "));
    text_clear(&out);
    option_config_show(options, sizeof *options, &f.config, &out);
    assert_non_null(strstr(out.data, "c=1.1 "));
    text_clear(&out);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        text_append_real(&out, strtod(written[i], NULL));
        assert_true(strtod(out.data, NULL) == strtod(written[i], NULL));
        assert_true(strlen(out.data) <= strlen(written[i]));
        text_clear(&out);
    }
    clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_a_config),
        cmocka_unit_test(the_file_overrides_defaults),
        cmocka_unit_test(mistakes_say_where_what_and_the_nearest_word),
        cmocka_unit_test(all_mistakes_come_together),
        cmocka_unit_test(paths_take_variables),
        cmocka_unit_test(steps_up_are_taken_off_the_folder),
        cmocka_unit_test(paths_stay_as_they_were_written),
        cmocka_unit_test(a_required_option_is_missed),
        cmocka_unit_test(wrong_tables_are_refused),
        cmocka_unit_test(a_table_of_shorter_entries_is_read),
        cmocka_unit_test(tables_and_configs_print),
        cmocka_unit_test(numbers_are_shown_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
