/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of a corpus: which lengths, with which special tokens, of whose words. */
#include <stdlib.h>
#include <string.h>

#include "corpus/other_lengths.h"
#include "support/datasets.h"
#include "support/support.h"
#include "text/encode.h"

enum { CLS = 2, SEP = 3, WORD = 4, ROWS = 200, MAX_TOKENS = 40, SHORT_LEAST = 64 };

static mpcf_error *err;

#define ROBERTA                                                                                    \
    "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"[UNK]\", \"vocab\": {\"[PAD]\": 0, "   \
    "\"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3, \"a\": 4, \"b\": 5, \"c\": 6, \"d\": 7}}, "         \
    "\"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"post_processor\": "                     \
    "{\"type\": \"RobertaProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2], "         \
    "\"trim_offsets\": true, \"add_prefix_space\": false}}"

/* BERT's, or with two separators between a pair's texts, as RoBERTa's, and without types. */
static struct tokenizer *opened(int separators)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                      .kind = MPCF_TOKENIZER_WORDPIECE,
                                      .vocab_size = 8,
                                      .type_count = separators == 1 ? 2 : 1,
                                      .pair_separators = separators};
    struct tokenizer *t = NULL;
    const char *folder = test_folder();

    test_write(folder, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n");
    if (separators == 2) {
        test_write(folder, "tokenizer.json", ROBERTA);
    }
    assert_ok(tokenizer_open(folder, &spec, &t, err), err);
    return t;
}

/* Row i has FEWEST + i % 7 words, the second text of a pair two fewer; SHARED ids are the encodings'. */
static struct corpus *made(const struct tokenizer *t, size_t fewest, bool pairs)
{
    static const char words[] = "a b c d a c b d a a b c c d b a c d a b c a d b";
    struct encoding encodings[ROWS];
    struct corpus_item items[ROWS];
    struct corpus *corpus = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        const size_t count = fewest + i % 7, second = count > 2 ? count - 2 : 0;

        assert_ok(tokenizer_encode_bytes(t, words + 2 * (i % 5), 2 * count, pairs ? words : NULL,
                                         2 * second, MAX_TOKENS, &encodings[i], err),
                  err);
        items[i] = (struct corpus_item){
            .ids = encodings[i].ids, .types = encodings[i].type_ids, .length = encodings[i].count};
    }
    assert_ok(corpus_from_items(items, ROWS, 0, &corpus, err), err);
    for (size_t i = 0; i < ROWS; i++) {
        encoding_clear(&encodings[i]);
    }
    return corpus;
}

static size_t count_of(const struct corpus_item *item, int32_t id)
{
    size_t count = 0;

    for (size_t i = 0; i < item->length; i++) {
        count += item->ids[i] == id ? 1 : 0;
    }
    return count;
}

static size_t tokens_of(const struct corpus *c)
{
    size_t tokens = 0;

    for (size_t i = 0; i < c->count; i++) {
        tokens += c->items[i].length;
    }
    return tokens;
}

static void single_texts_have_all_lengths(void **state)
{
    struct tokenizer *t = opened(1);
    struct corpus *c = made(t, 9, false), *others = NULL, *again = NULL;
    char digests[2][FILE_DIGEST_SIZE];
    size_t of[MAX_TOKENS + 1] = {0};

    (void) state;
    assert_ok(other_lengths_create(t, c, MAX_TOKENS, &others, err), err);
    for (size_t i = 0; i < others->count; i++) {
        const struct corpus_item *item = &others->items[i];

        assert_in_range(item->length, 2, MAX_TOKENS);
        assert_int_equal(item->ids[0], CLS);
        assert_int_equal(item->ids[item->length - 1], SEP);
        assert_int_equal(count_of(item, CLS) + count_of(item, SEP), 2);
        of[item->length]++;
    }
    assert_int_equal(of[2], 1);
    assert_true(of[3] > SHORT_LEAST / 2);
    assert_true(of[4] > 0 && of[5] > 0 && of[6] > 0 && of[8] > 0 && of[10] > 0);
    assert_int_equal(of[MAX_TOKENS], tokens_of(c) / 8 / MAX_TOKENS);
    assert_ok(other_lengths_create(t, c, MAX_TOKENS, &again, err), err);
    corpus_digest(others, digests[0]);
    corpus_digest(again, digests[1]);
    assert_string_equal(digests[0], digests[1]);
    corpus_destroy(others);
    corpus_destroy(again);
    corpus_destroy(c);
    tokenizer_close(t);
}

/* Each of the four words stands alone somewhere: places change, and are not beginnings alone. */
static void words_come_from_all_places(void **state)
{
    struct tokenizer *t = opened(1);
    struct corpus *c = made(t, 9, false), *others = NULL;
    size_t alone[4] = {0};

    (void) state;
    assert_ok(other_lengths_create(t, c, MAX_TOKENS, &others, err), err);
    for (size_t i = 0; i < others->count; i++) {
        if (others->items[i].length == 3) {
            alone[others->items[i].ids[1] - WORD]++;
        }
    }
    for (size_t i = 0; i < 4; i++) {
        assert_true(alone[i] > 2);
    }
    corpus_destroy(others);
    corpus_destroy(c);
    tokenizer_close(t);
}

/* What a pair is: the middle's separators, types 1 behind them; either text short, missing, or none. */
static void pairs_are_short_on_either_side(void **state)
{
    for (int separators = 1; separators <= 2; separators++) {
        struct tokenizer *t = opened(separators);
        struct corpus *c = made(t, 9, true), *others = NULL;
        size_t first_short = 0, second_short = 0, second_empty = 0, alone = 0;

        assert_ok(other_lengths_create(t, c, MAX_TOKENS, &others, err), err);
        for (size_t i = 0; i < others->count; i++) {
            const struct corpus_item *item = &others->items[i];
            size_t first = 0, second;

            assert_int_equal(item->ids[0], CLS);
            assert_int_equal(item->ids[item->length - 1], SEP);
            while (item->ids[1 + first] != SEP) {
                first++;
            }
            alone += count_of(item, SEP) == 1 ? 1 : 0;
            if (count_of(item, SEP) == 1) {
                continue;
            }
            assert_int_equal(count_of(item, SEP), 1 + (size_t) separators);
            second = item->length - first - 2 - (size_t) separators;
            assert_int_equal(item->types[item->length - 1], separators == 1 ? 1 : 0);
            assert_int_equal(item->types[first], 0);
            first_short += first == 1 && second > 1 ? 1 : 0;
            second_short += first > 1 && second == 1 ? 1 : 0;
            second_empty += first > 0 && second == 0 ? 1 : 0;
        }
        assert_true(first_short > 0 && second_short > 0 && second_empty > 0 && alone > 0);
        corpus_destroy(others);
        corpus_destroy(c);
        tokenizer_close(t);
    }
    (void) state;
}

/* A quarter more tokens at most, where there are so many that the least numbers do not count. */
static void they_are_few(void **state)
{
    struct tokenizer *t = opened(1);
    struct corpus *c = made(t, 12, false), *many = NULL, *others = NULL;
    struct corpus_item *items = calloc((size_t) ROWS * 20, sizeof *items);

    (void) state;
    assert_non_null(items);
    for (size_t i = 0; i < (size_t) ROWS * 20; i++) {
        items[i] = c->items[i % ROWS];
    }
    assert_ok(corpus_from_items(items, (size_t) ROWS * 20, 0, &many, err), err);
    assert_ok(other_lengths_create(t, many, MAX_TOKENS, &others, err), err);
    assert_true(4 * tokens_of(others) <= tokens_of(many) + 4 * MAX_TOKENS);
    assert_true(5 * tokens_of(others) >= tokens_of(many));
    corpus_destroy(others);
    corpus_destroy(many);
    corpus_destroy(c);
    tokenizer_close(t);
    free(items);
}

/* Rows that are empty, and rows that another tokenizer made. */
static void odd_rows_end_well(void **state)
{
    static const int32_t foreign[] = {7, 7, 7}, types[] = {0, 0, 0};
    const struct corpus_item item = {.ids = foreign, .types = types, .length = 3};
    struct tokenizer *t = opened(1);
    struct corpus *empty = NULL, *none = NULL, *others = NULL;
    struct encoding e;

    (void) state;
    assert_ok(tokenizer_encode(t, "", NULL, MAX_TOKENS, &e, err), err);
    assert_ok(corpus_from_items(
                  &(struct corpus_item){.ids = e.ids, .types = e.type_ids, .length = e.count}, 1, 0,
                  &empty, err),
              err);
    assert_ok(other_lengths_create(t, empty, MAX_TOKENS, &others, err), err);
    assert_int_equal(others->longest, 2);
    corpus_destroy(others);
    assert_ok(corpus_from_items(&item, 1, 0, &none, err), err);
    assert_ok(other_lengths_create(t, none, MAX_TOKENS, &others, err), err);
    assert_null(others);
    corpus_destroy(none);
    corpus_destroy(empty);
    encoding_clear(&e);
    tokenizer_close(t);
}

static int set_up(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return 0;
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
        cmocka_unit_test(single_texts_have_all_lengths),
        cmocka_unit_test(words_come_from_all_places),
        cmocka_unit_test(pairs_are_short_on_either_side),
        cmocka_unit_test(they_are_few),
        cmocka_unit_test(odd_rows_end_well),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
