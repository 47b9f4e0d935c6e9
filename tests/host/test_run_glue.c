/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs on GLUE's files: broken rows that are left out are said, and the test splits' predictions are as
 * the benchmark takes them.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/report.h"
#include "support/datasets.h"
#include "support/program.h"
#include "support/support.h"

static const char *folder;

static int make_example(void **state)
{
    static char path[4200];

    (void) state;
    folder = test_folder();
    (void) snprintf(path, sizeof path, "%s/example", folder);
    ASSERT_HOST(0, "random weights", "example", path, "--rows", "64");
    return 0;
}

/* A pipeline of TASK whose data is in the folder of its name, NAME. */
static char *write_pipeline(const char *name, const char *dataset, const char *stages)
{
    char *text = mpcf_format("version: 1\noutput: out-%s\n"
                             "model: {family: bert, path: example/model}\n"
                             "dataset: {reader: glue, %s, path: %s, max_length: 16}\n"
                             "approximations: {activation: quad, normaliser: 2quad}\n"
                             "stages: %s\n",
                             name, dataset, name, stages);
    char *file = mpcf_format("%s.yaml", name);
    char *path = file_join(folder, file);

    test_write(folder, file, text);
    mpcf_free(text);
    mpcf_free(file);
    return path;
}

/* COUNT rows: FIRST, the number, LAST. */
static void write_rows(const char *name, const char *header, const char *first, const char *last,
                       size_t count, const char *behind)
{
    struct text_buffer text = {0};

    text_append(&text, header);
    for (size_t i = 0; i < count; i++) {
        text_printf(&text, "%s%zu%s\n", first, i, last);
    }
    text_append(&text, behind);
    assert_false(text.failed);
    test_write(folder, name, text.data);
    text_clear(&text);
}

/* The file of predictions: a line for each row, each word of WORDS (NULL: a number from 0 to 5). */
static void check_predictions(const char *name, size_t rows, const char *const *words)
{
    char *path = file_join(folder, name), *data = NULL, *at = NULL;
    struct stat facts;
    size_t length = 0;

    assert_int_equal(file_read(path, 1 << 20, &data, &length, NULL), MPCF_OK);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_true(text_starts_with(data, "index\tprediction\n"));
    at = data + strlen("index\tprediction\n");
    for (size_t i = 0; i < rows; i++) {
        char word[32] = "";
        size_t index = SIZE_MAX, known = 0;

        assert_int_equal(sscanf(at, "%zu\t%31s", &index, word), 2);
        assert_int_equal(index, i);
        while (words != NULL && words[known] != NULL && strcmp(words[known], word) != 0) {
            known++;
        }
        assert_true(words != NULL ? words[known] != NULL : strtod(word, NULL) >= 0);
        assert_true(words != NULL ||
                    (strtod(word, NULL) <= 5 && word[1] == '.' && word[6] == '\0'));
        at = strchr(at, '\n') + 1;
    }
    assert_true(*at == '\0');
    mpcf_free(data);
    mpcf_free(path);
}

static void test_left_out_is_said(void **state)
{
    char *skipping = write_pipeline("skip", "task: SST-2, broken_rows: skip",
                                    "{convert: {}, infer: {examples: 1}}");
    char *out = file_join(folder, "out-skip"), *page = file_join(out, "report.html"), *html = NULL;
    json_t *report = NULL;
    size_t length = 0;

    (void) state;
    write_rows("skip/train.tsv", "sentence\tlabel\n", "a film ", "\t1", 20,
               "torn\nrow\t0\nlast\t7\n");
    write_rows("skip/dev.tsv", "sentence\tlabel\n", "a film ", "\t0", 4, "");
    ASSERT_HOST(2, "train.tsv:22: 1 columns, expected 2", skipping, "--set",
                "dataset.broken_rows=refuse");
    ASSERT_HOST(0, "2 broken rows left out of 23; the first: ", skipping);
    assert_int_equal(report_read(out, &report, NULL), MPCF_OK);
    assert_int_equal(json_integer_value(report_get(report, "data.train.rows")), 21);
    assert_int_equal(json_integer_value(report_get(report, "data.train.left_out")), 2);
    assert_int_equal(json_integer_value(report_get(report, "data.dev.left_out")), 0);
    assert_non_null(strstr(json_string_value(report_get(report, "data.train.first_left_out")),
                           "train.tsv:22: 1 columns, expected 2"));
    assert_int_equal(file_read(page, 1 << 24, &html, &length, NULL), MPCF_OK);
    assert_non_null(strstr(html, "train.tsv:22: 1 columns, expected 2"));
    write_rows("skip/train.tsv", "sentence\tlabel\n", "a film ", "", 3, "");
    ASSERT_HOST(2, "all 3 rows are broken; the first: ", skipping);
    json_decref(report);
    mpcf_free(html);
    mpcf_free(page);
    mpcf_free(out);
    mpcf_free(skipping);
}

static void test_predictions_of_numbers(void **state)
{
    static const char *const numbers[] = {"0", "1", NULL};
    char *path = write_pipeline("cola", "task: CoLA",
                                "{convert: {}, infer: {examples: 1, test_predictions: true}}");
    char *file = file_join(folder, "out-cola/predictions/CoLA.tsv");

    (void) state;
    write_rows("cola/train.tsv", "", "gj04\t1\t\ta film ", "", 9, "");
    write_rows("cola/dev.tsv", "", "gj04\t0\t*\ta film ", "", 5, "");
    ASSERT_HOST(2, "stages.infer.test_predictions: split 'test': cannot open", path, "--check");
    write_rows("cola/test.tsv", "index\tsentence\n", "7\ta film ", "", 11, "");
    ASSERT_HOST(0, "11 predictions of 'test' are in '", path);
    check_predictions("out-cola/predictions/CoLA.tsv", 11, numbers);
    ASSERT_HOST(0, "infer: unchanged, skipped", path);
    assert_int_equal(remove(file), 0);
    ASSERT_HOST(0, "11 predictions of 'test' are in '", path);
    ASSERT_HOST(2, "no benchmark takes predictions of the task 'IMDb'", path, "--check", "--set",
                "dataset={reader: imdb, path: cola}");
    mpcf_free(file);
    mpcf_free(path);
}

#define TRAINED "{finetune: {epochs: 1}, convert: {}, infer: {examples: 1, test_predictions: true}}"

static void test_predictions_of_words(void **state)
{
    static const char *const words[] = {"entailment", "neutral", "contradiction", NULL};
    static const char *const tests[] = {"mnli/test_matched.tsv", "mnli/test_mismatched.tsv"};
    char *path = write_pipeline("mnli", "task: MNLI, train_file: sample.tsv", TRAINED);

    (void) state;
    write_rows("mnli/sample.tsv", "sentence1\tsentence2\tgold_label\n", "a film ",
               "\tgood\tneutral", 9, "bad\tfilm\tcontradiction\n");
    write_rows("mnli/dev_matched.tsv", "sentence1\tsentence2\tgold_label\n", "a ",
               "\tdull\tentailment", 6, "");
    for (size_t i = 0; i < 2; i++) {
        write_rows(tests[i], "index\tsentence1\tsentence2\n", "3\ta film ", "\tgood", 5 + i, "");
    }
    ASSERT_HOST(0, "5 predictions of 'test_matched' are in '", path);
    check_predictions("out-mnli/predictions/MNLI-m.tsv", 5, words);
    check_predictions("out-mnli/predictions/MNLI-mm.tsv", 6, words);
    mpcf_free(path);
}

/* The network's scores begin around 0: those below are written as 0. */
static void test_predictions_of_scores(void **state)
{
    char *path = write_pipeline("sts", "task: STS-B", TRAINED);

    (void) state;
    write_rows("sts/train.tsv", "sentence1\tsentence2\tscore\n", "film ", "\ta film\t0.0", 40, "");
    write_rows("sts/dev.tsv", "sentence1\tsentence2\tscore\n", "a ", "\ta film\t3.25", 6, "");
    write_rows("sts/test.tsv", "index\tsentence1\tsentence2\n", "3\ta film ", "\tgood", 7, "");
    ASSERT_HOST(0, "7 predictions of 'test' are in '", path);
    check_predictions("out-sts/predictions/STS-B.tsv", 7, NULL);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left_out_is_said),
        cmocka_unit_test(test_predictions_of_numbers),
        cmocka_unit_test(test_predictions_of_words),
        cmocka_unit_test(test_predictions_of_scores),
    };

    return cmocka_run_group_tests(tests, make_example, NULL);
}
