/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every way of loading a tokenizer puts together: words whose ids the model has, and the
 * pieces around a text.
 */
#include "text/tokenizer_parts.h"

#include <string.h>

#include "base/memory.h"

mpcf_status tokenizer_check_id(const struct tokenizer *t, long long id, const char *name,
                               mpcf_error *err)
{
    if (id < 0 || id >= t->spec.vocab_size) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: token id %lld, but the model has %lld", name, id,
                         (long long) t->spec.vocab_size);
    }
    return MPCF_OK;
}

mpcf_status tokenizer_add_word(struct tokenizer *t, const char *word, size_t length, long long id,
                               const char *name, mpcf_error *err)
{
    MPCF_TRY(tokenizer_check_id(t, id, name, err));
    return vocabulary_add(&t->vocabulary, word, length, (int32_t) id, err);
}

int32_t tokenizer_find_word(const struct tokenizer *t, const char *word, size_t length)
{
    return t->model == MODEL_UNIGRAM ? piece_tree_find(&t->unigram.tree, word, length)
                                     : vocabulary_find(&t->vocabulary, word, length);
}

mpcf_status tokenizer_check_pieces(const struct tokenizer *t, const char *name, mpcf_error *err)
{
    return tokenizer_check_id(t, (long long) t->unigram.count - 1, name, err);
}

static size_t bytes_of_keys(const json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t bytes = 0;

    json_object_foreach((json_t *) (uintptr_t) object, key, value)
    {
        bytes += strlen(key);
    }
    return bytes;
}

mpcf_status tokenizer_load_vocabulary(struct tokenizer *t, const json_t *words, const char *name,
                                      mpcf_error *err)
{
    const char *word = NULL;
    json_t *id = NULL;

    if (!json_is_object(words)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: expected an object of words and ids", name);
    }
    MPCF_TRY(vocabulary_reserve(&t->vocabulary, bytes_of_keys(words), err));
    /* The iteration macro of jansson wants a value that it could change. */
    json_object_foreach((json_t *) (uintptr_t) words, word, id)
    {
        if (!json_is_integer(id)) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: id of '%.80s' is not a whole number", name,
                             word);
        }
        MPCF_TRY(tokenizer_add_word(t, word, strlen(word), json_integer_value(id), name, err));
    }
    return MPCF_OK;
}

/* As Hugging Face counts it: behind the model's words, and behind other added tokens. */
static long long next_id(const struct tokenizer *t)
{
    const long long words =
        (long long) (t->model == MODEL_UNIGRAM ? t->unigram.count : t->vocabulary.word_count);

    if (t->added.count == 0 || (words > 0 && t->added.largest_id < words)) {
        return words;
    }
    return (long long) t->added.largest_id + 1;
}

/* FILES: what a file says, or VOCABULARY_NONE. Where the id that is counted is none of the network's,
 * which the library would end at, the file's counts. */
static long long id_of(const struct tokenizer *t, const char *content, size_t length, int32_t files)
{
    const struct added_token *added = added_tokens_find(&t->added, content, length);
    const int32_t word = tokenizer_find_word(t, content, length);

    if (added != NULL) {
        return added->id;
    }
    if (word != VOCABULARY_NONE) {
        return word;
    }
    return next_id(t) >= t->spec.vocab_size && files >= 0 ? files : next_id(t);
}

mpcf_status tokenizer_add_token(struct tokenizer *t, const char *content, size_t length,
                                const struct added_token *how, const char *name, mpcf_error *err)
{
    struct added_token token = *how;
    const long long id = id_of(t, content, length, how->id);

    if (length == 0 || length > ADDED_TOKEN_LONGEST) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: added token of %zu bytes, expected 1 to %d", name,
                         length, ADDED_TOKEN_LONGEST);
    }
    token.content = (char *) (uintptr_t) content; /* it is copied */
    token.length = length;
    token.id = (int32_t) id;
    return added_tokens_add(&t->added, &token, err);
}

mpcf_status tokenizer_set_bert(struct tokenizer *t, const struct bert_normaliser *n,
                               mpcf_error *err)
{
    struct normaliser normaliser = {.kind = NORMALISER_BERT, .bert = *n};
    struct splitter splitter = {.kind = SPLITTER_BERT};

    normalisers_clear(&t->normalisers);
    splitters_clear(&t->splitters);
    MPCF_TRY(normalisers_add(&t->normalisers, &normaliser, err));
    return splitters_add(&t->splitters, &splitter, err);
}

mpcf_status tokenizer_set_byte_level(struct tokenizer *t, bool prefix_space, mpcf_error *err)
{
    struct splitter splitter = {
        .kind = SPLITTER_BYTE_LEVEL, .cuts = true, .prefix_space = prefix_space};

    normalisers_clear(&t->normalisers);
    splitters_clear(&t->splitters);
    return splitters_add(&t->splitters, &splitter, err);
}

mpcf_status template_add(struct template *t, enum piece_kind kind, int32_t id, int32_t type,
                         mpcf_error *err)
{
    if (t->count == TEMPLATE_LIMIT) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "more than %d pieces around the texts",
                         TEMPLATE_LIMIT);
    }
    t->pieces[t->count++] = (struct template_piece){.kind = kind, .id = id, .type = type};
    return MPCF_OK;
}

mpcf_status tokenizer_set_templates(struct tokenizer *t, int32_t cls, int32_t sep,
                                    int32_t separators, int32_t second, mpcf_error *err)
{
    t->single.count = 0;
    t->pair.count = 0;
    MPCF_TRY(template_add(&t->single, PIECE_SPECIAL, cls, 0, err));
    MPCF_TRY(template_add(&t->single, PIECE_TEXT_A, 0, 0, err));
    MPCF_TRY(template_add(&t->single, PIECE_SPECIAL, sep, 0, err));
    t->pair = t->single;
    for (int32_t i = 1; i < separators; i++) {
        MPCF_TRY(template_add(&t->pair, PIECE_SPECIAL, sep, 0, err));
    }
    MPCF_TRY(template_add(&t->pair, PIECE_TEXT_B, 0, second, err));
    return template_add(&t->pair, PIECE_SPECIAL, sep, second, err);
}

mpcf_status tokenizer_finish(struct tokenizer *t, mpcf_error *err)
{
    if (t->model == MODEL_BPE) {
        bpe_find_tokens(&t->bpe, &t->vocabulary);
    }
    return added_tokens_finish(&t->added, &t->normalisers, err);
}
