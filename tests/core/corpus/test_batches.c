/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/memory.h"
#include "corpus/batches.h"
#include "support/support.h"

#define ROWS  1000
#define BATCH 7
#define PAD   9

static mpcf_error *err;

/* Row i has length 1 + (i * 37) % 23, all tokens 10 + i. */
static struct corpus *sample(void)
{
    static int32_t ids[ROWS][32], types[ROWS][32];
    static struct corpus_item items[ROWS];
    struct corpus *corpus = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        items[i] = (struct corpus_item){.ids = ids[i],
                                        .types = types[i],
                                        .length = 1 + i * 37 % 23,
                                        .label = (double) (i % 2),
                                        .has_label = true,
                                        .id = i};
        for (size_t k = 0; k < items[i].length; k++) {
            ids[i][k] = 10 + (int32_t) i;
            types[i][k] = 1;
        }
    }
    assert_ok(corpus_from_items(items, ROWS, PAD, &corpus, err), err);
    return corpus;
}

static void check_batch(const struct corpus *c, const struct labelled_batch *b)
{
    size_t longest = 0;

    for (size_t r = 0; r < b->inputs.batch; r++) {
        const struct corpus_item *item = &c->items[b->rows[r]];

        longest = item->length > longest ? item->length : longest;
        assert_true(b->labels[r] == item->label);
        for (size_t k = 0; k < b->inputs.tokens; k++) {
            size_t at = r * b->inputs.tokens + k;
            bool in = k < item->length;

            assert_int_equal(b->inputs.attention_mask[at], in);
            assert_int_equal(b->inputs.input_ids[at], in ? item->ids[k] : PAD);
            assert_int_equal(b->inputs.token_type_ids[at], in ? 1 : 0);
        }
    }
    assert_int_equal(b->inputs.tokens, longest);
}

/* Every row once; *PADDED: all elements; SEQUENCE: rows in order. */
static void walk(const struct corpus *c, struct batches *b, size_t *padded, uint32_t *sequence)
{
    bool seen[ROWS] = {false};
    size_t at = 0, most = 0;

    *padded = 0;
    for (size_t i = 0; i < batches_count(b); i++) {
        struct labelled_batch batch;

        batches_get(b, i, &batch);
        check_batch(c, &batch);
        *padded += batch.inputs.batch * batch.inputs.tokens;
        most = batch.inputs.batch * batch.inputs.tokens > most
                   ? batch.inputs.batch * batch.inputs.tokens
                   : most;
        for (size_t r = 0; r < batch.inputs.batch; r++) {
            assert_false(seen[batch.rows[r]]);
            seen[batch.rows[r]] = true;
            sequence[at++] = batch.rows[r];
        }
    }
    assert_int_equal(at, ROWS);
    assert_int_equal(most, batches_elements(b));
}

static void test_epochs(void **state)
{
    static uint32_t first[ROWS], again[ROWS], second[ROWS], sorted[ROWS];
    struct corpus *c = sample();
    struct batches *b = NULL;
    size_t padded = 0, tokens = 0;

    (void) state;
    for (size_t i = 0; i < ROWS; i++) {
        tokens += c->items[i].length;
    }
    assert_ok(batches_create(c, BATCH, &b, err), err);
    assert_int_equal(batches_count(b), (ROWS + BATCH - 1) / BATCH);
    walk(c, b, &padded, sorted);
    batches_shuffle(b, 5, 0);
    walk(c, b, &padded, first);
    assert_true((double) padded < 1.05 * (double) tokens); /* bucketed */
    batches_shuffle(b, 5, 1);
    walk(c, b, &padded, second);
    assert_memory_not_equal(first, second, sizeof(first));
    batches_shuffle(b, 5, 0);
    walk(c, b, &padded, again);
    assert_memory_equal(first, again, sizeof(first));
    batches_sort(b);
    walk(c, b, &padded, again);
    assert_memory_equal(sorted, again, sizeof(sorted));
    batches_destroy(b);
    corpus_destroy(c);
}

static void test_small(void **state)
{
    struct corpus *c = sample();
    struct batches *b = NULL;
    struct labelled_batch batch;

    (void) state;
    assert_ok(batches_create(c, 10 * ROWS, &b, err), err);
    assert_int_equal(batches_count(b), 1);
    batches_get(b, 0, &batch);
    check_batch(c, &batch);
    assert_int_equal(batch.inputs.batch, ROWS);
    batches_destroy(b);
    assert_status(MPCF_E_INVALID, batches_create(c, 0, &b, err), err);
    corpus_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_small),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
