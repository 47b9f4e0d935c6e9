/* SPDX-License-Identifier: Apache-2.0 */
#include "text/tokenizer.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/datasets.h"
#include "support/support.h"
#include "text/encode.h"

static mpcf_error *err;

static const char words[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nA\n##\xc3\xa9"
                            "b\nan\n.\n#\na\n";
enum { PAD, UNK, CLS, SEP, MASK, THE, CAT, S, BIG_A, EB, AN, DOT, HASH, SMALL_A, WORD_COUNT };

static mpcf_tokenizer_spec spec_of(mpcf_tokenizer_kind kind)
{
    return (mpcf_tokenizer_spec){.struct_size = sizeof(mpcf_tokenizer_spec),
                                 .kind = kind,
                                 .vocab_size = 1000,
                                 .type_count = 2,
                                 .pair_separators = kind == MPCF_TOKENIZER_WORDPIECE ? 1 : 2};
}

static char *folder_of(const char *name)
{
    return mpcf_format("%s/%s", test_folder(), name);
}

static struct tokenizer *opened(const char *folder, mpcf_tokenizer_kind kind)
{
    mpcf_tokenizer_spec spec = spec_of(kind);
    struct tokenizer *t = NULL;

    assert_ok(tokenizer_open(folder, &spec, &t, err), err);
    return t;
}

static void expect(const struct tokenizer *t, const char *a, const char *b, size_t most,
                   const int32_t *ids, size_t count)
{
    struct encoding e = {0};

    assert_ok(tokenizer_encode(t, a, b, most, &e, err), err);
    assert_int_equal(e.count, count);
    assert_memory_equal(e.ids, ids, count * sizeof(*ids));
    encoding_clear(&e);
}
#define EXPECT(t, a, b, most, ...)                                                                 \
    expect((t), (a), (b), (most), (const int32_t[]){__VA_ARGS__},                                  \
           sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

static void test_words(void **state)
{
    char *folder = folder_of("words");
    struct tokenizer *t = NULL;

    (void) state;
    test_write(folder, "vocab.txt", words); /* has a capital: a cased vocabulary */
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t, "the cats. A", NULL, 99, CLS, THE, CAT, S, DOT, BIG_A, SEP);
    EXPECT(t,
           "The a\xc3\xa9"
           "b cats#",
           NULL, 99, CLS, UNK, SMALL_A, EB, CAT, S, HASH, SEP);
    EXPECT(t, "cat[MASK]cat[mask]", NULL, 99, CLS, CAT, MASK, CAT, UNK, UNK, UNK, SEP);
    EXPECT(t, "", NULL, 2, CLS, SEP);
    tokenizer_close(t);
    test_write(folder, "tokenizer_config.json", "{\"do_lower_case\": true}");
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t,
           "The A\xc3\x89"
           "B",
           NULL, 99, CLS, THE, UNK, SEP); /* the accent is stripped */
    tokenizer_close(t);
    test_write(folder, "tokenizer_config.json",
               "{\"do_lower_case\": true, \"strip_accents\": false}");
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t,
           "The A\xc3\x89"
           "B",
           NULL, 99, CLS, THE, SMALL_A, EB, SEP);
    tokenizer_close(t);
    mpcf_free(folder);
}

/* As tokenizers 0.23 reads vocab.txt: blanks behind a word go, an empty line is counted. */
static void test_blanks_behind_words(void **state)
{
    char *folder = folder_of("blanks");
    struct tokenizer *t = NULL;

    (void) state;
    test_write(folder, "vocab.txt",
               "[PAD] \n[UNK]\t\r\n[CLS]\n[SEP]\n[MASK]\n\nthe \n\n"
               "cat\xe2\x80\xa8\na\xc2\xa0\n\n");
    test_write(folder, "tokenizer_config.json",
               "{\"do_lower_case\": true, \"additional_special_tokens\": [\"[X]\"]}");
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t, "the cat a [X]", NULL, 99, 2, 6, 8, 9, 9, 3); /* of 9 words: equal ones count once */
    tokenizer_close(t);
    mpcf_free(folder);
}

static void test_model_input_names(void **state)
{
    char *folder = folder_of("input-names");
    struct tokenizer *t = NULL;
    struct encoding e = {0};

    (void) state;
    test_write(folder, "vocab.txt", words);
    test_write(folder, "tokenizer_config.json",
               "{\"model_input_names\": [\"input_ids\", \"attention_mask\"]}");
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    assert_ok(tokenizer_encode(t, "a", "the", 99, &e, err), err);
    assert_memory_equal(e.type_ids, ((int32_t[]){0, 0, 0, 0, 0}), 5 * sizeof(int32_t));
    encoding_clear(&e);
    tokenizer_close(t);
    mpcf_free(folder);
}

static void test_truncation(void **state)
{
    char *folder = folder_of("cut");
    struct tokenizer *t = NULL;
    struct encoding e = {0};

    (void) state;
    test_write(folder, "vocab.txt", words);
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t, "a a a a a", NULL, 4, CLS, SMALL_A, SMALL_A, SEP);
    EXPECT(t, "a a a a", "the the the the", 8, CLS, SMALL_A, SMALL_A, SEP, THE, THE, THE, SEP);
    EXPECT(t, "a a a a a", "the the the", 8, CLS, SMALL_A, SMALL_A, SMALL_A, SEP, THE, THE, SEP);
    EXPECT(t, "a", "the the the the the", 7, CLS, SMALL_A, SEP, THE, THE, THE, SEP);
    EXPECT(t, "a a", "the", 3, CLS, SEP, SEP);
    assert_ok(tokenizer_encode(t, "a", "the", 99, &e, err), err);
    assert_memory_equal(e.type_ids, ((int32_t[]){0, 0, 0, 1, 1}), 5 * sizeof(int32_t));
    encoding_clear(&e);
    assert_status(MPCF_E_INVALID, tokenizer_encode(t, "a", "b", 2, &e, err), err);
    assert_status(MPCF_E_FORMAT, tokenizer_encode(t, "a\xc3", NULL, 9, &e, err), err);
    tokenizer_close(t);
    mpcf_free(folder);
}

/* Bytes as tokens and a few merges; <mask> takes no blanks where no file says so. */
static void write_bpe(const char *folder)
{
    test_write(folder, "vocab.json",
               "{\"<s>\": 0, \"<pad>\": 1, \"</s>\": 2, \"<unk>\": 3, \"a\": 4, \"b\": 5,"
               " \"\xc4\xa0\": 6, \"ab\": 7, \"\xc4\xa0"
               "ab\": 8, \"ba\": 9, \"<mask>\": 10, \"!\": 11}");
    test_write(folder, "merges.txt", "#version: 0.2\na b\n#version: 0.2\n\xc4\xa0 ab\nb a\n");
}

static void test_byte_bpe(void **state)
{
    char *folder = folder_of("bpe");
    struct tokenizer *t = NULL;

    (void) state;
    write_bpe(folder);
    t = opened(folder, MPCF_TOKENIZER_BYTE_BPE);
    EXPECT(t, "abab ab", NULL, 99, 0, 7, 7, 8, 2);
    EXPECT(t, "bab", NULL, 99, 0, 5, 7, 2);       /* "a b" has the lower rank */
    EXPECT(t, "ab  ab", NULL, 99, 0, 7, 6, 8, 2); /* the last blank goes with the word */
    EXPECT(t, "a  <mask>!", NULL, 99, 0, 4, 6, 6, 10, 11, 2);
    EXPECT(t, "axb", NULL, 99, 0, 7, 2); /* a byte without a token is left out first */
    EXPECT(t, "a", "b", 99, 0, 4, 2, 2, 5, 2);
    tokenizer_close(t);
    mpcf_free(folder);
}

static void refuse(const char *name, const char *content, mpcf_tokenizer_kind kind,
                   mpcf_status status, const char *why)
{
    char *folder = folder_of("refused");
    mpcf_tokenizer_spec spec = spec_of(kind);
    struct tokenizer *t = NULL;

    assert_ok(file_remove_tree(folder, err), err);
    test_write(folder, name, content);
    if (strcmp(name, "tokenizer.json") == 0) { /* whole, not the words alone */
        test_write(folder, "tokenizer_config.json",
                   "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    }
    spec.vocab_size = 8;
    assert_status(status, tokenizer_open(folder, &spec, &t, err), err);
    assert_message_contains(err, why);
    mpcf_free(folder);
}

#define MODEL    "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 1, \"x\": 2}}"
#define SPLITTER "\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}"

static void test_refusals(void **state)
{
    const mpcf_tokenizer_kind wordpiece = MPCF_TOKENIZER_WORDPIECE;

    (void) state;
    refuse("other", "", wordpiece, MPCF_E_IO, "vocab.txt");
    refuse("other", "", MPCF_TOKENIZER_BYTE_BPE, MPCF_E_IO, "vocab.json");
    refuse("vocab.txt", "[UNK]\n[CLS]\na\nb\nc\nd\ne\nf\n", wordpiece, MPCF_E_FORMAT, "no '[SEP]'");
    refuse("vocab.txt", words, wordpiece, MPCF_E_FORMAT, "token id 8, but the model has 8");
    refuse("vocab.txt", "a\n\xff\n", wordpiece, MPCF_E_FORMAT, "vocab.txt:2: not UTF-8");
    refuse("tokenizer.json", "{", wordpiece, MPCF_E_FORMAT, "tokenizer.json");
    refuse("tokenizer.json", "{}", wordpiece, MPCF_E_FORMAT, "no model");
    refuse("tokenizer.json", "{" MODEL ", \"normalizer\": {\"type\": \"NFKX\"}, " SPLITTER "}",
           wordpiece, MPCF_E_UNSUPPORTED, "normalizer 'NFKX' is not offered");
    refuse("tokenizer.json",
           "{" MODEL ", \"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": ["
           "{\"type\": \"Whitespace\"}, {\"type\": \"UnicodeScripts\"}]}}",
           wordpiece, MPCF_E_UNSUPPORTED, "pre_tokenizer 2 'UnicodeScripts' is not offered");
    refuse("tokenizer.json",
           "{" MODEL ", " SPLITTER ", \"post_processor\": {\"type\": \"TemplateProcessing\","
           " \"single\": [], \"pair\": []}}",
           wordpiece, MPCF_E_FORMAT, "post_processor for 1 texts");
    refuse("tokenizer.json",
           "{" MODEL ", \"post_processor\": {\"type\": \"TemplateProcessing\","
           " \"single\": [{\"Sequence\": {\"id\": \"A\", \"type_id\": 2}}], \"pair\": []}}",
           wordpiece, MPCF_E_FORMAT, "token type 2, but the model has 2");
    refuse("tokenizer.json",
           "{\"pre_tokenizer\": {\"type\": \"ByteLevel\"}, \"model\": {\"type\": \"BPE\","
           " \"vocab\": {\"a\": 1}, \"merges\": [\"a b\"]}}",
           MPCF_TOKENIZER_BYTE_BPE, MPCF_E_FORMAT, "merge 1 ('a' 'b')");
}

#define WORDS                                                                                      \
    "\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0, \"b\": 1}}"
#define SPLIT(expression)                                                                          \
    "\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"" expression              \
    "\"}, \"behavior\": \"Isolated\"}"

/* What a file asks for and is not done is said, with its place. */
static void test_unsupported(void **state)
{
    static const struct {
        const char *file, *why;
    } files[] = {
        {"{\"model\": {\"type\": \"Unknowngram\", \"vocab\": []}}",
         "model 'Unknowngram' is not offered"},
        {"{\"model\": {\"type\": \"BPE\", \"dropout\": 0.1, \"vocab\": {}, \"merges\": []}}",
         "model with dropout is not offered"},
        {"{" WORDS ", \"normalizer\": {}}", "normalizer 'of no type' is not offered"},
        {"{" WORDS ", " SPLIT("(a") "}", "pre_tokenizer: expression '(a'"},
        {"{" WORDS ", \"post_processor\": {\"type\": \"Sequence\", \"processors\": ["
         "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"b\", 1]},"
         "{\"type\": \"ByteLevel\"},"
         "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"b\", 1]}]}}",
         "post_processor 3 'BertProcessing' behind another"},
        {"{" WORDS ", \"normalizer\": {\"type\": \"Lowercase\"}, \"added_tokens\": ["
         "{\"id\": 2, \"content\": \"x\", \"normalized\": true},"
         "{\"id\": 3, \"content\": \"X\", \"normalized\": true}]}",
         "added tokens 'x' and 'X' are the same once normalised"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        refuse("tokenizer.json", files[i].file, MPCF_TOKENIZER_WORDPIECE, MPCF_E_UNSUPPORTED,
               files[i].why);
    }
}

/* An expression that would search for years ends with an error. */
static void test_hostile_expressions(void **state)
{
    static const char *const files[] = {"{" WORDS ", " SPLIT("(?:a|aa)+[bc]") "}",
                                        "{" WORDS ", " SPLIT("(?:a?){20}a{20}|(a*)*$|.") "}"};
    char *folder = folder_of("slow");
    char text[30001];
    int64_t start = clock_now_ns();

    (void) state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[0] = 'b';
    text[sizeof(text) - 2] = 'b';
    text[sizeof(text) - 3] = '!';
    for (size_t i = 0; i < 2; i++) {
        struct tokenizer *t = NULL;
        struct encoding e = {0};

        test_write(folder, "tokenizer.json", files[i]);
        t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
        if (i == 0) {
            assert_status(MPCF_E_UNSUPPORTED, tokenizer_encode(t, text, NULL, 9, &e, err), err);
            assert_message_contains(err, "the tokenizer's expression");
        } else {
            (void) tokenizer_encode(t, text, NULL, 9, &e, err);
        }
        encoding_clear(&e);
        tokenizer_close(t);
    }
    assert_true(clock_seconds_since(start) < 60.0);
    mpcf_free(folder);
}

/* The file's own kind of model, whatever the family's is; a character without a token, where the
 * unk_token is none either, is an error of the text's. */
static void test_file_decides(void **state)
{
    char *folder = folder_of("decides");
    struct tokenizer *t = NULL;
    struct encoding e = {0};

    (void) state;
    test_write(folder, "tokenizer.json", "{" WORDS "}");
    t = opened(folder, MPCF_TOKENIZER_BYTE_BPE);
    EXPECT(t, "b", "a", 9, 1, 0);
    tokenizer_close(t);
    test_write(folder, "tokenizer.json",
               "{\"truncation\": {\"direction\": \"Left\"}, \"model\": {\"type\": \"BPE\","
               " \"unk_token\": \"?\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": []}}");
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t, "abb", "aab", 4, 1, 1, 0, 1);
    assert_status(MPCF_E_FORMAT, tokenizer_encode(t, "axb", NULL, 9, &e, err), err);
    assert_message_contains(err, "unk_token");
    tokenizer_close(t);
    mpcf_free(folder);
}

static struct tokenizer *opened_in_case(const char *folder, enum letter_case letter_case)
{
    const mpcf_tokenizer_spec spec = spec_of(MPCF_TOKENIZER_WORDPIECE);
    struct tokenizer *t = NULL;

    assert_ok(tokenizer_open_in_case(folder, &spec, letter_case, &t, err), err);
    return t;
}

/* One word with a capital is one that somebody added; a third of them is a cased vocabulary. What was
 * judged is written down, for who opens the folder next. */
static void test_case_of_words_alone(void **state)
{
    static const char special[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    char *folder = folder_of("case");
    char text[512];
    struct tokenizer *t = NULL;

    (void) state;
    (void) snprintf(text, sizeof text, "%sthe\nThe\na\nfilm\nI\n", special);
    test_write(folder, "vocab.txt", text);
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE);
    EXPECT(t, "The", NULL, 9, 2, 6, 3);
    assert_ok(tokenizer_write_case(t, folder, err), err);
    tokenizer_close(t);
    t = opened(folder, MPCF_TOKENIZER_WORDPIECE); /* a file says it now */
    EXPECT(t, "The", NULL, 9, 2, 6, 3);
    tokenizer_close(t);
    mpcf_free(folder);

    folder = folder_of("no-case");
    (void) snprintf(text, sizeof text, "%sthe\na\nfilm\nb\nc\nd\ne\nf\ng\nh\n##S\n2\nThe\n",
                    special);
    test_write(folder, "vocab.txt", text);
    t = opened_in_case(folder, CASE_JUDGED);
    EXPECT(t, "The", NULL, 9, 2, 5, 3);
    tokenizer_close(t);
    t = opened_in_case(folder, CASE_KEPT);
    EXPECT(t, "The", NULL, 9, 2, 17, 3);
    assert_ok(tokenizer_write_case(t, folder, err), err);
    tokenizer_close(t);
    t = opened_in_case(folder, CASE_JUDGED);
    EXPECT(t, "The", NULL, 9, 2, 17, 3);
    tokenizer_close(t);
    const mpcf_tokenizer_spec spec = spec_of(MPCF_TOKENIZER_WORDPIECE);
    assert_status(MPCF_E_CONFIG, tokenizer_open_in_case(folder, &spec, CASE_LOWERED, &t, err), err);
    assert_message_contains(err, "model.lower_case is always, but tokenizer_config.json says");
    mpcf_free(folder);
}

/* An added token behind all that the network has learnt disturbs only the texts that have it. */
static void test_tokens_without_a_row(void **state)
{
    char *folder = folder_of("no-row");
    mpcf_tokenizer_spec spec = spec_of(MPCF_TOKENIZER_WORDPIECE);
    struct tokenizer *t = NULL;
    struct encoding e = {0};

    (void) state;
    test_write(folder, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
    test_write(folder, "added_tokens.json", "{\"new\": 6, \"newer\": 7}");
    spec.vocab_size = 7;
    assert_ok(tokenizer_open(folder, &spec, &t, err), err);
    EXPECT(t, "a new a", NULL, 9, 2, 5, 6, 5, 3);
    assert_status(MPCF_E_FORMAT, tokenizer_encode(t, "a newer", NULL, 9, &e, err), err);
    assert_message_contains(err, "added token of id 7, but the network knows 7");
    tokenizer_close(t);
    mpcf_free(folder);
}

/* A line of the greatest length in its worst forms takes no longer than others. */
static void test_hostile_lines(void **state)
{
    static const char *const units[] = {"a", "ab", "\xcc\x81\xcc\xa3", "[", "\xc3\xa9", " "};
    char *bert = folder_of("words"), *bpe = folder_of("bpe");
    size_t length = (size_t) 1 << 20;
    char *text = mpcf_alloc_array(length + 1, 1);
    int64_t start = clock_now_ns();

    (void) state;
    assert_non_null(text);
    test_write(bert, "vocab.txt", words);
    test_write(bert, "tokenizer_config.json", "{\"do_lower_case\": true}");
    write_bpe(bpe);
    for (int kind = MPCF_TOKENIZER_WORDPIECE; kind <= MPCF_TOKENIZER_BYTE_BPE; kind++) {
        struct tokenizer *t =
            opened(kind == MPCF_TOKENIZER_WORDPIECE ? bert : bpe, (mpcf_tokenizer_kind) kind);

        for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
            struct encoding e = {0};
            size_t n = strlen(units[u]), half = length / 2 / n * n;

            for (size_t i = 0; i + n <= length; i += n) {
                /* Marks: the higher classes first, so that all have to move. */
                memcpy(text + i, n == 4 ? units[u] + (i < half ? 0 : 2) : units[u], n == 4 ? 2 : n);
                memcpy(text + i + 2, n == 4 ? text + i : "", n == 4 ? 2 : 0);
            }
            assert_ok(tokenizer_encode(t, text, NULL, 64, &e, err), err);
            assert_true(e.count <= 64);
            encoding_clear(&e);
        }
        tokenizer_close(t);
    }
    assert_true(clock_seconds_since(start) < 30.0);
    mpcf_free(text);
    mpcf_free(bert);
    mpcf_free(bpe);
}

/* Wherever memory ends, it is said and nothing is lost (the leak check of a sanitized build). */
static void test_no_memory(void **state)
{
    char *bert = folder_of("words"), *bpe = folder_of("bpe");
    mpcf_tokenizer_spec specs[2] = {spec_of(MPCF_TOKENIZER_WORDPIECE),
                                    spec_of(MPCF_TOKENIZER_BYTE_BPE)};

    (void) state;
    test_write(bert, "vocab.txt", words);
    write_bpe(bpe);
    for (size_t k = 0; k < 2; k++) {
        for (size_t n = 1;; n++) {
            struct tokenizer *t = NULL;
            struct encoding e = {0};
            mpcf_status status = MPCF_OK;

            mpcf_error_reset(err);
            mpcf_test_fail_alloc(n);
            status = tokenizer_open(k == 0 ? bert : bpe, &specs[k], &t, err);
            if (status == MPCF_OK) {
                status = tokenizer_encode(t, "the \xc3\x89 cats ab", "[MASK] <mask>", 64, &e, err);
            }
            mpcf_test_fail_alloc(0);
            encoding_clear(&e);
            tokenizer_close(t);
            if (status == MPCF_OK) {
                assert_true(n > 10);
                break;
            }
            assert_int_equal(status, MPCF_E_NOMEM);
        }
    }
    mpcf_free(bert);
    mpcf_free(bpe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_blanks_behind_words),
        cmocka_unit_test(test_model_input_names),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_byte_bpe),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_hostile_lines),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_hostile_expressions),
        cmocka_unit_test(test_file_decides),
        cmocka_unit_test(test_tokens_without_a_row),
        cmocka_unit_test(test_case_of_words_alone),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
