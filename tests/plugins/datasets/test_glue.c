/* SPDX-License-Identifier: Apache-2.0 */
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
        cmocka_unit_test(test_sst2),
        cmocka_unit_test(test_rte_and_unlabelled),
        cmocka_unit_test(test_refusals),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
