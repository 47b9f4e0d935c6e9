/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer_config.json, config.json, special_tokens_map.json, added_tokens.json, the added tokens of a
 * tokenizer.json, and a text, divided by zero bytes; a part that is no JSON is not there. The words are
 * few and always the same.
 */
#include <stdio.h>

#include "format/json.h"
#include "fuzz_tokenizer.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char words[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n<s>\n</s>\n<unk>\n<pad>\nthe\nfilm\n"
    "a\nb\n##s\nThe\n.\n";

static json_t *next_part(const uint8_t **data, size_t *size, bool is_object)
{
    const uint8_t *rest = NULL;
    size_t rest_size = 0, length = fuzz_cut(*data, *size, &rest, &rest_size);
    json_t *value = NULL;

    if (json_read_text((const char *) *data, length, "fuzz", &value, NULL) != MPCF_OK ||
        (is_object ? !json_is_object(value) : !json_is_array(value))) {
        json_decref(value);
        value = NULL;
    }
    *data = rest;
    *size = rest_size;
    return value;
}

static void use(const struct tokenizer_settings *s, const uint8_t *text, size_t size)
{
    struct tokenizer *t = fuzz_tokenizer(MPCF_TOKENIZER_WORDPIECE);

    if (t != NULL && tokenizer_load_words(t, words, strlen(words), "fuzz", NULL) == MPCF_OK &&
        tokenizer_class_add_tokens(t, s, NULL) == MPCF_OK &&
        tokenizer_class_apply(t, s, NULL, NULL) == MPCF_OK &&
        tokenizer_class_set_side(t, s, NULL) == MPCF_OK && tokenizer_finish(t, NULL) == MPCF_OK) {
        fuzz_encode(t, text, size);
    }
    tokenizer_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tokenizer_settings_files f = {.of_file = NULL};
    struct tokenizer_settings s;
    json_t *of_file = NULL;

    f.config = next_part(&data, &size, true);
    f.model = next_part(&data, &size, true);
    f.names = next_part(&data, &size, true);
    f.added = next_part(&data, &size, true);
    f.of_file = of_file = next_part(&data, &size, false);
    if (tokenizer_settings_merge(&f, TOKENIZER_CLASS_BERT, &s, NULL) == MPCF_OK) {
        use(&s, data, size);
        tokenizer_settings_clear(&s);
    }
    json_decref(f.config);
    json_decref(f.model);
    json_decref(f.names);
    json_decref(f.added);
    json_decref(of_file);
    return 0;
}
