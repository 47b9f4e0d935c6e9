/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A regression task of a plug-in, from the network without training to secure inference.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "network/loaded_network.h"
#include "pipeline/open_pipeline.h"
#include "report/report.h"
#include "support/datasets.h"
#include "support/program.h"
#include "support/run_folder.h"
#include "support/support.h"

enum { TRAIN_ROWS = 512, DEV_ROWS = 60 };

static const char *folder;

/* --- The task: a text's score is how many more good words it has than bad ones --- */

static void add_row(struct text_buffer *out, struct test_random *random)
{
    static const char *const words[] = {"good", "great", "warm", "funny", "bad", "dull", "cold",
                                        "flat", "the",   "film", "story", "and", "was",  "with"};
    const size_t count = 3 + test_random_u64(random) % 8;
    double score = 2.5;

    for (size_t i = 0; i < count; i++) {
        const size_t word = test_random_u64(random) % (sizeof words / sizeof *words);

        score += word < 4 ? 0.5 : word < 8 ? -0.5 : 0;
        text_printf(out, "%s%s", i == 0 ? "" : " ", words[word]);
    }
    text_printf(out, "\t%g\n", fmin(5, fmax(0, score)));
}

static void write_rows(const char *name, size_t rows, uint64_t seed)
{
    struct test_random random = {seed};
    struct text_buffer text = {0};

    text_append(&text, "text\tscore\n");
    for (size_t i = 0; i < rows; i++) {
        add_row(&text, &random);
    }
    test_write(folder, name, text.data);
    text_clear(&text);
}

/* --- Networks with one output --- */

static char *write_pipeline(const char *name, const char *model, const char *stages)
{
    struct text_buffer text = {0};

    text_printf(&text,
                "version: 1\noutput: out-%s\nplugins: [%s/mpcf-scores.so]\n"
                "model: {family: bert, path: %s}\n"
                "dataset: {reader: scores, path: data, max_length: 16}\n"
                "approximations: {activation: quad, normaliser: 2quad}\n%s",
                name, getenv("MPCF_TEST_PLUGINS"), model, stages);
    test_write(folder, name, text.data);
    text_clear(&text);
    return file_join(folder, name);
}

/* Random weights; those of the classifier have the scale HEAD. */
static void fill(struct parameters *p, double head)
{
    struct test_random random = {3};

    for (size_t i = 0; i < p->count; i++) {
        const bool is_gain = text_ends_with(p->items[i].name, "LayerNorm.weight");
        const bool is_bias = text_ends_with(p->items[i].name, ".bias");
        const bool is_head = text_starts_with(p->items[i].name, "classifier.");

        for (size_t k = 0; k < p->items[i].count; k++) {
            const double value = 0.1 * test_random_normal(&random) * (is_head ? head : 1);

            p->items[i].value[k] = (float) (is_gain ? 1 : is_bias ? 0 : value);
        }
    }
}

static void write_network(const char *model, double head)
{
    char *path = write_pipeline("network.yaml", "example/model", "stages: {convert: {}}\n");
    const struct pipeline_request request = {.file = path};
    mpcf_error *err = mpcf_error_create();
    struct loaded_network n = {0};
    struct pipeline *p = NULL;
    char *to = file_join(folder, model);

    assert_ok(pipeline_open(&request, &p, err), err);
    assert_ok(loaded_network_build(p, p->model_path, FUNCTIONS_EXACT, &n, err), err);
    assert_ok(parameters_create(n.network->graph, false, &n.parameters, err), err);
    fill(n.parameters, head);
    assert_ok(loaded_network_save(p, &n, to, err), err);
    loaded_network_clear(&n);
    pipeline_close(p);
    mpcf_error_destroy(err);
    mpcf_free(path);
    mpcf_free(to);
}

static int make_folder(void **state)
{
    char *example;

    (void) state;
    folder = test_folder();
    example = file_join(folder, "example");
    ASSERT_HOST(0, "random weights", "example", example, "--rows", "10");
    write_rows("data/train.tsv", TRAIN_ROWS, 5);
    write_rows("data/dev.tsv", DEV_ROWS, 6);
    write_network("model", 1);
    mpcf_free(example);
    return 0;
}

/* --- What came out --- */

static double number_of(const char *output, const char *path)
{
    char *out = file_join(folder, output);
    json_t *report = NULL;
    double value;

    assert_int_equal(report_read(out, &report, NULL), MPCF_OK);
    value = test_report_number(report, path);
    json_decref(report);
    mpcf_free(out);
    return value;
}

static void assert_config_of_scores(const char *name)
{
    char *path = file_join(folder, name);
    json_t *config = NULL;

    assert_int_equal(json_read_file(path, &config, NULL), MPCF_OK);
    assert_int_equal(json_integer_value(json_object_get(config, "num_labels")), 1);
    assert_int_equal(json_object_size(json_object_get(config, "id2label")), 1);
    assert_string_equal(json_string_value(json_object_get(config, "problem_type")), "regression");
    json_decref(config);
    mpcf_free(path);
}

static void a_regression_runs_from_end_to_end(void **state)
{
    char *before = write_pipeline("before", "model", "stages: {convert: {}}\n");
    char *all = write_pipeline(
        "all", "model",
        "stages:\n  finetune: {epochs: 6, batch: 16, learning_rate: 1e-3}\n  convert: {}\n"
        "  distill: {layers: {epochs: 2, batch: 16, learning_rate: 1e-3},\n"
        "            prediction: {epochs: 2, batch: 16, learning_rate: 1e-3}}\n"
        "  infer: {examples: 5, length: full}\n");

    (void) state;
    ASSERT_HOST(0, "teacher              pearson", before);
    ASSERT_HOST(0, "student              spearman", all);
    assert_true(number_of("out-all", "teacher.metrics.pearson") > 0.8);
    assert_true(number_of("out-all", "teacher.metrics.spearman") > 0.8);
    assert_true(number_of("out-before", "teacher.metrics.pearson") < 0.5);
    assert_true(number_of("out-all", "student.metrics.pearson") > 0.8);
    assert_true(fabs(number_of("out-all", "fixed.metrics.pearson") -
                     number_of("out-all", "student.metrics.pearson")) < 1e-3);
    assert_true(number_of("out-all", "fixed.different_predictions") == 0);
    assert_true(number_of("out-all", "secure.examples") == 5);
    assert_true(number_of("out-all", "secure.agreement") == 1);
    assert_true(number_of("out-all", "secure.max_logit_error") <= 0.02);
    assert_true(number_of("out-all", "secure.metrics.pearson") > 0);
    assert_config_of_scores("out-all/teacher/config.json");
    assert_config_of_scores("out-all/student/config.json");
    assert_config_of_scores("out-all/student/public/config.json");
    ASSERT_HOST(0, "infer: unchanged, skipped", all);
    mpcf_free(before);
    mpcf_free(all);
}

/* Correlation with what does not vary is 0 by definition, not an error or a NaN. */
static void one_score_for_all_texts_has_no_correlation(void **state)
{
    char *path = write_pipeline("flat", "flat-model",
                                "stages: {convert: {}, infer: {examples: 2, length: full}}\n");

    (void) state;
    write_network("flat-model", 0);
    ASSERT_HOST(0, "agreement with the float student 1.0000", path);
    assert_true(number_of("out-flat", "teacher.metrics.pearson") == 0);
    assert_true(number_of("out-flat", "teacher.metrics.spearman") == 0);
    assert_true(number_of("out-flat", "secure.metrics.pearson") == 0);
    mpcf_free(path);
}

static void a_score_that_is_not_a_number_ends_the_stage(void **state)
{
    char *path = write_pipeline("huge", "huge-model", "stages: {convert: {}}\n");

    (void) state;
    write_network("huge-model", 1e39); /* infinite as float */
    ASSERT_HOST(1, "score of row", path);
    mpcf_free(path);
}

/* A row outside has no score in the plaintext reference; what is said is why, not that. */
static void rows_outside_the_ranges_are_named(void **state)
{
    char *path = write_pipeline("narrow", "model",
                                "stages:\n  convert: {}\n  infer: {examples: 2}\n"
                                "  calibrate: {examples: 1, margin_bits: 0}\n");

    (void) state;
    ASSERT_HOST(1, "examples left the ranges", path);
    assert_true(number_of("out-narrow", "ranges.examples_outside") > 0);
    mpcf_free(path);
}

static void bad_scores_are_refused_with_their_row(void **state)
{
    static const char *const bad[] = {"7", "-0.5", "nan", "inf"};
    char *path = write_pipeline("bad", "model", "stages: {finetune: {epochs: 1}}\n");

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char rows[96];

        (void) snprintf(rows, sizeof rows, "text\tscore\ngood\t5\nbad\t0\nfilm\t%s\n", bad[i]);
        test_write(folder, "data/train.tsv", rows);
        ASSERT_HOST(2, "row 2: label", path);
        ASSERT_HOST(2, "expected a score from 0 to 5", path);
    }
    mpcf_free(path);
    write_rows("data/train.tsv", TRAIN_ROWS, 5);
}

static void what_scores_cannot_do_is_said_before_the_run(void **state)
{
    char *soft =
        write_pipeline("soft", "model", "stages:\n  distill: {prediction: {loss: soft}}\n");
    char *other = write_pipeline("other", "example/model", "stages: {convert: {}}\n");
    char *label = write_pipeline("label", "model", "stages:\n  infer: {reveal: label}\n");

    (void) state;
    ASSERT_HOST(2, "soft:8:32: loss: soft labels need classes", soft);
    ASSERT_HOST(2, "label:8:19: reveal: label needs classes, and the task has one score", label,
                "--check");
    ASSERT_HOST(2, "the metric 'accuracy' is of classes", other, "--set",
                "dataset.metric=accuracy");
    ASSERT_HOST(2, "no metric 'unheard'", other, "--set", "dataset.metric=unheard");
    ASSERT_HOST(2, "expected [1, 48]", other); /* it has two classes */
    mpcf_free(soft);
    mpcf_free(other);
    mpcf_free(label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regression_runs_from_end_to_end),
        cmocka_unit_test(one_score_for_all_texts_has_no_correlation),
        cmocka_unit_test(a_score_that_is_not_a_number_ends_the_stage),
        cmocka_unit_test(rows_outside_the_ranges_are_named),
        cmocka_unit_test(bad_scores_are_refused_with_their_row),
        cmocka_unit_test(what_scores_cannot_do_is_said_before_the_run),
    };

    return cmocka_run_group_tests(tests, make_folder, NULL);
}
