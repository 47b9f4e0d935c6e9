/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SentencePiece's files: pieces, scores and ids against what transformers makes of them
 * (tests/vectors/unigram), other algorithms, and files that are cut, changed, or none.
 */
#include <string.h>

#include "base/memory.h"
#include "support/support.h"
#include "support/vectors.h"
#include "text/sentencepiece_model.h"
#include "text/unicode.h"

static mpcf_error *err;

static bool same_ids(const struct unigram *u, const json_t *text, const json_t *ids)
{
    struct token_list list = {0};
    struct points points = {0};
    bool same;

    points_add_utf8(&points, json_string_value(text), json_string_length(text));
    unigram_encode(u, points.data, points.count, &list);
    same = list.count == json_array_size(ids);
    for (size_t i = 0; i < list.count && same; i++) {
        same = list.ids[i] == json_integer_value(json_array_get(ids, i));
    }
    token_list_clear(&list);
    points_clear(&points);
    return same;
}

static void check_numbering(const struct sentencepiece_model *m,
                            enum sentencepiece_numbering numbering, const json_t *expected)
{
    const json_t *one = NULL;
    struct unigram u;
    size_t i = 0;

    assert_ok(
        sentencepiece_unigram(m, numbering, &sentencepiece_usual_names, &u, "small.model", err),
        err);
    json_array_foreach(expected, i, one)
    {
        if (!same_ids(&u, json_array_get(one, 0), json_array_get(one, 1))) {
            fail_msg("text %zu: other ids", i);
        }
    }
    assert_true(i >= 120);
    unigram_clear(&u);
}

static void ids_are_those_of_transformers(void **state)
{
    json_t *root = vector_json("unigram/expected.json");
    struct sentencepiece_model m;
    size_t length = 0;
    char *file = vector_bytes("unigram/small.model", &length);

    (void) state;
    assert_ok(sentencepiece_read(&m, file, length, "small.model", err), err);
    check_numbering(&m, SENTENCEPIECE_XLM_ROBERTA, json_object_get(root, "xlm-roberta"));
    check_numbering(&m, SENTENCEPIECE_CAMEMBERT, json_object_get(root, "camembert"));
    assert_int_equal(m.types[0], SENTENCEPIECE_UNKNOWN);
    assert_int_equal(m.types[1], SENTENCEPIECE_CONTROL);
    assert_int_equal(m.types[3], SENTENCEPIECE_CONTROL);
    assert_memory_equal(m.pieces[3].text, "<ctl>", 5);
    assert_int_equal(m.types[4], SENTENCEPIECE_USER_DEFINED);
    assert_memory_equal(m.pieces[4].text, "<sep>", 5);
    assert_int_equal(m.types[5], SENTENCEPIECE_NORMAL);
    sentencepiece_clear(&m);
    mpcf_free(file);
    json_decref(root);
}

static void other_algorithms_are_refused_by_name(void **state)
{
    struct sentencepiece_model m;
    size_t length = 0;
    char *file = vector_bytes("unigram/bpe.model", &length);

    (void) state;
    assert_status(MPCF_E_UNSUPPORTED, sentencepiece_read(&m, file, length, "x.model", err), err);
    assert_message_contains(err, "x.model: a SentencePiece model of type BPE");
    mpcf_free(file);
}

static void what_is_no_model_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *says;
    } wrong[] = {
        {"", 0, "no pieces"},
        {"\x12\x00", 2, "no pieces"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "no message"},
        {"\x0a", 1, "no message"},                                          /* length missing */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "no message"}, /* far outside */
        {"\x0a\x03\x0a\x02"
         "a",
         5, "a piece is no message"},
        {"\x0a\x02\x0a\x00", 4, "piece 0 is empty"},
        {"\x0a\x00", 2, "piece 0 is empty"},
        {"\x0a\x03\x0a\x01\xff", 5, "piece 0 is not UTF-8"},
        {"\x0b\x0c", 2, "no message"}, /* a group */
        {"\x00\x00", 2, "no message"}, /* field 0 */
        {"\x0a\x03\x0a\x01"
         "a\x12\x02\x18\x03",
         9, "of type WORD"},
        {"\x0a\x03\x0a\x01"
         "a\x12\x01\x18",
         8, "trainer_spec is no message"},
        {"\x0a\x03\x0a\x01"
         "a\x1a\x01\x12",
         8, "normalizer_spec is no message"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sentencepiece_model m;

        assert_int_not_equal(sentencepiece_read(&m, wrong[i].bytes, wrong[i].length, "x", NULL),
                             MPCF_OK);
        mpcf_error_reset(err);
        (void) sentencepiece_read(&m, wrong[i].bytes, wrong[i].length, "x", err);
        assert_message_contains(err, wrong[i].says);
    }
}

/* Unknown fields and kinds of value are passed by; a later field counts; a message may come again. */
static void fields_that_are_not_known_are_passed_by(void **state)
{
    static const char file[] = "\x7a\x01x" /* 15: bytes */
                               "\x08\x05"  /* 1, but a number */
                               "\x0a\x10\x0a\x01z\x0a\x01q\x15\x00\x00\x20\x40\x18\x63\x21"
                               "abcdefgh" /* "z", then "q"; 2.5; type 99; 4: 64 bits */
                               "\x12\x02\x18\x01\x1a\x02\x12\x00";
    struct sentencepiece_model m;
    char bytes[sizeof file];

    (void) state;
    memcpy(bytes, file, sizeof file);
    bytes[6] = 0x16; /* the piece's 22 bytes */
    assert_ok(sentencepiece_read(&m, bytes, sizeof bytes - 1, "x", err), err);
    assert_int_equal(m.count, 1);
    assert_memory_equal(m.pieces[0].text, "q", 1);
    assert_true(m.pieces[0].score == 2.5);
    assert_int_equal(m.types[0], SENTENCEPIECE_NORMAL);
    assert_int_equal(m.charsmap_bytes, 0);
    sentencepiece_clear(&m);
}

/* Cut at each of 200 places, and with a byte changed there: never read outside of it. */
static void damaged_files_are_refused_or_read(void **state)
{
    size_t length = 0, refused = 0;
    char *file = vector_bytes("unigram/small.model", &length);

    (void) state;
    for (size_t i = 0; i < 200; i++) {
        const size_t at = i * length / 200;

        for (int kind = 0; kind < 2; kind++) {
            const size_t kept = kind == 0 ? at : length;
            char *copy = mpcf_alloc_array(kept + 1, 1);
            struct sentencepiece_model m;
            struct unigram u;

            memcpy(copy, file, kept);
            copy[kind == 0 ? kept : at] ^= (char) (kind == 0 ? 0 : 1 << (i % 8));
            if (sentencepiece_read(&m, copy, kept, "x", NULL) != MPCF_OK) {
                refused++;
            } else if (sentencepiece_unigram(&m, SENTENCEPIECE_XLM_ROBERTA,
                                             &sentencepiece_usual_names, &u, "x",
                                             NULL) == MPCF_OK) {
                unigram_clear(&u);
            }
            sentencepiece_clear(&m);
            mpcf_free(copy);
        }
    }
    assert_true(refused > 200);
    mpcf_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_those_of_transformers),
        cmocka_unit_test(other_algorithms_are_refused_by_name),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(fields_that_are_not_known_are_passed_by),
        cmocka_unit_test(damaged_files_are_refused_or_read),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
