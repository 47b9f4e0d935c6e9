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
    json_t *options;  /* tokenizer_config.json, with special_tokens_map.json where that counts */
    /* Tokens that are added, in the form of tokenizer.json's added_tokens, in their order: first those
     * that a file numbers, which have an "id", then those that keys name. */
    json_t *added;
};

/* Objects of the files, NULL where one is not there; and tokenizer.json's "added_tokens", or NULL. */
struct tokenizer_settings_files {
    json_t *config, *model, *names, *added; /* tokenizer_config.json, config.json,
                                               special_tokens_map.json, added_tokens.json */
    const json_t *of_file;
};

/* Those in FOLDER; *F all zero before, and ends with close_files(). OF_FILE is the caller's. */
mpcf_status tokenizer_settings_open_files(const char *folder, struct tokenizer_settings_files *f,
                                          mpcf_error *err);
void tokenizer_settings_close_files(struct tokenizer_settings_files *f);

/* USUAL: the family's class. tokenizer.json's added tokens are in ADDED, too, unless
 * tokenizer_config.json numbers them itself. An unknown tokenizer_class: MPCF_E_UNSUPPORTED with its
 * name. FILES are not changed. */
mpcf_status tokenizer_settings_merge(const struct tokenizer_settings_files *files,
                                     enum tokenizer_class usual, struct tokenizer_settings *out,
                                     mpcf_error *err);
void tokenizer_settings_clear(struct tokenizer_settings *s);

/* The token of KEY, "cls_token", as the files say or as the class has it; NULL: there is none. */
const char *tokenizer_settings_token(const struct tokenizer_settings *s, const char *key);
bool tokenizer_settings_flag(const struct tokenizer_settings *s, const char *key, bool otherwise);
bool tokenizer_settings_has(const struct tokenizer_settings *s, const char *key);

#endif
