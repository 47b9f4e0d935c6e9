/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/datasets.h"
#include "support/support.h"

static mpcf_error *err;

#define ROWS 400

static char *path_of(const char *name)
{
    static char path[512];

    (void) snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

static void *opened(const struct test_dataset *d, const char *path, const char *split)
{
    void *reader = NULL;

    assert_ok(d->dataset->open(d->config, path, split, &reader, err), err);
    return reader;
}

static mpcf_task described(const struct test_dataset *d)
{
    mpcf_task task = {.struct_size = sizeof task};

    assert_ok(d->dataset->describe(d->config, &task, err), err);
    return task;
}

static void next_is(const struct test_dataset *d, void *r, const char *text_a, const char *text_b,
                    double label, uint64_t id)
{
    mpcf_example e;
    int32_t more = 0;

    assert_ok(d->dataset->next(r, &e, &more, err), err);
    assert_int_equal(more, 1);
    assert_string_equal(e.text_a, text_a);
    assert_true((e.text_b == NULL) == (text_b == NULL));
    if (text_b != NULL) {
        assert_string_equal(e.text_b, text_b);
    }
    assert_int_equal(e.has_label, label >= 0);
    assert_true(label < 0 || e.label == label);
    assert_int_equal(e.id, id);
}

static void no_more(const struct test_dataset *d, void *r)
{
    mpcf_example e;
    int32_t more = 1;

    assert_ok(d->dataset->next(r, &e, &more, err), err);
    assert_int_equal(more, 0);
}

/* --- Columns, labels --- */

static void test_names(void **state)
{
    struct test_dataset d = test_dataset_load(
        "table", "{text: review, label: sentiment, labels: [negative, positive], dev: mine.csv}");
    mpcf_task task = described(&d);
    void *r = NULL;

    (void) state;
    assert_string_equal(task.name, "table");
    assert_int_equal(task.classes, 2);
    assert_string_equal(task.label_names[1], "positive");
    assert_string_equal(task.metrics[0], "accuracy");
    assert_null(task.metrics[1]);
    test_write(
        test_folder(), "mine.csv",
        "id,review,sentiment\n1,\"good, \"\"very\"\"\n\",positive\n\n2,bad,Negative\n3,so,1\n");
    r = opened(&d, test_folder(), "dev");
    for (int turn = 0; turn < 2; turn++) {
        next_is(&d, r, "good, \"very\"\n", NULL, 1, 0);
        next_is(&d, r, "bad", NULL, 0, 1);
        next_is(&d, r, "so", NULL, 1, 2);
        no_more(&d, r);
        assert_ok(d.dataset->rewind(r, err), err);
    }
    d.dataset->close(r);
}

static void test_numbers(void **state)
{
    struct test_dataset d = test_dataset_load(
        "table", "{text: 3, text_b: 2, label: 1, classes: 3, train: a.tsv, dev: b.tsv}");
    void *r = NULL;

    (void) state;
    assert_int_equal(described(&d).classes, 3);
    assert_null(described(&d).label_names);
    test_write(test_folder(), "a.tsv", "2\tb\ta\n0\td\tc\n");
    r = opened(&d, test_folder(), "train"); /* "2" is a label: no names */
    next_is(&d, r, "a", "b", 2, 0);
    next_is(&d, r, "c", "d", 0, 1);
    no_more(&d, r);
    d.dataset->close(r);
    test_write(test_folder(), "b.tsv", "gold\tb\ta\n1\td\tc\n");
    r = opened(&d, test_folder(), "dev"); /* "gold" is none */
    next_is(&d, r, "c", "d", 1, 0);
    d.dataset->close(r);
    test_write(test_folder(), "b.tsv", "7\tb\ta\n1\td\tc\n");
    assert_status(MPCF_E_CONFIG, d.dataset->open(d.config, test_folder(), "dev", &r, err), err);
    assert_message_contains(err, "b.tsv:1: whether the first line names the columns is not clear");
}

static void test_scores(void **state)
{
    struct test_dataset d =
        test_dataset_load("table", "{label: score, score: [0, 5], dev: s.jsonl}");
    mpcf_task task = described(&d);
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    assert_int_equal(task.classes, 1);
    assert_true(task.label_low == 0 && task.label_high == 5);
    assert_string_equal(task.metrics[0], "pearson");
    assert_string_equal(task.metrics[1], "spearman");
    test_write(test_folder(), "s.jsonl",
               "{\"text\": \"a\", \"score\": 2.5}\n{\"score\": \"4\", \"text\": \"b\"}\n"
               "{\"score\": 5.5, \"text\": \"c\"}\n");
    r = opened(&d, test_folder(), "dev");
    next_is(&d, r, "a", NULL, 2.5, 0);
    next_is(&d, r, "b", NULL, 4, 1);
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &e, &more, err), err);
    assert_message_contains(err, "s.jsonl:3: label '5.5', expected a score from 0 to 5");
    d.dataset->close(r);
}

static void test_plain_text(void **state)
{
    struct test_dataset d =
        test_dataset_load("table", "{labels: [a, b], format: text, dev: texts.txt}");
    void *r = NULL;

    (void) state;
    test_write(test_folder(), "texts.txt", "\xef\xbb\xbfone, \"two\"\r\n\r\nthree\tfour\n");
    r = opened(&d, test_folder(), "dev");
    next_is(&d, r, "one, \"two\"", NULL, -1, 0);
    next_is(&d, r, "three\tfour", NULL, -1, 1);
    no_more(&d, r);
    d.dataset->close(r);
}

static void test_metrics(void **state)
{
    struct test_dataset d = test_dataset_load("table", "{classes: 2, metrics: [f1, accuracy]}");

    (void) state;
    assert_string_equal(described(&d).metrics[0], "f1");
    assert_string_equal(described(&d).metrics[1], "accuracy");
}

/* --- Splits --- */

/* A line is "ID,TEXT,LABEL"; FROM and TO of them, of which every tenth has the text of the one before. */
static void write_rows(const char *name, int from, int to)
{
    struct text_buffer text = {0};

    text_append(&text, "id,text,label\n");
    for (int i = from; i < to; i++) {
        text_printf(&text, "%d,text %d,%d\n", i, i % 10 == 0 && i > from ? i - 1 : i, i % 2);
    }
    test_write(test_folder(), name, text_string(&text));
    text_clear(&text);
}

/* Which texts of "text 0".. are in SPLIT; their number. */
static size_t mark(const struct test_dataset *d, const char *split, bool in[ROWS * 2])
{
    void *r = opened(d, path_of("rows.csv"), split);
    mpcf_example e;
    int32_t more = 1;
    size_t count = 0;

    memset(in, 0, ROWS * 2 * sizeof *in);
    for (;;) {
        assert_ok(d->dataset->next(r, &e, &more, err), err);
        if (more == 0) {
            break;
        }
        in[atoi(e.text_a + 5)] = true;
        count++;
    }
    d->dataset->close(r);
    return count;
}

static void test_share(void **state)
{
    struct test_dataset d = test_dataset_load("table", "{classes: 2, dev_share: 0.2}");
    struct test_dataset other = test_dataset_load("table", "{classes: 2, dev_share: 0.2, seed: 2}");
    bool train[ROWS * 2], dev[ROWS * 2], again[ROWS * 2];
    size_t moved = 0, judged = 0;

    (void) state;
    write_rows("rows.csv", 0, ROWS);
    judged = mark(&d, "dev", dev);
    assert_in_range(judged, ROWS / 5, ROWS / 5 + 2); /* pairs of equal texts stay together */
    assert_int_equal(mark(&d, "train", train), ROWS - judged);
    for (int i = 0; i < ROWS; i++) {
        assert_false(train[i] && dev[i]);
    }
    /* Another seed draws others. */
    (void) mark(&other, "dev", again);
    for (int i = 0; i < ROWS; i++) {
        moved += again[i] != dev[i];
    }
    assert_true(moved > ROWS / 10);
    /* More rows behind and none at the front: few move. */
    write_rows("rows.csv", 20, ROWS + 20);
    (void) mark(&d, "dev", again);
    moved = 0;
    for (int i = 20; i < ROWS; i++) {
        moved += again[i] != dev[i];
    }
    assert_true(moved < ROWS / 20);
}

static void test_tiny_shares(void **state)
{
    struct test_dataset d = test_dataset_load("table", "{classes: 2}");
    bool in[ROWS * 2];
    void *r = NULL;

    (void) state;
    write_rows("rows.csv", 0, 2);
    assert_int_equal(mark(&d, "dev", in), 1);
    assert_int_equal(mark(&d, "train", in), 1);
    write_rows("rows.csv", 0, 1);
    assert_int_equal(mark(&d, "dev", in), 1);
    r = opened(&d, path_of("rows.csv"), "train");
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &(mpcf_example){0}, &(int32_t){0}, err), err);
    assert_message_contains(err, "none of 1 rows falls to the split");
    d.dataset->close(r);
}

static void test_found_files(void **state)
{
    struct test_dataset d = test_dataset_load("table", "{classes: 2}");
    void *r = NULL;

    (void) state;
    assert_status(MPCF_E_IO, d.dataset->open(d.config, path_of("data"), "dev", &r, err), err);
    assert_message_contains(err, "data' is not there: path is a file, or a folder of files");
    test_write(path_of("data"), "validation.tsv", "text\tlabel\na\t1\n");
    assert_status(MPCF_E_IO, d.dataset->open(d.config, path_of("data"), "train", &r, err), err);
    assert_message_contains(err, "has no file train.csv (.tsv, .jsonl, .txt, .gz)");
    r = opened(&d, path_of("data"), "dev");
    next_is(&d, r, "a", NULL, 1, 0);
    d.dataset->close(r);
    test_write(path_of("data"), "validation.csv", "text,label\na,1\n");
    assert_status(MPCF_E_CONFIG, d.dataset->open(d.config, path_of("data"), "dev", &r, err), err);
    assert_message_contains(err,
                            "2 files that may be the split dev; say which: dev: validation.tsv");
}

/* --- Refused --- */

static void refuse_row(const char *options, const char *text, const char *why)
{
    struct test_dataset d = test_dataset_load("table", options);
    mpcf_example e;
    int32_t more = 1;
    void *r = NULL;
    mpcf_status status = MPCF_OK;

    test_write(test_folder(), "x.csv", text);
    mpcf_error_reset(err);
    status = d.dataset->open(d.config, test_folder(), "dev", &r, err);
    if (status == MPCF_OK) {
        for (; status == MPCF_OK && more != 0;) {
            status = d.dataset->next(r, &e, &more, err);
        }
        d.dataset->close(r);
    }
    assert_true(status == MPCF_E_FORMAT || status == MPCF_E_CONFIG);
    assert_message_contains(err, why);
    assert_null(strstr(mpcf_error_text(err), "secret"));
}

static void test_refused_rows(void **state)
{
    static const char two[] = "{labels: [no, yes], dev: x.csv}";

    (void) state;
    refuse_row(two, "text,label\na,yes\nb,yse\n",
               "x.csv:3: label 'yse', expected one of 2 labels from "
               "'no' on; did you mean 'yes'?");
    refuse_row(two, "text,label\na,yes\nb,secret words\n", "x.csv:3: 12 bytes that are no label");
    refuse_row(two, "text,label\na,yes\n,no\n", "x.csv:3: no text in column 'text'");
    refuse_row(two, "text,label\na,yes\nsecret\n", "x.csv:3: the label is missing");
    refuse_row(two, "text,label\na,yes\nsecret,no,1\n", "x.csv:3: 3 columns, expected 2");
    refuse_row(two, "text,label\na,2\n", "column 'label' has 2; write labels: [2]");
    refuse_row(two, "text,label\na,pos\nb,neg\nc,pos\n",
               "column 'label' has neg, pos; write labels: [neg, pos], in the order of the "
               "checkpoint's classes");
    refuse_row("{labels: [no, yes], text: label, dev: x.csv}", "text,label\na,yes\n",
               "options 'text' and 'label' are of one column, 'label'");
    refuse_row("{labels: [no, yes], text_b: 2, dev: x.csv}", "text,label\na,yes\n",
               "options 'text_b' and 'label' are of one column, 'label'");
    refuse_row(two,
               "text,label\na,yes\nb,1\nc,2\nd,3\ne,4\nf,5\ng,6\nh,7\ni,8\nj,9\nk,10\nl,11\n"
               "m,12\nn,13\no,14\np,15\nq,16\nr,17\ns,18\nt,19\nu,20\n",
               "19 of 21 rows are refused, 'label' may not be the label");
    refuse_row(two, "txt,label\na,yes\n", "option 'text': ");
    refuse_row(two, "txt,label\na,yes\n", "nearest is 'txt'; there is: txt, label");
    refuse_row(two, "text;label\na;yes\n",
               "x.csv:1: one column, whose name holds ';': write delimiter: "
               "\";\"");
    refuse_row(two, "text\nsecret\n", "where there are no labels, write label: none");
    refuse_row("{labels: [no, yes], text: 1, label: 5, header: no, dev: x.csv}", "secret,yes\n",
               "no column 5: there are 2, counted from 1");
    refuse_row("{labels: [no, yes], text: 1, label: 2, header: no, dev: x.csv}",
               "comment,topic\na,yes\n",
               "the first line looks like column names: dataset.header: yes");
    refuse_row("{labels: [no, yes], text: 1, label: none, dev: x.csv}", "secret,yes\n",
               "write header: yes or header: no");
}

static void test_skipped_rows(void **state)
{
    struct test_dataset d =
        test_dataset_load("table", "{classes: 2, dev: x.csv, broken_rows: skip}");
    const char *first = NULL;
    void *r = NULL;

    (void) state;
    test_write(test_folder(), "x.csv",
               "text,label\na,1,2\nb,1\nc,7\n\"d\" e,0\n\xff,1\nf,0\n\"g,1\n");
    r = opened(&d, test_folder(), "dev");
    for (int turn = 0; turn < 2; turn++) {
        next_is(&d, r, "b", NULL, 1, 1);
        next_is(&d, r, "f", NULL, 0, 5);
        no_more(&d, r);
        assert_int_equal(d.dataset->left_out(r, &first), 5);
        assert_non_null(strstr(first, "x.csv:2: 3 columns, expected 2"));
        assert_ok(d.dataset->rewind(r, err), err);
    }
    d.dataset->close(r);
    test_write(test_folder(), "x.csv", "text,label\na,x\nb,y\n");
    r = opened(&d, test_folder(), "dev");
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &(mpcf_example){0}, &(int32_t){0}, err), err);
    assert_message_contains(err, "none of 2 rows is whole; the first that is broken: ");
    assert_message_contains(err, "x.csv:2: label 'x'");
    d.dataset->close(r);
}

/* --- Options against each other, labels that nobody said --- */

static void refuse_options(const char *options, const char *why)
{
    struct test_dataset d = test_dataset_load("table", options);
    mpcf_task task = {.struct_size = sizeof task, .data_path = path_of("labels.csv")};

    assert_status(MPCF_E_CONFIG, d.dataset->describe(d.config, &task, err), err);
    assert_message_contains(err, why);
}

static void advice_is(const char *text, const char *why)
{
    test_write(test_folder(), "labels.csv", text);
    refuse_options("{}", why);
}

static void test_refused_options(void **state)
{
    (void) state;
    refuse_options("{labels: [a, b], classes: 3}", "2 labels, but classes is 3");
    refuse_options("{labels: [a, b], score: [0, 1]}", "a score has no labels");
    refuse_options("{score: [1, 1]}", "expected the lowest and the highest");
    refuse_options("{labels: [a, b, a]}", "'a' stands there twice");
    refuse_options("{labels: [a]}", "one class is no task");
    refuse_options("{classes: 3, metrics: [f1]}", "f1 is of two classes");
    refuse_options("{classes: 3, delimiter: '::'}", "expected one ASCII character");
    advice_is(
        "text,label\na,pos\nb,neg\n",
        "no config.json has their names: column 'label' has neg, pos; write labels: [neg, pos]");
    advice_is("text,label\na,not so\nb,'t\n", "write labels: ['''t', 'not so']");
    advice_is("text,label\na,2\nb,0\nc,1\n", "column 'label' has 0, 1, 2; write classes: 3");
    advice_is("text,label\na,10\nb,9\n", "column 'label' has 9, 10; write labels: [9, 10]");
    advice_is("text,label\na,0.5\nb,4\n",
              "column 'label' has numbers from 0.5 to 4; write score: [0.5, "
              "4]");
    advice_is("text,label\na,a secret text that is longer than any label would be\nb,x\n",
              "column 'label' has too many different values, or too long ones; is it the label?");
    assert_null(strstr(mpcf_error_text(err), "secret"));
    (void) remove(path_of("labels.csv"));
    refuse_options("{}", "write labels: [negative, positive] or the like");
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
        cmocka_unit_test(test_names),           cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_scores),          cmocka_unit_test(test_plain_text),
        cmocka_unit_test(test_metrics),         cmocka_unit_test(test_share),
        cmocka_unit_test(test_tiny_shares),     cmocka_unit_test(test_found_files),
        cmocka_unit_test(test_refused_rows),    cmocka_unit_test(test_skipped_rows),
        cmocka_unit_test(test_refused_options),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
