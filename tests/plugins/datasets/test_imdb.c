/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_refusals),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
