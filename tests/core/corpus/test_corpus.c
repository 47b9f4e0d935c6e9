/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/corpus.h"

#include <math.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "corpus/same_texts.h"
#include "support/datasets.h"
#include "support/fake_reader.h"
#include "support/support.h"

static mpcf_error *err;

static struct tokenizer *opened(void)
{
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                .kind = MPCF_TOKENIZER_WORDPIECE,
                                .vocab_size = 8,
                                .type_count = 2,
                                .pair_separators = 1};
    struct tokenizer *t = NULL;

    test_write(test_folder(), "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n");
    assert_ok(tokenizer_open(test_folder(), &spec, &t, err), err);
    return t;
}

static mpcf_status load(struct fake_reader *f, size_t limit, struct corpus **out)
{
    struct tokenizer *t = opened();
    struct corpus_request q = {.dataset = &fake_dataset,
                               .config = &f,
                               .path = "nowhere",
                               .split = "train",
                               .tokenizer = t,
                               .max_tokens = 4,
                               .limit = limit};
    mpcf_status status = corpus_load(&q, out, err);

    tokenizer_close(t);
    return status;
}

static void test_limits(void **state)
{
    static const size_t limits[] = {0, 1, 2, 50, 99, 100, 101, 1000};

    (void) state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct fake_reader f = {.rows = 100, .odd = SIZE_MAX, .classes = 2};
        struct corpus *c = NULL;
        size_t want = limits[i] == 0 || limits[i] > 100 ? 100 : limits[i];

        assert_ok(load(&f, limits[i], &c), err);
        assert_int_equal(c->count, want);
        assert_int_equal(c->rows, 100);
        for (size_t k = 0; k < c->count; k++) {
            const struct corpus_item *item = &c->items[k];

            assert_int_equal(item->length, item->id % 2 == 0 ? 4 : 3);
            assert_true(k == 0 || c->items[k - 1].id < item->id);
            assert_true(item->id + 100 / want + 1 >= (k + 1) * 100 / want);
        }
        corpus_destroy(c);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        struct fake_reader fake;
        mpcf_status status;
        const char *why;
    } cases[] = {
        {{.rows = 9, .odd = 3, .odd_label = 2, .classes = 2}, MPCF_E_FORMAT, "row 3: label 2"},
        {{.rows = 9, .odd = 3, .odd_label = 0.5, .classes = 2}, MPCF_E_FORMAT, "row 3"},
        {{.rows = 9, .odd = 3, .odd_label = NAN, .classes = 2}, MPCF_E_FORMAT, "row 3"},
        {{.rows = 9, .odd = 3, .odd_label = NAN, .classes = 1}, MPCF_E_FORMAT, "row 3"},
        {{.rows = 9, .odd = 3, .odd_label = 5.5, .classes = 1}, MPCF_E_FORMAT, "row 3"},
        {{.rows = 9, .odd = 3, .odd_fails = true, .classes = 2}, MPCF_E_FORMAT, "another form"},
        {{.rows = 0, .odd = 3, .classes = 2}, MPCF_E_FORMAT, "no rows"},
        {{.rows = 9, .odd = 99, .shrinks = true, .classes = 2}, MPCF_E_IO, "8 rows, but 9"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_reader f = cases[i].fake;
        struct corpus *c = NULL;

        assert_status(cases[i].status, load(&f, 0, &c), err);
        assert_message_contains(err, cases[i].why);
        assert_message_contains(err, "reading split 'train' with fake");
    }
}

static mpcf_status look(struct fake_reader *f, size_t rows, bool labelled)
{
    struct tokenizer *t = opened();
    const struct corpus_request q = {.dataset = &fake_dataset,
                                     .config = &f,
                                     .path = "nowhere",
                                     .split = "train",
                                     .tokenizer = t,
                                     .max_tokens = 4};
    const mpcf_status status = corpus_check(&q, rows, labelled, err);
    size_t count = 0;

    assert_ok(corpus_count(&q, 5, &count, NULL), NULL);
    assert_int_equal(count, f->rows < 5 ? f->rows : 5);
    tokenizer_close(t);
    return status;
}

/* The first rows alone: a wrong one behind them is for the run. */
static void test_first_rows(void **state)
{
    struct fake_reader good = {.rows = 3, .odd = SIZE_MAX, .classes = 2};
    struct fake_reader late = {.rows = 9, .odd = 6, .odd_label = 7, .classes = 2};
    struct fake_reader none = {.rows = 0, .odd = SIZE_MAX, .classes = 2};

    (void) state;
    assert_ok(look(&good, 64, true), err);
    assert_ok(look(&late, 6, true), err);
    assert_status(MPCF_E_FORMAT, look(&late, 7, true), err);
    assert_message_contains(err, "row 6: label 7");
    assert_message_contains(err, "reading split 'train' with fake");
    mpcf_error_reset(err);
    assert_status(MPCF_E_FORMAT, look(&none, 64, false), err);
    assert_message_contains(err, "no rows");
    mpcf_error_reset(err);
}

/* Another stage, with another limit, may take the row. */
static void test_labels_of_rows_left_out(void **state)
{
    struct fake_reader f = {.rows = 100, .odd = 1, .odd_label = 7, .classes = 2};
    struct corpus *c = NULL;

    (void) state;
    assert_status(MPCF_E_FORMAT, load(&f, 2, &c), err);
    assert_message_contains(err, "row 1: label 7");
    mpcf_error_reset(err);
}

static void test_interrupt(void **state)
{
    struct fake_reader f = {.rows = 9, .odd = SIZE_MAX, .classes = 2};
    struct corpus *c = NULL;

    (void) state;
    interrupt_set();
    assert_status(MPCF_E_INTERRUPTED, load(&f, 0, &c), err);
    interrupt_clear();
    assert_ok(load(&f, 0, &c), err);
    corpus_destroy(c);
}

/* "the the the" takes four of its five tokens, "the" three. */
static void test_cut_and_same_texts(void **state)
{
    static const char *const others[] = {"the the", "zebra the", NULL};
    struct fake_reader f = {.rows = 9, .odd = SIZE_MAX, .classes = 2};
    struct fake_reader g = {.rows = 6, .odd = SIZE_MAX, .classes = 2, .texts = others};
    struct corpus *c = NULL, *d = NULL;
    size_t rows = 0;

    (void) state;
    assert_ok(load(&f, 0, &c), err);
    assert_ok(load(&g, 0, &d), err);
    assert_int_equal(corpus_cut(c), 5);
    assert_int_equal(corpus_cut(d), 0);
    assert_ok(corpus_same_texts(c, c, &rows, err), err);
    assert_int_equal(rows, 9);
    assert_ok(corpus_same_texts(d, c, &rows, err), err);
    assert_int_equal(rows, 3); /* "the the": what is left of the longer one */
    assert_ok(corpus_same_texts(c, d, &rows, err), err);
    assert_int_equal(rows, 5);
    corpus_destroy(c);
    corpus_destroy(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_first_rows), cmocka_unit_test(test_labels_of_rows_left_out),
        cmocka_unit_test(test_interrupt),  cmocka_unit_test(test_cut_and_same_texts),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
