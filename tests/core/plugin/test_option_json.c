/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <mpcf/option.h>

#include "format/json.h"
#include "plugin/option_json.h"
#include "plugin/option_set.h"

static mpcf_error *err;

struct config {
    bool flag;
    int64_t whole, wait, age, short_wait;
    double real;
    const char *text, *empty;
    int32_t choice;
    struct {
        const double *items;
        size_t count;
    } reals;
};

static const char *const choices[] = {"red", "green", NULL};
#define AT(field) .offset = offsetof(struct config, field), .help = "x"
static const mpcf_option options[] = {
    {.key = "flag", .type = MPCF_OPT_BOOL, .default_text = "true", AT(flag)},
    {.key = "whole", .type = MPCF_OPT_INT, .default_text = "-3", AT(whole)},
    {.key = "wait", .type = MPCF_OPT_DURATION, .default_text = "90s", AT(wait)},
    {.key = "age", .type = MPCF_OPT_DURATION, .default_text = "720h", AT(age)},
    {.key = "short_wait", .type = MPCF_OPT_DURATION, .default_text = "0s", AT(short_wait)},
    {.key = "real", .type = MPCF_OPT_REAL, .default_text = "0.1", AT(real)},
    {.key = "text", .type = MPCF_OPT_STRING, .default_text = "a\"b", AT(text)},
    {.key = "empty", .type = MPCF_OPT_STRING, .default_text = "", AT(empty)},
    {.key = "choice",
     .type = MPCF_OPT_CHOICE,
     .default_text = "green",
     .choices = choices,
     AT(choice)},
    {.key = "reals", .type = MPCF_OPT_REAL_LIST, .default_text = "[16, 0.5]", AT(reals)},
    {.key = NULL},
};

/* A table's defaults, and what JSON they are. */
static void values_keep_their_kind(void **state)
{
    static const char want[] =
        "{\"flag\": true, \"whole\": -3, \"wait\": \"90s\", \"age\": \"720h\", \"short_wait\": "
        "\"0s\", "
        "\"real\": 0.1, \"text\": \"a\\\"b\", \"empty\": \"\", \"choice\": \"green\", "
        "\"reals\": [16.0, 0.5]}";
    struct yaml_problems *problems = yaml_problems_create();
    struct option_memory *owned = NULL;
    struct config config;
    json_t *found = NULL, *expected = NULL;

    (void) state;
    assert_ok(option_fill(options, sizeof options[0], sizeof config, NULL, "a test", "/", &config,
                          &owned, problems, err),
              err);
    found = option_config_json(options, sizeof options[0], &config);
    assert_ok(json_read_text(want, sizeof want - 1, "want", &expected, err), err);
    assert_true(json_equal(found, expected));
    json_decref(found);
    json_decref(expected);
    option_config_release(owned);
    yaml_problems_destroy(problems);
}

static void no_options_are_an_empty_object(void **state)
{
    json_t *found = option_config_json(NULL, 0, NULL);

    (void) state;
    assert_true(json_is_object(found));
    assert_int_equal(json_object_size(found), 0);
    json_decref(found);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_kind),
        cmocka_unit_test(no_options_are_an_empty_object),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
