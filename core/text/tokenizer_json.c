/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.json of Hugging Face's tokenizers. Its padding and truncation are not read: the
 * pipeline's own length goes before them.
 */
#include "text/tokenizer_json.h"

#include <string.h>

#include "text/tokenizer_parts.h"

/* What is being read, for messages. */
struct source {
    struct tokenizer *t;
    const char *name;
    mpcf_error *err;
};

static const char *string_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key)); /* NULL: absent, or no string */
}

static bool flag(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

static mpcf_status unsupported(const struct source *s, const char *what, const char *found)
{
    return mpcf_fail(s->err, MPCF_E_UNSUPPORTED, "%s: %s '%.80s' is not offered", s->name, what,
                     found != NULL ? found : "of no type");
}

static bool is_null(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

/* Fails where PART is neither null nor of TYPE. */
static mpcf_status expect_type(const struct source *s, const char *what, const json_t *part,
                               const char *type)
{
    const char *found = string_at(part, "type");

    if (found == NULL || strcmp(found, type) != 0) {
        return unsupported(s, what, found);
    }
    return MPCF_OK;
}

static mpcf_status read_added(const struct source *s, const json_t *one)
{
    const char *content = string_at(one, "content");
    const json_t *id = json_object_get(one, "id");
    struct added_token token = {.strip_left = flag(one, "lstrip", false),
                                .strip_right = flag(one, "rstrip", false)};
    const struct bert_normaliser *n = &s->t->wordpiece.normaliser;

    if (content == NULL || !json_is_integer(id)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: added token without content or id", s->name);
    }
    MPCF_TRY(tokenizer_check_id(s->t, json_integer_value(id), s->name, s->err));
    token.id = (int32_t) json_integer_value(id);
    if (flag(one, "single_word", false)) {
        return unsupported(s, "single_word of added token", content);
    }
    /* Without a normaliser both sorts mean the same. */
    if (flag(one, "normalized", false) && (n->clean || n->chinese || n->strip || n->lower)) {
        return unsupported(s, "normalized of added token", content);
    }
    return added_tokens_add(&s->t->added, content, strlen(content), &token, s->err);
}

static mpcf_status read_all_added(const struct source *s, const json_t *list)
{
    size_t i = 0, bytes = 0;
    const json_t *one = NULL;

    json_array_foreach(list, i, one)
    {
        bytes += json_string_length(json_object_get(one, "content"));
    }
    MPCF_TRY(added_tokens_reserve(&s->t->added, json_array_size(list), bytes, s->err));
    json_array_foreach(list, i, one)
    {
        MPCF_TRY(read_added(s, one));
    }
    return MPCF_OK;
}

static mpcf_status read_normaliser(const struct source *s, const json_t *part)
{
    struct bert_normaliser *n = &s->t->wordpiece.normaliser;

    if (is_null(part)) {
        return MPCF_OK;
    }
    MPCF_TRY(expect_type(s, "normalizer", part, "BertNormalizer"));
    n->clean = flag(part, "clean_text", true);
    n->chinese = flag(part, "handle_chinese_chars", true);
    n->lower = flag(part, "lowercase", true);
    n->strip = flag(part, "strip_accents", n->lower);
    return MPCF_OK;
}

static mpcf_status read_wordpiece(const struct source *s, const json_t *root, const json_t *model)
{
    struct wordpiece *w = &s->t->wordpiece;
    const struct vocabulary *v = &s->t->vocabulary;
    const char *unknown = string_at(model, "unk_token");
    const char *prefix = string_at(model, "continuing_subword_prefix");
    const json_t *longest = json_object_get(model, "max_input_chars_per_word");

    MPCF_TRY(read_normaliser(s, json_object_get(root, "normalizer")));
    MPCF_TRY(expect_type(s, "pre_tokenizer", json_object_get(root, "pre_tokenizer"),
                         "BertPreTokenizer"));
    unknown = unknown != NULL ? unknown : "[UNK]";
    prefix = prefix != NULL ? prefix : "##";
    w->unknown = vocabulary_find(v, unknown, strlen(unknown));
    w->continuation = vocabulary_walk(v, prefix, strlen(prefix));
    w->longest_word = json_is_integer(longest) && json_integer_value(longest) >= 0
                          ? (size_t) json_integer_value(longest)
                          : 100;
    if (w->unknown == VOCABULARY_NONE) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: the vocabulary has no '%.80s'", s->name,
                         unknown);
    }
    return MPCF_OK;
}

/* "a b", or ["a", "b"] of newer files. */
static mpcf_status read_merge(const struct source *s, const json_t *one)
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
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: merge %zu is not a pair of tokens", s->name,
                         s->t->byte_bpe.merges.count + 1);
    }
    return byte_bpe_add_merge(&s->t->byte_bpe, &s->t->vocabulary, left, left_length, right,
                              strlen(right), s->err);
}

/* Options of the BPE model that change what it does, at values other than byte-level's. */
static mpcf_status check_bpe_options(const struct source *s, const json_t *model)
{
    static const char *const texts[] = {"continuing_subword_prefix", "end_of_word_suffix"};

    for (size_t i = 0; i < 2; i++) {
        const char *text = string_at(model, texts[i]);

        if (text != NULL && *text != '\0') {
            return unsupported(s, texts[i], text);
        }
    }
    if (!is_null(json_object_get(model, "dropout"))) {
        return unsupported(s, "model with", "dropout");
    }
    if (flag(model, "byte_fallback", false)) {
        return unsupported(s, "model with", "byte_fallback");
    }
    return MPCF_OK;
}

static mpcf_status read_byte_bpe(const struct source *s, const json_t *root, const json_t *model)
{
    const json_t *splitter = json_object_get(root, "pre_tokenizer");
    const json_t *merges = json_object_get(model, "merges");
    const json_t *one = NULL;
    size_t i = 0;

    if (!is_null(json_object_get(root, "normalizer"))) {
        return unsupported(s, "normalizer", string_at(json_object_get(root, "normalizer"), "type"));
    }
    MPCF_TRY(expect_type(s, "pre_tokenizer", splitter, "ByteLevel"));
    if (!flag(splitter, "use_regex", true)) {
        return unsupported(s, "pre_tokenizer without", "use_regex");
    }
    MPCF_TRY(check_bpe_options(s, model));
    s->t->byte_bpe.prefix_space = flag(splitter, "add_prefix_space", true);
    s->t->byte_bpe.whole_words = flag(model, "ignore_merges", false);
    byte_bpe_find_bytes(&s->t->byte_bpe, &s->t->vocabulary);
    if (!json_is_array(merges)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: no merges", s->name);
    }
    MPCF_TRY(merges_reserve(&s->t->byte_bpe.merges, json_array_size(merges), s->err));
    json_array_foreach(merges, i, one)
    {
        mpcf_status status = read_merge(s, one);

        if (status != MPCF_OK) {
            return mpcf_fail_while(s->err, status, "%s", s->name);
        }
    }
    return MPCF_OK;
}

static int32_t type_at(const json_t *piece)
{
    json_int_t type = json_integer_value(json_object_get(piece, "type_id"));

    return type == 1 ? 1 : 0;
}

static mpcf_status add_special_ids(const struct source *s, const json_t *specials, const char *name,
                                   int32_t type, struct template *to)
{
    const json_t *ids = json_object_get(json_object_get(specials, name), "ids");
    const json_t *id = NULL;
    size_t i = 0;

    if (json_array_size(ids) == 0) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor has no ids for '%.80s'",
                         s->name, name);
    }
    json_array_foreach(ids, i, id)
    {
        if (!json_is_integer(id)) {
            return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: id of '%.80s' is not a whole number",
                             s->name, name);
        }
        MPCF_TRY(tokenizer_check_id(s->t, json_integer_value(id), s->name, s->err));
        MPCF_TRY(template_add(to, PIECE_SPECIAL, (int32_t) json_integer_value(id), type, s->err));
    }
    return MPCF_OK;
}

/* A template must hold each text once: what is cut to length is counted so. */
static mpcf_status check_template(const struct source *s, const struct template *t, size_t texts)
{
    size_t seen[2] = {0, 0};

    for (size_t i = 0; i < t->count; i++) {
        seen[0] += t->pieces[i].kind == PIECE_TEXT_A;
        seen[1] += t->pieces[i].kind == PIECE_TEXT_B;
    }
    if (seen[0] != 1 || seen[1] != texts - 1) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor for %zu texts has %zu and %zu",
                         s->name, texts, seen[0], seen[1]);
    }
    return MPCF_OK;
}

static mpcf_status read_template(const struct source *s, const json_t *part, const char *key,
                                 size_t texts, struct template *to)
{
    const json_t *pieces = json_object_get(part, key), *piece = NULL;
    size_t i = 0;

    json_array_foreach(pieces, i, piece)
    {
        const json_t *special = json_object_get(piece, "SpecialToken");
        const json_t *text = json_object_get(piece, "Sequence");
        const char *id = string_at(special != NULL ? special : text, "id");

        if (id == NULL) {
            return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor %s piece %zu has no id",
                             s->name, key, i);
        }
        if (special != NULL) {
            MPCF_TRY(add_special_ids(s, json_object_get(part, "special_tokens"), id,
                                     type_at(special), to));
        } else {
            MPCF_TRY(template_add(to, strcmp(id, "B") == 0 ? PIECE_TEXT_B : PIECE_TEXT_A, 0,
                                  type_at(text), s->err));
        }
    }
    return check_template(s, to, texts);
}

/* The id in ["[SEP]", 102]. */
static mpcf_status read_token_pair(const struct source *s, const json_t *part, const char *key,
                                   int32_t *id)
{
    const json_t *value = json_array_get(json_object_get(part, key), 1);

    if (!json_is_integer(value)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor has no %s", s->name, key);
    }
    MPCF_TRY(tokenizer_check_id(s->t, json_integer_value(value), s->name, s->err));
    *id = (int32_t) json_integer_value(value);
    return MPCF_OK;
}

static mpcf_status read_templates(const struct source *s, const json_t *part)
{
    const char *type = string_at(part, "type");
    int32_t cls = 0, sep = 0;

    if (is_null(part)) {
        MPCF_TRY(template_add(&s->t->single, PIECE_TEXT_A, 0, 0, s->err));
        s->t->pair = s->t->single;
        return template_add(&s->t->pair, PIECE_TEXT_B, 0, 0, s->err);
    }
    if (type != NULL && strcmp(type, "TemplateProcessing") == 0) {
        MPCF_TRY(read_template(s, part, "single", 1, &s->t->single));
        return read_template(s, part, "pair", 2, &s->t->pair);
    }
    if (type == NULL ||
        (strcmp(type, "BertProcessing") != 0 && strcmp(type, "RobertaProcessing") != 0)) {
        return unsupported(s, "post_processor", type);
    }
    MPCF_TRY(read_token_pair(s, part, "cls", &cls));
    MPCF_TRY(read_token_pair(s, part, "sep", &sep));
    return tokenizer_usual_templates(s->t, cls, sep, s->err);
}

/* Old files name no type of model: WordPiece has a longest word, BPE has merges. */
static const char *model_type(const json_t *model)
{
    const char *type = string_at(model, "type");

    if (type != NULL) {
        return type;
    }
    return json_object_get(model, "merges") != NULL ? "BPE" : "WordPiece";
}

mpcf_status tokenizer_load_json(struct tokenizer *t, const json_t *root, const char *name,
                                mpcf_error *err)
{
    const struct source s = {.t = t, .name = name, .err = err};
    const json_t *model = json_object_get(root, "model");
    bool is_wordpiece = t->spec.kind == MPCF_TOKENIZER_WORDPIECE;
    const char *want = is_wordpiece ? "WordPiece" : "BPE";

    if (!json_is_object(model)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no model", name);
    }
    if (strcmp(model_type(model), want) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: model '%.80s', the network expects '%s'", name,
                         model_type(model), want);
    }
    MPCF_TRY(tokenizer_load_vocabulary(t, json_object_get(model, "vocab"), name, err));
    MPCF_TRY(is_wordpiece ? read_wordpiece(&s, root, model) : read_byte_bpe(&s, root, model));
    MPCF_TRY(read_all_added(&s, json_object_get(root, "added_tokens")));
    return read_templates(&s, json_object_get(root, "post_processor"));
}
