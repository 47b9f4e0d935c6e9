/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BERT's and RoBERTa's classes. Those of SentencePiece's tokenizers say nothing that their tokenizer.json
 * does not.
 */
#include "text/tokenizer_class.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "text/model_json.h"
#include "text/named_token.h"
#include "text/template_json.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_source.h"

#define LONGEST_WORD 100
#define FILE_NAME    "tokenizer.json"

/* --- which class --- */

/* The kind of model that a class has, as tokenizer.json names it. */
static const char *model_of(enum tokenizer_class class)
{
    switch (class) {
    case TOKENIZER_CLASS_BERT:
        return "WordPiece";
    case TOKENIZER_CLASS_ROBERTA:
        return "BPE";
    default:
        return "Unigram";
    }
}

static enum tokenizer_class class_of_kind(mpcf_tokenizer_kind kind, const json_t *config)
{
    const char *type = json_string_value(json_object_get(config, "model_type"));

    switch (kind) {
    case MPCF_TOKENIZER_WORDPIECE:
        return TOKENIZER_CLASS_BERT;
    case MPCF_TOKENIZER_UNIGRAM:
        return type != NULL && strcmp(type, "camembert") == 0 ? TOKENIZER_CLASS_CAMEMBERT
                                                              : TOKENIZER_CLASS_XLM_ROBERTA;
    default:
        return TOKENIZER_CLASS_ROBERTA;
    }
}

enum tokenizer_class tokenizer_class_usual(mpcf_tokenizer_kind kind, const json_t *config,
                                           const json_t *file)
{
    const enum tokenizer_class class = class_of_kind(kind, config);
    const char *model = file != NULL ? model_json_type(json_object_get(file, "model")) : NULL;

    return model == NULL || strcmp(model, model_of(class)) == 0 ? class : TOKENIZER_CLASS_FILE;
}

mpcf_status tokenizer_class_load_words(struct tokenizer *t, const struct tokenizer_settings *s,
                                       const json_t *file, mpcf_error *err)
{
    const struct tokenizer_source source = {.t = t, .name = FILE_NAME, .err = err};
    const json_t *model = json_object_get(file, "model");
    const char *kind = model_json_type(model);

    if (strcmp(kind, model_of(s->class)) != 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         FILE_NAME " has a model '%.80s', but tokenizer_class '%.80s' is one of "
                                   "'%s': which of them the network was trained with cannot be "
                                   "known; name PreTrainedTokenizerFast if it is " FILE_NAME,
                         kind, s->class_name != NULL ? s->class_name : "", model_of(s->class));
    }
    if (s->class == TOKENIZER_CLASS_BERT) {
        return tokenizer_load_vocabulary(t, json_object_get(model, "vocab"), FILE_NAME, err);
    }
    return model_read_json(&source, model);
}

/* --- added tokens --- */

mpcf_status tokenizer_class_add_tokens(struct tokenizer *t, const struct tokenizer_settings *s,
                                       mpcf_error *err)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(s->added, i, one)
    {
        const char *content = json_string_value(json_object_get(one, "content"));
        const bool is_named = json_object_get(one, "id") == NULL;

        if (is_named && added_tokens_find(&t->added, content, strlen(content)) != NULL) {
            continue;
        }
        MPCF_TRY(tokenizer_add_token_json(t, one, "tokenizer_config.json", err));
    }
    return MPCF_OK;
}

/* --- what tokenizer.json says of it --- */

static const json_t *normaliser_of(const json_t *file)
{
    return json_object_get(file, "normalizer");
}

static void warn_of_flag(const char *where, const json_t *theirs, const char *key, bool used)
{
    const json_t *value = json_object_get(theirs, key);

    if (json_is_boolean(value) && json_is_true(value) != used) {
        log_line(LOG_WARN,
                 FILE_NAME
                 ": %s has %s: %s, but the class of tokenizer_config.json goes before it, "
                 "with %s; name PreTrainedTokenizerFast there if " FILE_NAME " is right",
                 where, key, used ? "false" : "true", used ? "true" : "false");
    }
}

static bool same_template(const struct template *a, const struct template *b)
{
    bool is_same = a->count == b->count;

    for (size_t i = 0; is_same && i < a->count; i++) {
        const struct template_piece *x = &a->pieces[i], *y = &b->pieces[i];

        is_same = x->kind == y->kind && x->type == y->type &&
                  (x->kind != PIECE_SPECIAL || x->id == y->id);
    }
    return is_same;
}

/* What FILE puts around texts, if it can be read, is replaced; says so where it is something else. */
static mpcf_status set_templates(struct tokenizer *t, const json_t *file, int32_t cls, int32_t sep,
                                 int32_t separators, int32_t second, mpcf_error *err)
{
    const struct tokenizer_source source = {.t = t, .name = FILE_NAME, .err = NULL};
    const json_t *theirs = json_object_get(file, "post_processor");
    struct template single, pair;
    bool is_read =
        theirs != NULL && !json_is_null(theirs) && templates_read_json(&source, theirs) == MPCF_OK;

    single = t->single;
    pair = t->pair;
    MPCF_TRY(tokenizer_set_templates(t, cls, sep, separators, second, err));
    if (is_read && (!same_template(&single, &t->single) || !same_template(&pair, &t->pair))) {
        log_line(LOG_WARN,
                 FILE_NAME ": post_processor puts other tokens around texts than the class of "
                           "tokenizer_config.json, which goes before it; name "
                           "PreTrainedTokenizerFast there if " FILE_NAME " is right");
    }
    return MPCF_OK;
}

/* --- BERT --- */

/* A cased vocabulary has names and beginnings of sentences by the thousand; in one without case a few
 * words that somebody added may have capitals. */
static bool looks_cased(const struct tokenizer *t)
{
    return 10 * t->words_with_capitals > t->words_with_letters;
}

/* Of vocab.txt alone. */
static bool choose_case(struct tokenizer *t)
{
    const bool lower =
        t->wanted_case == CASE_JUDGED ? !looks_cased(t) : t->wanted_case == CASE_LOWERED;

    t->case_is_new = true;
    if (t->wanted_case == CASE_JUDGED) {
        log_line(LOG_INFO,
                 "vocab.txt: no file says do_lower_case; %zu of %zu words with letters have "
                 "capitals, so texts are %s (model.lower_case says otherwise)",
                 t->words_with_capitals, t->words_with_letters,
                 lower ? "lower-cased" : "left in their case");
    }
    return lower;
}

/* As tokenizer_config.json says; else the class lower-cases; words alone are looked at. */
static mpcf_status find_case(struct tokenizer *t, const struct tokenizer_settings *s,
                             const json_t *file, bool *lower, mpcf_error *err)
{
    const bool is_said = tokenizer_settings_has(s, "do_lower_case");

    if (!is_said && file == NULL) {
        *lower = choose_case(t);
        return MPCF_OK;
    }
    *lower = tokenizer_settings_flag(s, "do_lower_case", true);
    if (t->wanted_case != CASE_JUDGED && *lower != (t->wanted_case == CASE_LOWERED)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "model.lower_case is %s, but %s %s",
                         *lower ? "never" : "always",
                         is_said ? "tokenizer_config.json says do_lower_case:"
                                 : "the class of its tokenizer.json has do_lower_case:",
                         *lower ? "true" : "false");
    }
    return MPCF_OK;
}

static mpcf_status apply_bert(struct tokenizer *t, const struct tokenizer_settings *s,
                              const json_t *file, mpcf_error *err)
{
    struct bert_normaliser n = {
        .clean = true, .chinese = tokenizer_settings_flag(s, "tokenize_chinese_chars", true)};
    const char *unknown = tokenizer_settings_token(s, "unk_token");
    int32_t cls = 0, sep = 0;

    MPCF_TRY(find_case(t, s, file, &n.lower, err));
    n.strip = tokenizer_settings_flag(s, "strip_accents", n.lower);
    t->model = MODEL_WORDPIECE;
    t->wordpiece.longest_word = LONGEST_WORD;
    t->wordpiece.continuation = vocabulary_walk(&t->vocabulary, "##", 2);
    t->wordpiece.unknown = unknown != NULL
                               ? vocabulary_find(&t->vocabulary, unknown, strlen(unknown))
                               : VOCABULARY_NONE;
    if (t->wordpiece.unknown == VOCABULARY_NONE) {
        return mpcf_fail(err, MPCF_E_FORMAT, "the vocabulary has no '%.80s', the unk_token",
                         unknown != NULL ? unknown : "");
    }
    warn_of_flag("normalizer", normaliser_of(file), "lowercase", n.lower);
    warn_of_flag("normalizer", normaliser_of(file), "strip_accents", n.strip);
    warn_of_flag("normalizer", normaliser_of(file), "handle_chinese_chars", n.chinese);
    MPCF_TRY(tokenizer_set_bert(t, &n, err));
    MPCF_TRY(tokenizer_find_named(t, s, "cls_token", &cls, err));
    MPCF_TRY(tokenizer_find_named(t, s, "sep_token", &sep, err));
    return set_templates(t, file, cls, sep, 1, 1, err);
}

/* --- RoBERTa --- */

/* The class gives its BPE no unk_token: bytes without a token are left out. */
static mpcf_status apply_roberta(struct tokenizer *t, const struct tokenizer_settings *s,
                                 const json_t *file, mpcf_error *err)
{
    const bool prefix = tokenizer_settings_flag(s, "add_prefix_space", false);
    int32_t cls = 0, sep = 0;

    t->model = MODEL_BPE;
    t->bpe.unknown = VOCABULARY_NONE;
    t->bpe.fuse_unknown = t->bpe.whole_words = t->bpe.byte_fallback = false;
    t->bpe.prefix.count = t->bpe.suffix.count = 0;
    warn_of_flag("pre_tokenizer", json_object_get(file, "pre_tokenizer"), "add_prefix_space",
                 prefix);
    MPCF_TRY(tokenizer_set_byte_level(t, prefix, err));
    MPCF_TRY(tokenizer_find_named(t, s, "cls_token", &cls, err));
    MPCF_TRY(tokenizer_find_named(t, s, "sep_token", &sep, err));
    return set_templates(t, file, cls, sep, 2, 0, err);
}

mpcf_status tokenizer_class_apply(struct tokenizer *t, const struct tokenizer_settings *s,
                                  const json_t *file, mpcf_error *err)
{
    return s->class == TOKENIZER_CLASS_BERT ? apply_bert(t, s, file, err)
                                            : apply_roberta(t, s, file, err);
}

mpcf_status tokenizer_class_set_side(struct tokenizer *t, const struct tokenizer_settings *s,
                                     mpcf_error *err)
{
    const json_t *side = json_object_get(s->options, "truncation_side");
    const char *name = json_string_value(side);

    if (side == NULL || json_is_null(side)) {
        return MPCF_OK;
    }
    if (name == NULL || (strcmp(name, "left") != 0 && strcmp(name, "right") != 0)) {
        return mpcf_fail(
            err, MPCF_E_FORMAT,
            "tokenizer_config.json: truncation_side is '%.80s', expected left or right",
            name != NULL ? name : "");
    }
    if (t->truncates_left && strcmp(name, "right") == 0) {
        log_line(LOG_WARN, FILE_NAME " cuts texts that are too long on the left, "
                                     "tokenizer_config.json on the right, which counts");
    }
    t->truncates_left = strcmp(name, "left") == 0;
    return MPCF_OK;
}
