/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the files beside a tokenizer's words counts, as transformers 5.24.0 has it.
 */
#include "text/tokenizer_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

struct named_file {
    const char *name, *text;
};

/* A folder of FILES, which end with a NULL. */
static const char *folder_of(const struct named_file *files)
{
    static char folder[4300];
    static int number;

    (void) snprintf(folder, sizeof folder, "%s/%d", test_folder(), number++);
    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    for (; files->name != NULL; files++) {
        char *path = file_join(folder, files->name);

        assert_int_equal(file_write_whole(path, files->text, strlen(files->text), NULL), MPCF_OK);
        mpcf_free(path);
    }
    return folder;
}
#define FOLDER(...) folder_of((const struct named_file[]){__VA_ARGS__, {NULL, NULL}})

static mpcf_status read_folder(const char *folder, enum tokenizer_class usual,
                               struct tokenizer_settings *s, mpcf_error *err)
{
    struct tokenizer_settings_files f = {0};
    mpcf_status status = tokenizer_settings_open_files(folder, &f, err);

    if (status == MPCF_OK) {
        status = tokenizer_settings_merge(&f, usual, s, err);
    }
    tokenizer_settings_close_files(&f);
    return status;
}

static struct tokenizer_settings read_settings(const char *folder, enum tokenizer_class usual)
{
    struct tokenizer_settings s;
    mpcf_error *err = mpcf_error_create();

    assert_ok(read_folder(folder, usual, &s, err), err);
    mpcf_error_destroy(err);
    return s;
}

static const json_t *added(const struct tokenizer_settings *s, const char *content)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(s->added, i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "content")), content) == 0) {
            return one;
        }
    }
    return NULL;
}

static void assert_added(const struct tokenizer_settings *s, const char *content, int id,
                         bool normalized, bool lstrip)
{
    const json_t *token = added(s, content);

    assert_non_null(token);
    assert_int_equal(json_integer_value(json_object_get(token, "id")), id < 0 ? 0 : id);
    assert_int_equal(json_object_get(token, "id") == NULL, id < 0);
    assert_int_equal(json_is_true(json_object_get(token, "normalized")), normalized);
    assert_int_equal(json_is_true(json_object_get(token, "lstrip")), lstrip);
}

static void without_files_the_family_decides(void **state)
{
    struct tokenizer_settings s = read_settings(FOLDER({"x", ""}), TOKENIZER_CLASS_BERT);

    (void) state;
    assert_int_equal(s.class, TOKENIZER_CLASS_BERT);
    assert_null(s.class_name);
    assert_string_equal(tokenizer_settings_token(&s, "cls_token"), "[CLS]");
    assert_int_equal(json_array_size(s.added), 5);
    assert_added(&s, "[MASK]", -1, false, false);
    tokenizer_settings_clear(&s);
    s = read_settings(FOLDER({"x", ""}), TOKENIZER_CLASS_CAMEMBERT);
    assert_added(&s, "<mask>", -1, false, true);
    assert_added(&s, "</s>", -1, false, false);
    tokenizer_settings_clear(&s);
}

static void a_class_is_looked_for_in_two_files(void **state)
{
    struct tokenizer_settings s =
        read_settings(FOLDER({"config.json", "{\"tokenizer_class\": \"RobertaTokenizerFast\"}"},
                             {"tokenizer_config.json", "{\"do_lower_case\": false}"}),
                      TOKENIZER_CLASS_BERT);

    (void) state;
    assert_int_equal(s.class, TOKENIZER_CLASS_ROBERTA);
    assert_string_equal(s.class_name, "RobertaTokenizerFast");
    assert_false(tokenizer_settings_flag(&s, "do_lower_case", true));
    tokenizer_settings_clear(&s);
    s = read_settings(
        FOLDER({"config.json", "{\"tokenizer_class\": \"RobertaTokenizer\"}"},
               {"tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}"}),
        TOKENIZER_CLASS_BERT);
    assert_int_equal(s.class, TOKENIZER_CLASS_FILE);
    assert_int_equal(json_array_size(s.added), 0);
    tokenizer_settings_clear(&s);
}

/* What is said of one token under two keys: the later key counts, unless the token has a number. */
static void of_two_keys_the_later_counts(void **state)
{
    struct tokenizer_settings s = read_settings(
        FOLDER({"tokenizer_config.json",
                "{\"bos_token\": {\"content\": \"<s>\", \"lstrip\": true}, \"cls_token\": \"<s>\", "
                "\"mask_token\": \"<m>\", \"extra_special_tokens\": "
                "[{\"content\": \"<m>\", \"lstrip\": true}]}"},
               {"added_tokens.json", "{\"</s>\": 7}"}),
        TOKENIZER_CLASS_ROBERTA);

    (void) state;
    assert_added(&s, "<s>", -1, false, false);
    assert_added(&s, "<m>", -1, false, true);
    assert_added(&s, "</s>", 7, false, false);
    tokenizer_settings_clear(&s);
}

static void tokens_may_have_names_of_their_own(void **state)
{
    struct tokenizer_settings s = read_settings(
        FOLDER(
            {"tokenizer_config.json",
             "{\"image_token\": \"b\", \"add_bos_token\": true, \"extra_special_tokens\": [\"c\"],"
             " \"additional_special_tokens\": [\"d\"],"
             " \"model_specific_special_tokens\": {\"z_token\": \"e\"}}"}),
        TOKENIZER_CLASS_BERT);

    (void) state;
    assert_added(&s, "b", -1, false, false);
    assert_added(&s, "c", -1, false, false);
    assert_null(added(&s, "d"));
    assert_null(added(&s, "e"));
    tokenizer_settings_clear(&s);
    s = read_settings(FOLDER({"tokenizer_config.json", "{\"model_specific_special_tokens\": "
                                                       "{\"z_token\": \"e\"}}"}),
                      TOKENIZER_CLASS_BERT);
    assert_added(&s, "e", -1, false, false);
    tokenizer_settings_clear(&s);
}

static void an_unknown_class_is_refused_by_name(void **state)
{
    static const char *const names[] = {"BertJapaneseTokenizer", "BertweetTokenizer", "Fast",
                                        "HerbertTokenizerFast", "BertTokenizer2"};
    mpcf_error *err = mpcf_error_create();
    struct tokenizer_settings s;

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[128];

        (void) snprintf(text, sizeof text, "{\"tokenizer_class\": \"%s\"}", names[i]);
        assert_status(
            MPCF_E_UNSUPPORTED,
            read_folder(FOLDER({"tokenizer_config.json", text}), TOKENIZER_CLASS_BERT, &s, err),
            err);
        assert_message_contains(err, names[i]);
        assert_message_contains(err, "tokenizer_config.json");
    }
    mpcf_error_destroy(err);
}

#define DECODER                                                                                    \
    "{\"tokenizer_class\": \"BertTokenizer\", \"mask_token\": \"[M]\", \"added_tokens_decoder\": " \
    "{\"16\": {\"content\": \"[E2]\", \"special\": false},"                                        \
    " \"9\": {\"content\": \"[M]\", \"lstrip\": true, \"special\": true}}}"

static void a_decoder_goes_before_the_old_files(void **state)
{
    struct tokenizer_settings s = read_settings(
        FOLDER({"tokenizer_config.json", DECODER}, {"added_tokens.json", "{\"x\": 20}"},
               {"special_tokens_map.json", "{\"cls_token\": \"[C]\"}"}),
        TOKENIZER_CLASS_BERT);

    (void) state;
    assert_added(&s, "[M]", 9, false, true);
    assert_added(&s, "[E2]", 16, true, false);
    assert_string_equal(json_string_value(json_object_get(json_array_get(s.added, 0), "content")),
                        "[M]");
    assert_null(added(&s, "x"));
    assert_string_equal(tokenizer_settings_token(&s, "cls_token"), "[CLS]");
    tokenizer_settings_clear(&s);
}

static void the_old_files_count_without_one(void **state)
{
    struct tokenizer_settings s = read_settings(
        FOLDER({"tokenizer_config.json", "{\"cls_token\": \"[A]\", \"additional_special_tokens\": "
                                         "[\"[E1]\"]}"},
               {"added_tokens.json", "{\"word\": 21, \"[E1]\": 20}"},
               {"special_tokens_map.json",
                "{\"cls_token\": {\"content\": \"[C]\", \"lstrip\": true}, \"pad_token\": null}"}),
        TOKENIZER_CLASS_BERT);

    (void) state;
    assert_string_equal(tokenizer_settings_token(&s, "cls_token"), "[C]");
    assert_null(tokenizer_settings_token(&s, "pad_token"));
    assert_added(&s, "[C]", -1, false, true);
    assert_added(&s, "[E1]", 20, false, false);
    assert_added(&s, "word", 21, true, false);
    assert_null(added(&s, "[PAD]"));
    tokenizer_settings_clear(&s);
}

static void what_is_no_token_is_refused(void **state)
{
    static const char *const bad[][2] = {
        {"{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}", "'x' is not an id"},
        {"{\"added_tokens_decoder\": {\"3\": \"a\"}}", "'3' is not an id with a token"},
        {"{\"added_tokens_decoder\": {\"3\": {\"content\": \"\"}}}", "'3' is not an id"},
        {"{\"cls_token\": 3}", "'cls_token' is not a token"},
        {"{\"additional_special_tokens\": [\"\"]}", "'additional_special_tokens' is not"},
        {"[]", "is not an object"},
    };
    mpcf_error *err = mpcf_error_create();
    struct tokenizer_settings s;

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_status(MPCF_E_FORMAT,
                      read_folder(FOLDER({"tokenizer_config.json", bad[i][0]}),
                                  TOKENIZER_CLASS_BERT, &s, err),
                      err);
        assert_message_contains(err, bad[i][1]);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_files_the_family_decides),
        cmocka_unit_test(a_class_is_looked_for_in_two_files),
        cmocka_unit_test(of_two_keys_the_later_counts),
        cmocka_unit_test(tokens_may_have_names_of_their_own),
        cmocka_unit_test(an_unknown_class_is_refused_by_name),
        cmocka_unit_test(a_decoder_goes_before_the_old_files),
        cmocka_unit_test(the_old_files_count_without_one),
        cmocka_unit_test(what_is_no_token_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
