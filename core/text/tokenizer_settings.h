/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files beside a tokenizer's words say: tokenizer_config.json, special_tokens_map.json,
 * added_tokens.json, and config.json's tokenizer_class; in the order of precedence of Hugging Face
 * transformers 5 (the newest counts where versions disagree).
 */
#ifndef MPCF_TEXT_TOKENIZER_SETTINGS_H
#define MPCF_TEXT_TOKENIZER_SETTINGS_H

#include <stdbool.h>

#include <jansson.h>
#include <mpcf/error.h>

/* How a tokenizer is put together. All but the first build normaliser, splitter and what stands
 * around the texts anew, from tokenizer_config.json and their own defaults, and take the words alone
 * from tokenizer.json. */
enum tokenizer_class {
    TOKENIZER_CLASS_FILE, /* as tokenizer.json says, whole */
    TOKENIZER_CLASS_BERT,
    TOKENIZER_CLASS_ROBERTA,
    TOKENIZER_CLASS_XLM_ROBERTA,
    TOKENIZER_CLASS_CAMEMBERT
};

/* All zero: empty. */
struct tokenizer_settings {
    enum tokenizer_class class;
    char *class_name; /* as a file has it; NULL: none does, and CLASS is the family's */
    json_t
        *options; /* tokenizer_config.json, and over it special_tokens_map.json where that counts */
    /* Tokens that are added, in the form of tokenizer.json's added_tokens, in their order; "id" where a
     * file names one. Without tokenizer.json's own. */
    json_t *added;
    bool
        has_decoder; /* added_tokens_decoder is there: tokenizer.json's added tokens do not count */
};

/* USUAL: the family's class. An unknown tokenizer_class: MPCF_E_UNSUPPORTED with its name. */
mpcf_status tokenizer_settings_read(const char *folder, enum tokenizer_class usual,
                                    struct tokenizer_settings *out, mpcf_error *err);
void tokenizer_settings_clear(struct tokenizer_settings *s);

/* The token of KEY, "cls_token", as the files say or as the class has it; NULL: there is none. */
const char *tokenizer_settings_token(const struct tokenizer_settings *s, const char *key);
bool tokenizer_settings_flag(const struct tokenizer_settings *s, const char *key, bool otherwise);
bool tokenizer_settings_has(const struct tokenizer_settings *s, const char *key);

#endif
