/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SentencePiece's compiled tables: normal forms against tokenizers' (tests/vectors/unigram), and
 * tables that are cut or point outside of themselves.
 */
#include <string.h>

#include "base/memory.h"
#include "support/support.h"
#include "support/vectors.h"
#include "text/precompiled.h"
#include "text/sentencepiece_model.h"

static mpcf_error *err;

struct table {
    char *file;
    struct sentencepiece_model model;
};

static struct table read_table(void)
{
    struct table t = {0};
    size_t length = 0;

    t.file = vector_bytes("unigram/small.model", &length);
    assert_ok(sentencepiece_read(&t.model, t.file, length, "small.model", err), err);
    assert_true(t.model.charsmap_bytes > 100);
    return t;
}

static void table_clear(struct table *t)
{
    sentencepiece_clear(&t->model);
    mpcf_free(t->file);
}

static void normalise(const struct precompiled *p, const json_t *text, struct points *out)
{
    struct points in = {0};

    points_add_utf8(&in, json_string_value(text), json_string_length(text));
    precompiled_normalise(p, &in, out);
    assert_false(in.failed || out->failed);
    points_clear(&in);
}

static void normal_forms_are_the_librarys(void **state)
{
    json_t *root = vector_json("unigram/expected.json");
    struct table t = read_table();
    struct precompiled p;
    const json_t *one = NULL;
    size_t i = 0, changed = 0;

    (void) state;
    assert_ok(precompiled_read(&p, t.model.charsmap, t.model.charsmap_bytes, "small.model", err),
              err);
    json_array_foreach(json_object_get(root, "charsmap"), i, one)
    {
        const json_t *want = json_array_get(one, 1);
        struct points got = {0}, right = {0};

        normalise(&p, json_array_get(one, 0), &got);
        points_add_utf8(&right, json_string_value(want), json_string_length(want));
        if (got.count != right.count ||
            (got.count > 0 && memcmp(got.data, right.data, 4 * got.count) != 0)) {
            fail_msg("text %zu: '%s' becomes another", i,
                     json_string_value(json_array_get(one, 0)));
        }
        changed += !json_equal(json_array_get(one, 0), want);
        points_clear(&got);
        points_clear(&right);
    }
    assert_true(i >= 250 && changed > 100);
    precompiled_clear(&p);
    table_clear(&t);
    json_decref(root);
}

static void a_cut_table_is_refused_or_changes_less(void **state)
{
    struct table t = read_table();

    (void) state;
    for (size_t length = 0; length < t.model.charsmap_bytes; length++) {
        struct precompiled p;
        void *copy = mpcf_alloc_array(length + 1, 1);

        memcpy(copy, t.model.charsmap, length);
        if (precompiled_read(&p, copy, length, "cut", NULL) == MPCF_OK) {
            uint32_t data[] = {0xff21, 0x2122, 0x301, 0x1d400, 'x'};
            const struct points in = {.data = data, .count = 5};
            struct points out = {0};

            precompiled_normalise(&p, &in, &out);
            points_clear(&out);
            precompiled_clear(&p);
        }
        mpcf_free(copy);
    }
    table_clear(&t);
}

/* One unit of a trie; the first child of the root stands at its byte. */
#define UNIT(label, offset, leaf) ((uint32_t) (label) | (uint32_t) (offset) << 10 | (leaf) << 8)

static void numbers_that_point_outside_match_nothing(void **state)
{
    static const struct {
        uint32_t root, unit, value;
        const char *strings;
        size_t bytes;
        uint32_t want; /* what 'a' becomes; 0: nothing */
    } tables[] = {
        {UNIT(0, 128, 0), UNIT('a', 1, 1), 0, "b", 2, 'b'},
        {UNIT(0, 128, 0), UNIT('a', 1, 1), 2, "b\0c", 4, 'c'},
        {UNIT(0, 128, 0), UNIT('a', 1, 1), 4, "b\0c", 4, 0},           /* at the end */
        {UNIT(0, 128, 0), UNIT('a', 1, 1), 5, "b\0c", 4, 'a'},         /* behind it */
        {UNIT(0, 128, 0), UNIT('a', 1, 1), INT32_MAX, "b\0c", 4, 'a'}, /* far behind it */
        {UNIT(0, 128, 0), UNIT('a', 1, 1), 1, "\xc3\xa4", 3, 'a'},     /* inside of a character */
        {UNIT(0, 128, 0), UNIT('a', 0x3fffff, 1), 0, "b", 2, 'a'},     /* leaf outside */
        {UNIT(0, 0x1fffff, 0), UNIT('a', 1, 1), 0, "b", 2, 'a'},       /* root outside */
        {UNIT(0, 0x1fffff, 0) | 1 << 9, UNIT('a', 1, 1), 0, "b", 2, 'a'},
        {UNIT(0, 128, 0), UNIT('b', 1, 1), 0, "b", 2, 'a'}, /* another label */
    };

    (void) state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        uint32_t file[1 + 256 + 1] = {[0] = 4 * 256};
        struct points out = {0};
        struct precompiled p;
        uint32_t a = 'a';
        const struct points in = {.data = &a, .count = 1};

        file[1] = tables[i].root;
        file[1 + (128 ^ 'a')] = tables[i].unit;
        file[1 + (128 ^ 'a' ^ 1)] = tables[i].value;
        memcpy(&file[257], tables[i].strings, tables[i].bytes);
        assert_ok(precompiled_read(&p, file, 4 * 257 + tables[i].bytes, "t", err), err);
        precompiled_normalise(&p, &in, &out);
        assert_int_equal(out.count, tables[i].want != 0);
        if (out.count == 1 && out.data[0] != tables[i].want) {
            fail_msg("table %zu: %c, not %c", i, (int) out.data[0], (int) tables[i].want);
        }
        points_clear(&out);
        precompiled_clear(&p);
    }
}

static void what_is_no_table_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "is cut"},
        {"AAA", "not base64"},
        {"A*AA", "not base64"},
        {"AAA=AAAA", "not base64"},
        {"A===", "not base64"},
        {"AAAA", "is cut"},           /* 3 bytes */
        {"AAAAAA==", "no trie"},      /* N = 0 */
        {"CAAAAAAAAAA=", "is cut"},   /* N = 8, and 4 bytes */
        {"BAAAAAAAAAD/", "not UTF-8"} /* N = 4, and 0xff */
    };
    struct precompiled p;

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(MPCF_E_FORMAT,
                      precompiled_read_base64(&p, wrong[i].text, "tokenizer.json", err), err);
        assert_message_contains(err, wrong[i].says);
        assert_message_contains(err, "tokenizer.json: ");
    }
    assert_ok(precompiled_read_base64(&p, "BAAAAAAAAABh", "t", err), err); /* N = 4, and "a" */
    assert_int_equal(p.string_bytes, 1);
    precompiled_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_forms_are_the_librarys),
        cmocka_unit_test(a_cut_table_is_refused_or_changes_less),
        cmocka_unit_test(numbers_that_point_outside_match_nothing),
        cmocka_unit_test(what_is_no_table_is_refused),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
