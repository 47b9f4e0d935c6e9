/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "support/datasets.h"
#include "support/support.h"

static mpcf_error *err;

static void *opened(const struct test_dataset *d, const char *folder, const char *split)
{
    void *reader = NULL;

    assert_ok(d->dataset->open(d->config, folder, split, &reader, err), err);
    return reader;
}

static void test_sst2(void **state)
{
    struct test_dataset d = test_dataset_load("glue", "{task: SST-2}");
    mpcf_task task = {.struct_size = sizeof(task)};
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    assert_ok(d.dataset->describe(d.config, &task, err), err);
    assert_string_equal(task.name, "SST-2");
    assert_int_equal(task.classes, 2);
    assert_string_equal(task.metrics[0], "accuracy");
    assert_string_equal(task.judge_split, "dev");
    assert_string_equal(task.label_names[1], "positive");
    test_write(test_folder(), "dev.tsv", "sentence\tlabel\na \"b c \t1\nd\t0\n");
    r = opened(&d, test_folder(), "dev");
    for (int turn = 0; turn < 2; turn++) {
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_int_equal(more, 1);
        assert_string_equal(e.text_a, "a \"b c ");
        assert_null(e.text_b);
        assert_true(e.label == 1.0 && e.has_label == 1 && e.id == 0);
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_true(e.label == 0.0 && e.id == 1);
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_int_equal(more, 0);
        assert_ok(d.dataset->rewind(r, err), err);
    }
    d.dataset->close(r);
}

static void test_rte_and_unlabelled(void **state)
{
    struct test_dataset d = test_dataset_load("glue", "{task: RTE}");
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    test_write(test_folder(), "train.tsv",
               "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tnot_entailment\n");
    test_write(test_folder(), "test.tsv", "index\tsentence1\tsentence2\n7\tA.\tB.\n");
    r = opened(&d, test_folder(), "train");
    assert_ok(d.dataset->next(r, &e, &more, err), err);
    assert_string_equal(e.text_a, "A.");
    assert_string_equal(e.text_b, "B.");
    assert_true(e.label == 1.0 && e.has_label == 1);
    d.dataset->close(r);
    r = opened(&d, test_folder(), "test");
    assert_ok(d.dataset->next(r, &e, &more, err), err);
    assert_true(more == 1 && e.has_label == 0 && e.id == 0);
    d.dataset->close(r);
}

/* A row of each task as its archive has them: quotes that open nothing, columns that nobody reads. */
struct sample {
    const char *task, *split;
    const char *rows; /* of the file */
    const char *text_a, *text_b;
    double label;
    size_t classes;
    const char *last_class;
    const char *metrics[2];
    const char *judge, *file, *word; /* of predictions; WORD of class 0, NULL: numbers */
};

#define MNLI_NAMES                                                                                 \
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"             \
    "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"

static const struct sample samples[] = {
    {"CoLA",
     "train",
     "gj04\t1\t\tOur \"friends.\nbc01\t0\t*\tHe wants.\n",
     "Our \"friends.",
     NULL,
     1,
     2,
     "acceptable",
     {"matthews"},
     "dev",
     "CoLA.tsv",
     NULL},
    {"CoLA",
     "dev",
     "\xef\xbb\xbfgj04\t0\t*\tWhom.\r\n",
     "Whom.",
     NULL,
     0,
     2,
     "acceptable",
     {"matthews"},
     "dev",
     "CoLA.tsv",
     NULL},
    {"SST-2",
     "train",
     "sentence\tlabel\nhide new \"secretions \t0\n",
     "hide new \"secretions ",
     NULL,
     0,
     2,
     "positive",
     {"accuracy"},
     "dev",
     "SST-2.tsv",
     NULL},
    {"MRPC",
     "dev",
     "\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\tHe said "
     "it.\t\"It.\r\n\r\n",
     "He said it.",
     "\"It.",
     1,
     2,
     "equivalent",
     {"accuracy", "f1"},
     "dev",
     "MRPC.tsv",
     NULL},
    {"STS-B",
     "train",
     "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
     "0\tmain-captions\tMSRvid\t2012test\t0001\tnone\tnone\tA plane.\tAn air plane.\t3.250\n",
     "A plane.",
     "An air plane.",
     3.25,
     1,
     NULL,
     {"pearson", "spearman"},
     "dev",
     "STS-B.tsv",
     NULL},
    {"QQP",
     "dev",
     "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n7\t1\t2\tWhy \"?\t\t1\n",
     "Why \"?",
     "",
     1,
     2,
     "duplicate",
     {"accuracy", "f1"},
     "dev",
     "QQP.tsv",
     NULL},
    {"MNLI",
     "dev_matched",
     MNLI_NAMES "0\t\t\t\t\t\t\t\tNew rights.\tBenefits \tneutral\tneutral\n",
     "New rights.",
     "Benefits ",
     1,
     3,
     "contradiction",
     {"accuracy"},
     "dev_matched",
     "MNLI-m.tsv",
     "entailment"},
    {"MNLI-mm",
     "dev_mismatched",
     MNLI_NAMES "0\t\t\t\t\t\t\t\tNew rights.\tNone.\tneutral\tcontradiction\n",
     "New rights.",
     "None.",
     2,
     3,
     "contradiction",
     {"accuracy"},
     "dev_mismatched",
     "MNLI-mm.tsv",
     "entailment"},
    {"QNLI",
     "train",
     "index\tquestion\tsentence\tlabel\n0\tWhat?\tThat.\tentailment\n",
     "What?",
     "That.",
     0,
     2,
     "not_entailment",
     {"accuracy"},
     "dev",
     "QNLI.tsv",
     "entailment"},
    {"RTE",
     "train",
     "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tnot_entailment\n",
     "A.",
     "B.",
     1,
     2,
     "not_entailment",
     {"accuracy"},
     "dev",
     "RTE.tsv",
     "entailment"},
    {"WNLI",
     "dev",
     "index\tsentence1\tsentence2\tlabel\n0\tA pin.\tIt had.\t1\n",
     "A pin.",
     "It had.",
     1,
     2,
     "entailment",
     {"accuracy"},
     "dev",
     "WNLI.tsv",
     NULL},
};

static void check_task(const struct sample *s, const mpcf_task *task)
{
    size_t test = 0;

    assert_string_equal(task->name, s->task);
    assert_int_equal(task->classes, s->classes);
    if (s->classes > 1) {
        assert_string_equal(task->label_names[s->classes - 1], s->last_class);
        assert_null(task->label_names[s->classes]);
    } else {
        assert_true(task->label_low == 0 && task->label_high == 5);
    }
    for (size_t i = 0; i < 2 && s->metrics[i] != NULL; i++) {
        assert_string_equal(task->metrics[i], s->metrics[i]);
        assert_true(i == 1 || s->metrics[1] != NULL || task->metrics[1] == NULL);
    }
    assert_string_equal(task->judge_split, s->judge);
    while (task->test_splits[test].split != NULL &&
           strcmp(task->test_splits[test].file, s->file) != 0) {
        test++;
    }
    assert_non_null(task->test_splits[test].split);
    assert_true((s->word == NULL) == (task->answer_words == NULL));
    assert_true(s->word == NULL || strcmp(task->answer_words[0], s->word) == 0);
}

static void test_each_task(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *s = &samples[i];
        char options[64], name[64];
        mpcf_task task = {.struct_size = sizeof(task)};
        struct test_dataset d;
        mpcf_example e;
        int32_t more = 0;
        void *r = NULL;

        (void) snprintf(options, sizeof(options), "{task: %s}", s->task);
        (void) snprintf(name, sizeof(name), "%s.tsv", s->split);
        d = test_dataset_load("glue", options);
        assert_ok(d.dataset->describe(d.config, &task, err), err);
        check_task(s, &task);
        test_write(test_folder(), name, s->rows);
        r = opened(&d, test_folder(), s->split);
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_string_equal(e.text_a, s->text_a);
        assert_true((s->text_b == NULL) == (e.text_b == NULL));
        assert_true(s->text_b == NULL || strcmp(e.text_b, s->text_b) == 0);
        assert_true(e.label == s->label && e.has_label == 1 && e.id == 0);
        d.dataset->close(r);
    }
}

/* The test splits of all: without labels, with a line of names also where the others have none. */
static void test_test_splits(void **state)
{
    static const char *const tests[][3] = {
        {"CoLA", "test", "index\tsentence\n0\tBill.\n"},
        {"SST-2", "test", "index\tsentence\n0\tBill.\n"},
        {"MRPC", "test", "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tBill.\tB.\n"},
        {"STS-B", "test", "index\tsentence1\tsentence2\n0\tBill.\tB.\n"},
        {"QQP", "test", "id\tquestion1\tquestion2\n0\tBill.\tB.\n"},
        {"MNLI", "test_matched", "index\tsentence1\tsentence2\n0\tBill.\tB.\n"},
        {"MNLI", "test_mismatched", "index\tsentence1\tsentence2\n0\tBill.\tB.\n"},
        {"QNLI", "test", "index\tquestion\tsentence\n0\tBill.\tB.\n"},
        {"WNLI", "test", "index\tsentence1\tsentence2\n0\tBill.\tB.\n"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        char options[64], name[64];
        struct test_dataset d;
        mpcf_example e;
        int32_t more = 0;
        void *r = NULL;

        (void) snprintf(options, sizeof(options), "{task: %s}", tests[i][0]);
        (void) snprintf(name, sizeof(name), "%s.tsv", tests[i][1]);
        d = test_dataset_load("glue", options);
        test_write(test_folder(), name, tests[i][2]);
        r = opened(&d, test_folder(), tests[i][1]);
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_true(more == 1 && e.has_label == 0 && strcmp(e.text_a, "Bill.") == 0);
        d.dataset->close(r);
    }
}

static void test_named_files(void **state)
{
    struct test_dataset d =
        test_dataset_load("glue", "{task: MNLI, train_file: s.tsv, dev_file: a/d.tsv,"
                                  " test_file: t.tsv}");
    static const char *const splits[] = {"train", "dev_matched", "test_matched"};
    static const char *const files[] = {"s.tsv", "a/d.tsv", "t.tsv"};
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        char rows[128];

        (void) snprintf(rows, sizeof(rows), "sentence1\tsentence2\tgold_label\n%s\tx\tneutral\n",
                        files[i]);
        test_write(test_folder(), files[i], rows);
        r = opened(&d, test_folder(), splits[i]);
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_string_equal(e.text_a, files[i]);
        d.dataset->close(r);
    }
    /* The other half's are not named by them. */
    assert_status(MPCF_E_IO, d.dataset->open(d.config, "/nowhere", "dev_mismatched", &r, err), err);
    assert_message_contains(err, "/nowhere/dev_mismatched.tsv");
    assert_status(MPCF_E_CONFIG, d.dataset->open(d.config, test_folder(), "dev", &r, err), err);
    assert_message_contains(err, "expected one of train, dev_matched, dev_mismatched,");
}

/* Every kind of broken row, between good ones, which keep their numbers. */
static void test_skipped_rows(void **state)
{
    struct test_dataset d = test_dataset_load("glue", "{task: QQP, broken_rows: skip}");
    struct test_dataset refusing = test_dataset_load("glue", "{task: QQP}");
    static const uint64_t ids[] = {0, 3, 6};
    const char *first = NULL;
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    test_write(test_folder(), "train.tsv",
               "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\ta\tb\t0\n"
               "1\t1\t2\ta question\nthat goes on\tb\t0\n2\t1\t2\ta\tb\t1\n"
               "3\t1\t2\ta\xff\tb\t0\n4\t1\t2\ta\tb\t7\n5\t1\t2\ta\tb\t1\n\n");
    r = opened(&d, test_folder(), "train");
    assert_int_equal(d.dataset->left_out(r, &first), 0);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < 3; i++) {
            assert_ok(d.dataset->next(r, &e, &more, err), err);
            assert_true(more == 1 && e.id == ids[i]);
        }
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_int_equal(more, 0);
        assert_int_equal(d.dataset->left_out(r, &first), 4);
        assert_non_null(strstr(first, "train.tsv:3: 4 columns, expected 6"));
        assert_null(strstr(first, "question"));
        assert_ok(d.dataset->rewind(r, err), err);
    }
    d.dataset->close(r);
    r = opened(&refusing, test_folder(), "train");
    assert_ok(d.dataset->next(r, &e, &more, err), err);
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &e, &more, err), err);
    assert_message_contains(err, "train.tsv:3: 4 columns, expected 6");
    d.dataset->close(r);
}

static void refuse(const struct test_dataset *d, const char *text, const char *why)
{
    void *r = NULL;
    mpcf_example e;
    int32_t more = 1;
    mpcf_status status = MPCF_OK;

    test_write(test_folder(), "dev.tsv", text);
    status = d->dataset->open(d->config, test_folder(), "dev", &r, err);
    while (status == MPCF_OK && more != 0) {
        status = d->dataset->next(r, &e, &more, err);
    }
    assert_int_equal(status, MPCF_E_FORMAT);
    assert_message_contains(err, why);
    if (r != NULL) {
        d->dataset->close(r);
    }
}

static void test_refusals(void **state)
{
    struct test_dataset sst = test_dataset_load("glue", "{task: SST-2}");
    struct test_dataset rte = test_dataset_load("glue", "{task: RTE}");
    void *r = NULL;

    (void) state;
    refuse(&sst, "sentence\tlabel\n", "dev.tsv: no rows");
    refuse(&sst, "sentence\tlable\nx\t1\n", "nearest is 'lable'");
    refuse(&sst, "sentence\tlabel\nx\t1\ny\t2\n", "dev.tsv:3: label '2'");
    refuse(&sst, "sentence\tlabel\n1\ta private text\n",
           "dev.tsv:2: 14 bytes that are no label, expected one of 2 from '0' on");
    assert_null(strstr(mpcf_error_text(err), "private"));
    refuse(&sst, "sentence\tlabel\nx\t1\ty\n", "dev.tsv:2: 3 columns, expected 2");
    refuse(&sst, "sentence\tlabel\nx\xc3\t1\n", "dev.tsv:2");
    refuse(&rte, "sentence1\tsentence2\tlabel\nx\ty\tentailmnt\n", "did you mean 'entailment'");
    assert_status(MPCF_E_CONFIG, sst.dataset->open(sst.config, test_folder(), "dve", &r, err), err);
    assert_message_contains(err, "did you mean 'dev'");
    assert_status(MPCF_E_IO, sst.dataset->open(sst.config, "/nowhere", "dev", &r, err), err);
    assert_message_contains(err, "/nowhere/dev.tsv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sst2),        cmocka_unit_test(test_rte_and_unlabelled),
        cmocka_unit_test(test_each_task),   cmocka_unit_test(test_test_splits),
        cmocka_unit_test(test_named_files), cmocka_unit_test(test_skipped_rows),
        cmocka_unit_test(test_refusals),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
