/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unigram against tokenizers' (tests/vectors/unigram, and the example of its documentation), and
 * files that are none.
 */
#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "support/support.h"
#include "support/vectors.h"
#include "text/unicode.h"
#include "text/unigram_json.h"

static mpcf_error *err;

static struct unigram read_model(const char *text)
{
    struct unigram u;
    json_t *model = NULL;

    assert_ok(json_read_text(text, strlen(text), "t", &model, err), err);
    assert_ok(unigram_read_json(&u, model, "t", err), err);
    json_decref(model);
    return u;
}

static void assert_ids(const struct unigram *u, const char *text, size_t length,
                       const int32_t *want, size_t count)
{
    struct token_list list = {0};
    struct points points = {0};

    points_add_utf8(&points, text, length);
    token_list_add(&list, 77); /* what was there stays */
    unigram_encode(u, points.data, points.count, &list);
    assert_false(list.failed);
    if (list.count != count + 1 || list.ids[0] != 77 ||
        (count > 0 && memcmp(list.ids + 1, want, count * sizeof(*want)) != 0)) {
        fail_msg("'%s': %zu tokens, or others than the %zu that are right", text, list.count - 1,
                 count);
    }
    token_list_clear(&list);
    points_clear(&points);
}

static void ids_are_the_librarys(void **state)
{
    json_t *root = vector_json("unigram/expected.json"),
           *file = vector_json("unigram/library.json");
    const json_t *one = NULL;
    struct unigram u;
    size_t i = 0;

    (void) state;
    assert_ok(unigram_read_json(&u, json_object_get(file, "model"), "library.json", err), err);
    json_array_foreach(json_object_get(root, "library"), i, one)
    {
        const json_t *text = json_array_get(one, 0), *ids = json_array_get(one, 1);
        int32_t want[512];

        for (size_t k = 0; k < json_array_size(ids); k++) {
            want[k] = (int32_t) json_integer_value(json_array_get(ids, k));
        }
        assert_ids(&u, json_string_value(text), json_string_length(text), want,
                   json_array_size(ids));
    }
    assert_true(i >= 120);
    unigram_clear(&u);
    json_decref(file);
    json_decref(root);
}

#define ABCD                                                                                       \
    "{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"<unk>\",0],[\"a\",0.0],[\"b\",0.0],"         \
    "[\"c\",0.0],[\"d\",0.0],[\"cd\",1.0],[\"ab\",2.0],[\"abc\",5.0],[\"abcd\",10.0]]}"

/* "abcdacdxx" is abcd, a, cd, xx: the documentation of tokenizers' Unigram. */
static void the_documented_example_is_right(void **state)
{
    static const int32_t want[] = {8, 1, 5, 0};
    struct unigram u = read_model(ABCD);

    (void) state;
    assert_ids(&u, "abcdacdxx", 9, want, 4);
    assert_ids(&u, "", 0, NULL, 0);
    assert_ids(&u, "xyz\xe4\xbb\x8a", 6, want + 3, 1);
    unigram_clear(&u);
}

/* Of equal sums the one that was found first: the longest last piece. */
static void ties_go_to_the_longest_last_piece(void **state)
{
    static const int32_t want[] = {1, 2};
    struct unigram u = read_model("{\"unk_id\":0,\"vocab\":[[\"?\",-9],[\"a\",-1],[\"aa\",-1]]}");

    (void) state;
    assert_ids(&u, "aaa", 3, want, 2);
    unigram_clear(&u);
}

/* An unknown stretch that is a piece has its id, one of pieces of bytes theirs, others the unknown. */
static void unknown_stretches_are_looked_up(void **state)
{
    static const int32_t whole[] = {4, 1}, bytes[] = {2, 3, 2}, unknown[] = {0};
    struct unigram u =
        read_model("{\"unk_id\":0,\"byte_fallback\":true,\"vocab\":[[\"?\",0],[\"a\",0],"
                   "[\"<0x78>\",0],[\"<0x79>\",0],[\"zz\",-1000],[\"\",1]]}");

    (void) state;
    assert_ids(&u, "zza", 3, whole, 2);
    assert_ids(&u, "xyx", 3, bytes, 3);
    assert_ids(&u, "xyz", 3, unknown, 1);
    unigram_clear(&u);
}

/* A text that needs more than the few cuts of the stack, cut as its halves are. */
static void long_texts_are_cut_as_short_ones(void **state)
{
    struct unigram u = read_model(ABCD);
    char text[4 * 1000 + 1] = "";
    int32_t want[1000];

    (void) state;
    for (size_t i = 0; i < 1000; i++) {
        memcpy(text + 4 * i, "abcd", 4);
        want[i] = 8;
    }
    assert_ids(&u, text, sizeof text - 1, want, 1000);
    unigram_clear(&u);
}

static void what_is_no_model_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
        mpcf_status status;
    } wrong[] = {
        {"{}", "no list of pieces", MPCF_E_FORMAT},
        {"{\"vocab\":{\"a\":1},\"unk_id\":0}", "no list of pieces", MPCF_E_FORMAT},
        {"{\"vocab\":[],\"unk_id\":0}", "no list of pieces", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",0]]}", "without unk_id", MPCF_E_UNSUPPORTED},
        {"{\"vocab\":[[\"a\",0]],\"unk_id\":null}", "without unk_id", MPCF_E_UNSUPPORTED},
        {"{\"vocab\":[[\"a\",0]],\"unk_id\":1}", "unk_id 1, but there are 1", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",0]],\"unk_id\":-1}", "no place", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",0]],\"unk_id\":0.5}", "no place", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",0],[\"b\"]],\"unk_id\":0}", "piece 1", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",\"b\"]],\"unk_id\":0}", "piece 0", MPCF_E_FORMAT},
        {"{\"vocab\":[[0,\"a\"]],\"unk_id\":0}", "piece 0", MPCF_E_FORMAT},
        {"{\"vocab\":[[\"a\",0,0]],\"unk_id\":0}", "piece 0", MPCF_E_FORMAT},
    };

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct unigram u;
        json_t *model = NULL;

        assert_ok(json_read_text(wrong[i].text, strlen(wrong[i].text), "t", &model, err), err);
        assert_status(wrong[i].status, unigram_read_json(&u, model, "t.json", err), err);
        assert_message_contains(err, wrong[i].says);
        assert_message_contains(err, "t.json: ");
        json_decref(model);
    }
}

/* Scores as the library writes them again after reading (Tokenizer.from_str().to_str()). */
static void scores_are_read_in_two_roundings(void **state)
{
    static const struct {
        const char *text;
        double want;
    } scores[] = {{"-12.458033561706543", -12.458033561706545},
                  {"-15.903871536254883", -15.903871536254885},
                  {"-18.446500778198242", -18.44650077819824},
                  {"-15.942939758300781", -15.94293975830078},
                  {"-13.556609153747559", -13.55660915374756},
                  {"-13.558685302734375", -13.558685302734377},
                  {"-9.614903450012207", -9.614903450012209},
                  {"-9.624367713928223", -9.624367713928224},
                  {"-0.18156773639056878", -0.1815677363905688},
                  {"-3.9304334102601635", -3.930433410260163},
                  {"-14.835740089416504", -14.835740089416504},
                  {"-18.8490047454834", -18.8490047454834},
                  {"-14.797971725463867", -14.797971725463867},
                  {"-0.5801045894622803", -0.5801045894622803},
                  {"0.0", 0.0},
                  {"-100.0", -100.0},
                  {"-10.5", -10.5},
                  {"1.0", 1.0},
                  {"-1e+22", -1e+22},
                  {"-1.5e-310", -1.5e-310},
                  {"-2.5e+300", -2.5e+300}};

    (void) state;
    for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
        char *text = mpcf_format("{\"unk_id\":0,\"vocab\":[[\"a\",%s]]}", scores[i].text);
        struct unigram u = read_model(text);

        if (u.scores[0] != scores[i].want) {
            fail_msg("%s is read as %.17g, not %.17g", scores[i].text, u.scores[0], scores[i].want);
        }
        unigram_clear(&u);
        mpcf_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_the_librarys),
        cmocka_unit_test(the_documented_example_is_right),
        cmocka_unit_test(ties_go_to_the_longest_last_piece),
        cmocka_unit_test(unknown_stretches_are_looked_up),
        cmocka_unit_test(long_texts_are_cut_as_short_ones),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(scores_are_read_in_two_roundings),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
