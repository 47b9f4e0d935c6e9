/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approximations that are wrong: what `plugin check` says of them, and what a run refuses before it trains.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "plugin/plugins.h"
#include "support/datasets.h"
#include "support/program.h"
#include "support/support.h"

#define CHECK(status, part, name)                                                                  \
    ASSERT_HOST(status, part, "plugin", "check", name, "--plugin-dir", getenv("MPCF_TEST_PLUGINS"))

/* A table's gradient is the slope between neighbours, however coarse it is. */
static void steps_are_no_fault(void **state)
{
    static const char *const entries[] = {"16", "64", "128", "256", "1024", "4096"};

    (void) state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        char *options = mpcf_format("entries: %s", entries[i]);

        ASSERT_HOST(0, "\nok 6 - its gradient is that of differences", "plugin", "check",
                    "gelu_lut", "--options", options);
        mpcf_free(options);
    }
    CHECK(0, "\nok 6 - its gradient is that of differences", "stepped");
}

static void a_wrong_gradient_of_a_table_is_one(void **state)
{
    (void) state;
    CHECK(1, "not ok 6 - its gradient is that of differences", "detached");
}

static void every_layer_and_head_is_built(void **state)
{
    (void) state;
    CHECK(0, "it builds in every layer\n# that is, in layers 0-11", "good");
    CHECK(1, "- layer 3: it is lowered to a program\n#   it failed", "inlayer");
    CHECK(1, "- each head alone: it is lowered to a program\n#   it failed", "athead");
}

static void kernels_and_masks_are_compared(void **state)
{
    (void) state;
    CHECK(1, "not ok 7 - its float kernels agree with its graph\n#   off by ", "kernels");
    CHECK(1, "not ok 6 - masked columns are zero", "maskless");
}

/* What stands in results before a call is NaN: no kernel may leave it there or add to it. */
static void kernels_write_all(void **state)
{
    static const char part[] = "its float kernels agree with its graph\n#   off by ";
    static const char *const forward[] = {"leftresult", "leftmasked"};
    static const char *const backward[] = {"leftgradient", "adding", "leftmaskedgradient"};

    (void) state;
    for (size_t i = 0; i < sizeof forward / sizeof *forward; i++) {
        CHECK(1, part, forward[i]);
        CHECK(1, "off by inf forward, by ", forward[i]);
    }
    for (size_t i = 0; i < sizeof backward / sizeof *backward; i++) {
        CHECK(1, part, backward[i]);
        CHECK(1, "off by 0 forward, by inf backward (NaN stands in y and dx before", backward[i]);
    }
}

/* Coefficients of 1e-18 beside those of 1 are 0. */
static void dust_of_a_fit_is_no_fault(void **state)
{
    static const char part[] = "two parties and the dealer agree with floats";

    (void) state;
    CHECK(0, part, "dusty1");
    CHECK(0, part, "dusty2");
    CHECK(0, part, "dusty3");
}

static void messages_say_what_is_meant(void **state)
{
    (void) state;
    ASSERT_HOST(1, "not ok 1 - --options and its other defaults pass its own table", "plugin",
                "check", "power", "--options", "q: 5");
    CHECK(1, "not ok 7 - rows sum to 1\n#   one is off by 1.2", "unflagged");
    CHECK(1, "MPCF_APPROX_ANY_ROW_SUM", "unflagged");
}

static void padding_stays_where_it_is(void **state)
{
    (void) state;
    CHECK(1, "\nok 6 - masked columns are zero\n", "padded");
    CHECK(1, "\nnot ok 8 - padding does not reach kept columns\n#   they change by ", "padded");
    CHECK(1, "\nok 8 - padding does not reach kept columns\n", "maskless");
    ASSERT_HOST(0, "\nok 8 - padding does not reach kept columns\n", "plugin", "check", "softmax");
    ASSERT_HOST(0, "- each head alone: padding does not reach kept columns\n", "plugin", "check",
                "2quad");
}

static void what_the_checkpoint_must_have_is_said(void **state)
{
    (void) state;
    CHECK(0, "# 'approximations.activation.0.factor' is MPCF_INIT_REQUIRED", "asking");
}

/* --- Runs --- */

static char *pipeline_with(const char *plugin, const char *approximations)
{
    char *text = mpcf_format("version: 1\noutput: out\nplugins: [%s/mpcf-%s.so]\n"
                             "model: {family: bert, path: example/model}\n"
                             "dataset: {reader: glue, task: SST-2, path: example/data, "
                             "max_length: 16}\n"
                             "approximations: %s\n"
                             "stages: {convert: {}, infer: {examples: 2}}\n",
                             getenv("MPCF_TEST_PLUGINS"), plugin, approximations);
    char *path = mpcf_format("%s/%s.yaml", test_folder(), plugin);
    char *name = mpcf_format("%s.yaml", plugin);

    test_write(test_folder(), name, text);
    mpcf_free(name);
    mpcf_free(text);
    return path;
}

/* What a run would train on is asked before its first step, at the entry of the file. */
static void a_run_refuses_them(void **state)
{
    static const struct {
        const char *plugin, *approximations, *want;
        int status;
    } runs[] = {
        {"good", "{activation: good, normaliser: 2quad}", "", 0},
        {"kernels", "{activation: kernels, normaliser: 2quad}",
         "kernels.yaml:6:30: approximation 'kernels' of '", 2},
        {"maskless", "{activation: quad, normaliser: maskless}", "plugin check ", 2},
        {"padded", "{activation: quad, normaliser: padded}",
         "what stands in padded columns changes kept ones by ", 2},
        {"leftresult", "{activation: leftresult, normaliser: 2quad}",
         "off by inf forward, by 0 backward (NaN stands", 2},
        {"leftgradient", "{activation: leftgradient, normaliser: 2quad}",
         "off by 0 forward, by inf backward (NaN stands", 2},
        {"adding", "{activation: adding, normaliser: 2quad}",
         "off by 0 forward, by inf backward (NaN stands", 2},
        {"leftmasked", "{activation: quad, normaliser: leftmasked}", "off by inf forward", 2},
        {"leftmaskedgradient", "{activation: quad, normaliser: leftmaskedgradient}",
         "by inf backward", 2},
        {"asking", "{activation: asking, normaliser: 2quad}",
         "parameter 'factor' of approximation 'asking', which is MPCF_INIT_REQUIRED", 2},
    };
    char *example = mpcf_format("%s/example", test_folder());

    (void) state;
    ASSERT_HOST(0, "", "example", example, "--rows", "64");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        char *path = pipeline_with(runs[i].plugin, runs[i].approximations);

        ASSERT_HOST(runs[i].status, runs[i].want, path, "--check");
        mpcf_free(path);
    }
    mpcf_free(example);
}

/* --- The catalogue --- */

static void each_shows_formula_and_source(void **state)
{
    static struct program_result result;
    struct plugins *plugins = NULL;
    const mpcf_approx *a;
    size_t count = 0;

    (void) state;
    assert_int_equal(plugins_create(NULL, &plugins, NULL), MPCF_OK);
    plugins_load_all(plugins);
    while ((a = plugins_component(plugins, COMPONENT_APPROX, count)) != NULL) {
        const char *const arguments[] = {"plugin", "show", a->name, NULL};

        program_run(NULL, arguments, &result);
        assert_int_equal(result.status, 0);
        if (strstr(result.out, "\n  formula: ") == NULL ||
            strstr(result.out, "\n  source: ") == NULL) {
            fail_msg("'%s' has no formula or no source: %s", a->name, result.out);
        }
        count++;
    }
    assert_true(count > 30);
    plugins_destroy(plugins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_no_fault),
        cmocka_unit_test(a_wrong_gradient_of_a_table_is_one),
        cmocka_unit_test(every_layer_and_head_is_built),
        cmocka_unit_test(kernels_and_masks_are_compared),
        cmocka_unit_test(kernels_write_all),
        cmocka_unit_test(dust_of_a_fit_is_no_fault),
        cmocka_unit_test(messages_say_what_is_meant),
        cmocka_unit_test(padding_stays_where_it_is),
        cmocka_unit_test(what_the_checkpoint_must_have_is_said),
        cmocka_unit_test(a_run_refuses_them),
        cmocka_unit_test(each_shows_formula_and_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
