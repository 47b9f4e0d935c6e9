/* SPDX-License-Identifier: Apache-2.0 */
/* Which model tokenizer.json has. */
#include "text/model_json.h"

#include <string.h>

#include "text/tokenizer_parts.h"
#include "text/unigram_json.h"

#define LONGEST_WORD 100 /* Hugging Face's default for WordPiece */

/* The id of the unk_token, or of USUAL where none is named. */
static mpcf_status read_unknown(const struct tokenizer_source *s, const json_t *model,
                                const char *usual, int32_t *id)
{
    const char *unknown = source_string(model, "unk_token");

    unknown = unknown != NULL ? unknown : usual;
    *id = vocabulary_find(&s->t->vocabulary, unknown, strlen(unknown));
    if (*id == VOCABULARY_NONE) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: the vocabulary has no '%.80s'", s->name,
                         unknown);
    }
    return MPCF_OK;
}

static mpcf_status read_wordpiece(const struct tokenizer_source *s, const json_t *model)
{
    struct wordpiece *w = &s->t->wordpiece;
    const char *prefix = source_string(model, "continuing_subword_prefix");
    const json_t *longest = json_object_get(model, "max_input_chars_per_word");

    prefix = prefix != NULL ? prefix : "##";
    w->continuation = vocabulary_walk(&s->t->vocabulary, prefix, strlen(prefix));
    w->longest_word = json_is_integer(longest) && json_integer_value(longest) >= 0
                          ? (size_t) json_integer_value(longest)
                          : LONGEST_WORD;
    s->t->model = MODEL_WORDPIECE;
    return read_unknown(s, model, "[UNK]", &w->unknown);
}

static mpcf_status read_word_level(const struct tokenizer_source *s, const json_t *model)
{
    s->t->model = MODEL_WORD_LEVEL;
    return read_unknown(s, model, "<unk>", &s->t->unknown);
}

/* --- BPE --- */

/* "a b", or ["a", "b"] of newer files. */
static mpcf_status read_merge(const struct tokenizer_source *s, const json_t *one)
{
    const char *left = NULL, *right = NULL;
    size_t left_length = 0;

    if (json_is_string(one)) {
        left = json_string_value(one);
        right = strchr(left, ' ');
        left_length = right != NULL ? (size_t) (right - left) : 0;
        right = right != NULL ? right + 1 : NULL;
    } else if (json_array_size(one) == 2) {
        left = json_string_value(json_array_get(one, 0));
        right = json_string_value(json_array_get(one, 1));
        left_length = left != NULL ? strlen(left) : 0;
    }
    if (left == NULL || right == NULL) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "merge %zu is not a pair of tokens",
                         s->t->bpe.merges.count + 1);
    }
    return bpe_add_merge(&s->t->bpe, &s->t->vocabulary, left, left_length, right, strlen(right),
                         s->err);
}

static mpcf_status read_merges(const struct tokenizer_source *s, const json_t *merges)
{
    const json_t *one = NULL;
    size_t i = 0;

    if (!json_is_array(merges)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: no merges", s->name);
    }
    MPCF_TRY(merges_reserve(&s->t->bpe.merges, json_array_size(merges), s->err));
    json_array_foreach(merges, i, one)
    {
        mpcf_status status = read_merge(s, one);

        if (status != MPCF_OK) {
            return mpcf_fail_while(s->err, status, "%s", s->name);
        }
    }
    return MPCF_OK;
}

/* A token that is named and is no word is an error of the texts that need it. */
static int32_t bpe_unknown(const struct tokenizer_source *s, const json_t *model)
{
    const char *unknown = source_string(model, "unk_token");
    int32_t id = VOCABULARY_NONE;

    if (unknown == NULL) {
        return VOCABULARY_NONE;
    }
    id = vocabulary_find(&s->t->vocabulary, unknown, strlen(unknown));
    return id != VOCABULARY_NONE ? id : BPE_MISSING;
}

static mpcf_status read_bpe(const struct tokenizer_source *s, const json_t *model)
{
    const json_t *dropout = json_object_get(model, "dropout");
    struct bpe *b = &s->t->bpe;

    if (!source_is_null(dropout) && json_number_value(dropout) != 0) {
        return mpcf_fail(s->err, MPCF_E_UNSUPPORTED,
                         "%s: model with dropout is not offered: a text would have other tokens "
                         "each time",
                         s->name);
    }
    s->t->model = MODEL_BPE;
    b->unknown = bpe_unknown(s, model);
    b->fuse_unknown = source_flag(model, "fuse_unk", false);
    b->whole_words = source_flag(model, "ignore_merges", false);
    b->byte_fallback = source_flag(model, "byte_fallback", false);
    MPCF_TRY(source_points(s, model, "continuing_subword_prefix", &b->prefix));
    MPCF_TRY(source_points(s, model, "end_of_word_suffix", &b->suffix));
    return read_merges(s, json_object_get(model, "merges"));
}

static mpcf_status read_unigram(const struct tokenizer_source *s, const json_t *model)
{
    s->t->model = MODEL_UNIGRAM;
    MPCF_TRY(unigram_read_json(&s->t->unigram, model, s->name, s->err));
    return tokenizer_check_pieces(s->t, s->name, s->err);
}

/* Old files name no type of model: BPE has merges, WordPiece a longest word and a prefix. */
const char *model_json_type(const json_t *model)
{
    const char *type = source_string(model, "type");

    if (type != NULL) {
        return type;
    }
    if (json_object_get(model, "merges") != NULL) {
        return "BPE";
    }
    return json_object_get(model, "max_input_chars_per_word") != NULL &&
                   json_object_get(model, "continuing_subword_prefix") != NULL
               ? "WordPiece"
               : "WordLevel";
}

static const struct {
    const char *name;
    mpcf_status (*read)(const struct tokenizer_source *s, const json_t *model);
} kinds[] = {{"WordPiece", read_wordpiece},
             {"BPE", read_bpe},
             {"WordLevel", read_word_level},
             {"Unigram", read_unigram}};

mpcf_status model_read_json(const struct tokenizer_source *s, const json_t *model)
{
    if (!json_is_object(model)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: no model", s->name);
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, model_json_type(model)) == 0) {
            /* Unigram's is a list, with scores. */
            if (kinds[i].read != read_unigram) {
                MPCF_TRY(tokenizer_load_vocabulary(s->t, json_object_get(model, "vocab"), s->name,
                                                   s->err));
            }
            return kinds[i].read(s, model);
        }
    }
    return source_unsupported(s, "model", model_json_type(model));
}
