/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How vocab.txt and merges.txt are read, and which special tokens go with them.
 */
#include "text/tokenizer_plain.h"

#include <string.h>

#include "base/text.h"
#include "text/tokenizer_parts.h"

#define LONGEST_WORD 100 /* Hugging Face's default for WordPiece */

/* The next line of *DATA without its end, which moves behind it; false: no more. */
static bool next_line(const char **data, size_t *left, const char **line, size_t *length)
{
    const char *end = NULL;

    if (*left == 0) {
        return false;
    }
    *line = *data;
    end = memchr(*data, '\n', *left);
    *length = end != NULL ? (size_t) (end - *data) : *left;
    *left -= *length + (end != NULL);
    *data += *length + (end != NULL);
    if (*length > 0 && (*line)[*length - 1] == '\r') {
        (*length)--;
    }
    return true;
}

static mpcf_status check_utf8(const char *line, size_t length, const char *name, size_t number,
                              mpcf_error *err)
{
    if (text_utf8_valid(line, length) != length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: not UTF-8", name, number);
    }
    return MPCF_OK;
}

mpcf_status tokenizer_load_words(struct tokenizer *t, const char *data, size_t length,
                                 const char *name, mpcf_error *err)
{
    const char *line = NULL;
    size_t bytes = 0, number = 0;

    MPCF_TRY(vocabulary_reserve(&t->vocabulary, length, err));
    while (next_line(&data, &length, &line, &bytes)) {
        MPCF_TRY(check_utf8(line, bytes, name, number + 1, err));
        if (bytes > 0) {
            t->has_case = t->has_case || (*line != '[' && unicode_has_upper(line, bytes));
            MPCF_TRY(tokenizer_add_word(t, line, bytes, (long long) number, name, err));
        }
        number++;
    }
    if (t->vocabulary.word_count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no words", name);
    }
    return MPCF_OK;
}

static size_t count_lines(const char *data, size_t length)
{
    size_t count = 1;

    for (size_t i = 0; i < length; i++) {
        count += data[i] == '\n';
    }
    return count;
}

mpcf_status tokenizer_load_merges(struct tokenizer *t, const char *data, size_t length,
                                  const char *name, mpcf_error *err)
{
    const char *line = NULL;
    size_t bytes = 0;

    MPCF_TRY(merges_reserve(&t->bpe.merges, count_lines(data, length), err));
    for (size_t number = 1; next_line(&data, &length, &line, &bytes); number++) {
        const char *space = memchr(line, ' ', bytes);

        if (bytes == 0 || (number == 1 && bytes >= 8 && memcmp(line, "#version", 8) == 0)) {
            continue;
        }
        MPCF_TRY(check_utf8(line, bytes, name, number, err));
        if (space == NULL) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: expected two tokens and a space", name,
                             number);
        }
        mpcf_status status = bpe_add_merge(&t->bpe, &t->vocabulary, line, (size_t) (space - line),
                                           space + 1, bytes - 1 - (size_t) (space - line), err);

        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "%s:%zu", name, number);
        }
    }
    return MPCF_OK;
}

/* A special token's text as tokenizer_config.json has it: a string, or {"content": ...}. */
static const char *token_name(const json_t *config, const char *key, const char *usual)
{
    const json_t *value = json_object_get(config, key);
    const json_t *content = json_is_object(value) ? json_object_get(value, "content") : value;

    return json_is_string(content) ? json_string_value(content) : usual;
}

/* Recognises TOKEN in texts; *ID is its id, or VOCABULARY_NONE where it is not in the
 * vocabulary and need not be. */
static mpcf_status add_special(struct tokenizer *t, const char *token, bool needed, bool strip_left,
                               const char *name, int32_t *id, mpcf_error *err)
{
    const struct added_token added = {.id = VOCABULARY_NONE, .strip_left = strip_left};

    *id = vocabulary_find(&t->vocabulary, token, strlen(token));
    if (*id == VOCABULARY_NONE) {
        return needed
                   ? mpcf_fail(err, MPCF_E_FORMAT, "%s: the vocabulary has no '%.80s'", name, token)
                   : MPCF_OK;
    }
    return tokenizer_add_token(t, token, strlen(token), &added, name, err);
}

struct usual_token {
    const char *key, *wordpiece, *byte_bpe;
    bool needed;
};
enum { TOKEN_PAD, TOKEN_UNKNOWN, TOKEN_CLS, TOKEN_SEP, TOKEN_MASK, TOKEN_COUNT };
static const struct usual_token usual_tokens[TOKEN_COUNT] = {
    {"pad_token", "[PAD]", "<pad>", false},    {"unk_token", "[UNK]", "<unk>", true},
    {"cls_token", "[CLS]", "<s>", true},       {"sep_token", "[SEP]", "</s>", true},
    {"mask_token", "[MASK]", "<mask>", false},
};

static bool flag(const json_t *config, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(config, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

static mpcf_status set_wordpiece(struct tokenizer *t, const json_t *config, int32_t unknown,
                                 mpcf_error *err)
{
    const bool lower = flag(config, "do_lower_case", !t->has_case);
    const struct bert_normaliser n = {.clean = true,
                                      .chinese = flag(config, "tokenize_chinese_chars", true),
                                      .strip = flag(config, "strip_accents", lower),
                                      .lower = lower};

    t->model = MODEL_WORDPIECE;
    t->wordpiece.unknown = unknown;
    t->wordpiece.longest_word = LONGEST_WORD;
    t->wordpiece.continuation = vocabulary_walk(&t->vocabulary, "##", 2);
    return tokenizer_set_bert(t, &n, err);
}

static mpcf_status set_byte_bpe(struct tokenizer *t, const json_t *config, mpcf_error *err)
{
    t->model = MODEL_BPE;
    t->bpe.unknown = VOCABULARY_NONE;
    return tokenizer_set_byte_level(t, flag(config, "add_prefix_space", false), err);
}

mpcf_status tokenizer_set_defaults(struct tokenizer *t, const json_t *config, const char *name,
                                   mpcf_error *err)
{
    bool is_wordpiece = t->spec.kind == MPCF_TOKENIZER_WORDPIECE;
    int32_t ids[TOKEN_COUNT];

    for (size_t i = 0; i < TOKEN_COUNT; i++) {
        const struct usual_token *u = &usual_tokens[i];
        const char *token = token_name(config, u->key, is_wordpiece ? u->wordpiece : u->byte_bpe);

        MPCF_TRY(
            add_special(t, token, u->needed, i == TOKEN_MASK && !is_wordpiece, name, &ids[i], err));
    }
    MPCF_TRY(is_wordpiece ? set_wordpiece(t, config, ids[TOKEN_UNKNOWN], err)
                          : set_byte_bpe(t, config, err));
    return tokenizer_set_templates(t, ids[TOKEN_CLS], ids[TOKEN_SEP], t->spec.pair_separators,
                                   is_wordpiece, err);
}
