/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every way of loading a tokenizer puts together: words whose ids the model has, and the
 * pieces around a text.
 */
#include "text/tokenizer_parts.h"

#include <string.h>

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

mpcf_status tokenizer_usual_templates(struct tokenizer *t, int32_t cls, int32_t sep,
                                      mpcf_error *err)
{
    int32_t second = t->spec.kind == MPCF_TOKENIZER_WORDPIECE;

    t->single.count = 0;
    t->pair.count = 0;
    MPCF_TRY(template_add(&t->single, PIECE_SPECIAL, cls, 0, err));
    MPCF_TRY(template_add(&t->single, PIECE_TEXT_A, 0, 0, err));
    MPCF_TRY(template_add(&t->single, PIECE_SPECIAL, sep, 0, err));
    t->pair = t->single;
    for (int32_t i = 1; i < t->spec.pair_separators; i++) {
        MPCF_TRY(template_add(&t->pair, PIECE_SPECIAL, sep, 0, err));
    }
    MPCF_TRY(template_add(&t->pair, PIECE_TEXT_B, 0, second, err));
    return template_add(&t->pair, PIECE_SPECIAL, sep, second, err);
}
