/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/tsv.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/datasets.h"
#include "support/support.h"

static mpcf_error *err;

static void test_order(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    static const char *const want[] = {"n2", "n10", "p0 <br /><br />\xc3\xa9", "p1"};
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    test_write(test_folder(), "train/neg/10_4.txt", "n10");
    test_write(test_folder(), "train/neg/2_1.txt", "n2");
    test_write(test_folder(), "train/pos/1_7.txt", "p1");
    test_write(test_folder(), "train/pos/0_10.txt", "p0 <br /><br />\xc3\xa9");
    assert_ok(d.dataset->open(d.config, test_folder(), "train", &r, err), err);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < 4; i++) {
            assert_ok(d.dataset->next(r, &e, &more, err), err);
            assert_int_equal(more, 1);
            assert_string_equal(e.text_a, want[i]);
            assert_null(e.text_b);
            assert_true(e.label == (i < 2 ? 0.0 : 1.0) && e.has_label == 1 && e.id == i);
        }
        assert_ok(d.dataset->next(r, &e, &more, err), err);
        assert_int_equal(more, 0);
        assert_ok(d.dataset->rewind(r, err), err);
    }
    d.dataset->close(r);
}

static void test_refusals(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    char *folder = mpcf_format("%s/bad", test_folder());
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    assert_status(MPCF_E_CONFIG, d.dataset->open(d.config, folder, "dev", &r, err), err);
    assert_status(MPCF_E_IO, d.dataset->open(d.config, folder, "test", &r, err), err);
    test_write(folder, "test/neg/.keep", "");
    test_write(folder, "test/pos/.keep", "");
    assert_status(MPCF_E_FORMAT, d.dataset->open(d.config, folder, "test", &r, err), err);
    assert_message_contains(err, "no reviews");
    test_write(folder, "test/neg/1_2.txt", "bad \xff");
    assert_ok(d.dataset->open(d.config, folder, "test", &r, err), err);
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &e, &more, err), err);
    assert_message_contains(err, "test/neg/1_2.txt: byte 5 is not UTF-8");
    d.dataset->close(r);
    test_write(folder, "test/pos/1_11.txt", "x");
    assert_status(MPCF_E_FORMAT, d.dataset->open(d.config, folder, "test", &r, err), err);
    assert_message_contains(err, "test/pos/1_11.txt: expected a name ID_RATING.txt");
    mpcf_free(folder);
}

/* --- The archive --- */

static const char *const archived[][2] = {
    {"aclImdb/train/neg/10_4.txt", "n10"},
    {"aclImdb/train/neg/2_1.txt", "n2"},
    {"aclImdb/train/pos/1_7.txt", "p1"},
    {"aclImdb/train/pos/0_10.txt", "p0 <br /><br />\xc3\xa9"},
    {"aclImdb/train/unsup/0_0.txt", "nobody said"},
    {"aclImdb/train/labeledBow.feat", "1 0:9"},
    {"aclImdb/train/pos/._1_7.txt", "a Mac was here"},
    {"aclImdb/test/neg/0_2.txt", "t0"},
    {"aclImdb/README", "read me"},
};

/* FOLDER/NAME, made by tar with FLAGS of what is in FOLDER, as WHAT says. */
static char *packed(const char *folder, const char *flags, const char *name, const char *what)
{
    char *path = mpcf_format("%s/%s", folder, name);
    char *command =
        mpcf_format("tar -C '%s' --exclude '*.tar*' %s '%s' %s", folder, flags, path, what);

    assert_int_equal(system(command), 0);
    mpcf_free(command);
    return path;
}

static void check_archive(const struct test_dataset *d, const char *path)
{
    static const char *const want[] = {"n2", "n10", "p0 <br /><br />\xc3\xa9", "p1"};
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    assert_ok(d->dataset->open(d->config, path, "train", &r, err), err);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < 4; i++) {
            assert_ok(d->dataset->next(r, &e, &more, err), err);
            assert_string_equal(e.text_a, want[i]);
            assert_true(e.label == (i < 2 ? 0.0 : 1.0) && e.has_label == 1 && e.id == i);
        }
        assert_ok(d->dataset->next(r, &e, &more, err), err);
        assert_int_equal(more, 0);
        assert_ok(d->dataset->rewind(r, err), err);
    }
    d->dataset->close(r);
}

/* A folder whose archives these are. */
static char *write_archived(void)
{
    char *folder = mpcf_format("%s/archive", test_folder());

    for (size_t i = 0; i < sizeof(archived) / sizeof(archived[0]); i++) {
        test_write(folder, archived[i][0], archived[i][1]);
    }
    return folder;
}

static void test_archives(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    static const char *const forms[][3] = {
        {"-czf", "a.tar.gz", "aclImdb"},
        {"-cf", "b.tar", "aclImdb"},
        {"-czf", "c.tgz", "./aclImdb"},
        {"--format=pax -czf", "d.tar.gz", "-C aclImdb train test"},
        {"--format=v7 -czf", "e.tar.gz", "-C aclImdb ./train ./test"},
    };
    char *folder = write_archived();

    char *members = mpcf_format("%s/members.tar.gz", folder);
    char *command =
        mpcf_format("cd '%s'; { head -c 3000 b.tar | gzip; tail -c +3001 b.tar | gzip; } >'%s'",
                    folder, members);

    (void) state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char *path = packed(folder, forms[i][0], forms[i][1], forms[i][2]);

        check_archive(&d, path);
        mpcf_free(path);
    }
    assert_int_equal(system(command), 0);
    check_archive(&d, members);
    mpcf_free(members);
    mpcf_free(command);
    mpcf_free(folder);
}

static void refuse_archive(const struct test_dataset *d, char *path, mpcf_status status,
                           const char *why)
{
    void *r = NULL;
    mpcf_example e;
    int32_t more = 0;
    mpcf_status got = d->dataset->open(d->config, path, "train", &r, err);

    if (got == MPCF_OK) {
        got = d->dataset->next(r, &e, &more, err);
        d->dataset->close(r);
    }
    assert_int_equal(got, status);
    assert_message_contains(err, why);
    mpcf_error_reset(err);
    mpcf_free(path);
}

static void test_archive_refusals(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    char *folder = write_archived(), *text = mpcf_alloc_array(MPCF_LINE_LIMIT + 2, 1);

    (void) state;
    refuse_archive(&d, packed(folder, "-cf", "none.tar", "aclImdb/test"), MPCF_E_FORMAT,
                   "none.tar: no reviews in neg and pos");
    refuse_archive(
        &d,
        packed(folder, "--hard-dereference -cf", "twice.tar", "aclImdb aclImdb/train/neg/2_1.txt"),
        MPCF_E_FORMAT, "twice.tar: neg/2_1.txt is there twice");
    test_write(folder, "b/train/neg/two.txt", "x");
    refuse_archive(&d, packed(folder, "-czf", "name.tar.gz", "b"), MPCF_E_FORMAT,
                   "name.tar.gz/b/train/neg/two.txt: expected a name ID_RATING.txt");
    test_write(folder, "c/train/neg/0_1.txt", "bad \xff");
    refuse_archive(&d, packed(folder, "-czf", "text.tar.gz", "c"), MPCF_E_FORMAT,
                   "text.tar.gz/train/neg/0_1.txt: byte 5 is not UTF-8");
    assert_non_null(text);
    memset(text, 'x', MPCF_LINE_LIMIT + 1);
    test_write(folder, "e/train/neg/0_1.txt", text);
    refuse_archive(&d, packed(folder, "-czf", "long.tar.gz", "e"), MPCF_E_FORMAT,
                   "e/train/neg/0_1.txt is longer than 1048576 bytes");
    text[MPCF_LINE_LIMIT] = '\0';
    for (int i = 0; i < 40; i++) {
        char name[64];

        (void) snprintf(name, sizeof(name), "f/train/neg/%d_1.txt", i);
        test_write(folder, name, text);
    }
    refuse_archive(&d, packed(folder, "-czf", "much.tar.gz", "f"), MPCF_E_FORMAT,
                   "too much for a file of its size");
    test_write(folder, "x.csv", "review,sentiment\n");
    refuse_archive(&d, mpcf_format("%s/x.csv", folder), MPCF_E_FORMAT, "no rows behind the line");
    test_write(folder, "x.csv", "review,sentiment\na,positive\n");
    refuse_archive(&d, mpcf_format("%s/x.csv", folder), MPCF_E_FORMAT, "x.csv: one row");
    test_write(folder, "x.csv", "reviews,sentiment\na,positive\nb,negative\n");
    refuse_archive(&d, mpcf_format("%s/x.csv", folder), MPCF_E_FORMAT, "nearest is 'reviews'");
    test_write(folder, "x.tar.gz", "this is no archive at all");
    refuse_archive(&d, mpcf_format("%s/x.tar.gz", folder), MPCF_E_FORMAT, "no tar archive");
    mpcf_free(text);
    mpcf_free(folder);
}

/* Unlike file_write_whole() without waiting for the disk. */
static void write_bytes(const char *path, const char *data, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Whatever bit of a packed archive is another one, the texts are the same, or it is refused; and so it is wherever it
 * ends early. */
static void test_damaged_archives(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    char *folder = write_archived(), *path = packed(folder, "-czf", "a.tar.gz", "aclImdb");
    char *bad = mpcf_format("%s/bad.tar.gz", folder), *data = NULL;
    size_t length = 0, refused = 0;

    (void) state;
    assert_ok(file_read(path, 1 << 20, &data, &length, err), err);
    for (size_t i = 0; i < length; i++) {
        void *r = NULL;

        data[i] = (char) (data[i] ^ (1 << i % 8));
        write_bytes(bad, data, length);
        data[i] = (char) (data[i] ^ (1 << i % 8));
        if (d.dataset->open(d.config, bad, "train", &r, err) != MPCF_OK) {
            refused++;
            continue;
        }
        d.dataset->close(r);
        check_archive(&d, bad);
    }
    assert_true(refused > length * 9 / 10); /* of the header time, system and flags say nothing */
    for (size_t i = 0; i < length; i++) {
        void *r = NULL;

        write_bytes(bad, data, i);
        if (d.dataset->open(d.config, bad, "train", &r, err) == MPCF_OK) {
            fail_msg("%zu of %zu bytes are taken", i, length);
        }
    }
    mpcf_free(data);
    mpcf_free(bad);
    mpcf_free(path);
    mpcf_free(folder);
}

/* The first half trains; what a label is and where it stands is refused with its line. */
static void test_csv(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    static const char *const splits[] = {"train", "test"};
    char *path = mpcf_format("%s/all.csv", test_folder());
    mpcf_example e;
    int32_t more = 0;
    void *r = NULL;

    (void) state;
    test_write(
        test_folder(), "all.csv",
        "review,sentiment\n\"a,\n\"\"b\"\"\",positive\nc<br />,negative\n\nd,pos\ne,0\nf,so\n");
    for (size_t i = 0; i < 2; i++) {
        static const char *const want[2][2] = {{"a,\n\"b\"", "c<br />"}, {"d", "e"}};

        assert_ok(d.dataset->open(d.config, path, splits[i], &r, err), err);
        for (int turn = 0; turn < 2; turn++) {
            for (size_t k = 0; k < 2; k++) {
                assert_ok(d.dataset->next(r, &e, &more, err), err);
                assert_int_equal(more, 1);
                assert_string_equal(e.text_a, want[i][k]);
                assert_true(e.label == (k == 0 ? 1.0 : 0.0) && e.has_label == 1 && e.id == k);
            }
            if (i == 0) {
                assert_ok(d.dataset->next(r, &e, &more, err), err);
                assert_int_equal(more, 0);
            }
            assert_ok(d.dataset->rewind(r, err), err);
        }
        d.dataset->close(r);
    }
    assert_ok(d.dataset->open(d.config, path, "test", &r, err), err);
    assert_ok(d.dataset->next(r, &e, &more, err), err);
    assert_ok(d.dataset->next(r, &e, &more, err), err);
    assert_status(MPCF_E_FORMAT, d.dataset->next(r, &e, &more, err), err);
    assert_message_contains(err, "all.csv:8: 2 bytes that are neither negative nor positive");
    d.dataset->close(r);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_archives),
        cmocka_unit_test(test_archive_refusals),
        cmocka_unit_test(test_damaged_archives),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
