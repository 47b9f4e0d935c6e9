/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One set of settings out of the files beside a tokenizer's words. Where tokenizer_config.json has an
 * added_tokens_decoder (transformers 4.34 and later), special_tokens_map.json and added_tokens.json do
 * not count.
 */
#include "text/tokenizer_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"

/* --- which class --- */

struct known_class {
    const char *name; /* without "Fast" */
    enum tokenizer_class class;
};

/* Those whose texts are cut as a class here does; what transformers 5 loads under each name. */
static const struct known_class known_classes[] = {
    {"TokenizersBackend", TOKENIZER_CLASS_FILE},
    {"PreTrainedTokenizer", TOKENIZER_CLASS_FILE},
    {"BertTokenizer", TOKENIZER_CLASS_BERT},
    {"DistilBertTokenizer", TOKENIZER_CLASS_BERT},
    {"ElectraTokenizer", TOKENIZER_CLASS_BERT},
    {"ConvBertTokenizer", TOKENIZER_CLASS_BERT},
    {"LayoutLMTokenizer", TOKENIZER_CLASS_BERT},
    {"MobileBertTokenizer", TOKENIZER_CLASS_BERT},
    {"SqueezeBertTokenizer", TOKENIZER_CLASS_BERT},
    {"RobertaTokenizer", TOKENIZER_CLASS_ROBERTA},
    {"BartTokenizer", TOKENIZER_CLASS_ROBERTA},
    {"LongformerTokenizer", TOKENIZER_CLASS_ROBERTA},
    {"XLMRobertaTokenizer", TOKENIZER_CLASS_XLM_ROBERTA},
    {"CamembertTokenizer", TOKENIZER_CLASS_CAMEMBERT},
};

static size_t without_fast(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcmp(name + length - 4, "Fast") == 0 ? length - 4 : length;
}

static mpcf_status find_class(struct tokenizer_settings *s, const char *file, const char *name,
                              mpcf_error *err)
{
    const size_t length = without_fast(name);

    for (size_t i = 0; i < sizeof known_classes / sizeof *known_classes; i++) {
        const struct known_class *k = &known_classes[i];

        if (strlen(k->name) == length && strncmp(k->name, name, length) == 0) {
            s->class = k->class;
            s->class_name = mpcf_strdup(name);
            return s->class_name != NULL ? MPCF_OK : mpcf_fail_memory(err, length, "a name");
        }
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                     "%s: tokenizer_class '%.80s' is not offered: texts would be cut in another "
                     "way than the network was trained on",
                     file, name);
}

static mpcf_status read_class(struct tokenizer_settings *s, const json_t *model, mpcf_error *err)
{
    const char *name = json_string_value(json_object_get(s->options, "tokenizer_class"));

    if (name != NULL) {
        return find_class(s, "tokenizer_config.json", name, err);
    }
    name = json_string_value(json_object_get(model, "tokenizer_class"));
    return name != NULL ? find_class(s, "config.json", name, err) : MPCF_OK;
}

/* --- added tokens --- */

/* The keys whose tokens every class knows, in the order in which they are added, and what they are
 * where no file says it. */
struct named_key {
    const char *key, *of_bert, *of_roberta;
};
static const struct named_key named_keys[] = {
    {"bos_token", NULL, "<s>"},         {"eos_token", NULL, "</s>"},
    {"unk_token", "[UNK]", "<unk>"},    {"sep_token", "[SEP]", "</s>"},
    {"pad_token", "[PAD]", "<pad>"},    {"cls_token", "[CLS]", "<s>"},
    {"mask_token", "[MASK]", "<mask>"},
};
#define NAMED_KEYS (sizeof named_keys / sizeof *named_keys)

static const char *usual_token(const struct tokenizer_settings *s, const struct named_key *key)
{
    switch (s->class) {
    case TOKENIZER_CLASS_FILE:
        return NULL;
    case TOKENIZER_CLASS_BERT:
        return key->of_bert;
    default:
        return key->of_roberta;
    }
}

static bool flag_of(const json_t *token, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(token, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

static const char *content_of(const json_t *token)
{
    return json_string_value(json_is_object(token) ? json_object_get(token, "content") : token);
}

/* Where LIST has CONTENT; behind its end: nowhere. */
static size_t place_of(const json_t *list, const char *content)
{
    size_t i = 0;
    const json_t *one = NULL;

    json_array_foreach(list, i, one)
    {
        if (strcmp(content_of(one), content) == 0) {
            return i;
        }
    }
    return json_array_size(list);
}

static bool has_content(const json_t *list, const char *content)
{
    return place_of(list, content) < json_array_size(list);
}

/* TOKEN, a string or an object, in the form of tokenizer.json; IS_SPECIAL where it does not say. */
static json_t *added_form(const json_t *token, bool is_special)
{
    const bool special = flag_of(token, "special", is_special);

    return json_pack("{s:s, s:b, s:b, s:b, s:b, s:b}", "content", content_of(token), "single_word",
                     flag_of(token, "single_word", false), "lstrip",
                     flag_of(token, "lstrip", false), "rstrip", flag_of(token, "rstrip", false),
                     "normalized", flag_of(token, "normalized", !special), "special", special);
}

static mpcf_status append(struct tokenizer_settings *s, json_t *token, mpcf_error *err)
{
    return json_array_append_new(s->added, token) == 0 ? MPCF_OK
                                                       : mpcf_fail_memory(err, 64, "added tokens");
}

/* What stands under a key that names a token. One that has a number is as it is there; of what two
 * keys say of one token the later counts. */
static mpcf_status add_named(struct tokenizer_settings *s, const json_t *token, const char *file,
                             const char *key, mpcf_error *err)
{
    if (token == NULL || json_is_null(token)) {
        return MPCF_OK;
    }
    if (content_of(token) == NULL || content_of(token)[0] == '\0') {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s' is not a token", file, key);
    }
    const size_t place = place_of(s->added, content_of(token));

    if (json_object_get(json_array_get(s->added, place), "id") != NULL) {
        return MPCF_OK;
    }
    if (place == json_array_size(s->added)) {
        return append(s, added_form(token, true), err);
    }
    return json_array_set_new(s->added, place, added_form(token, true)) == 0
               ? MPCF_OK
               : mpcf_fail_memory(err, 64, "added tokens");
}

static mpcf_status add_list(struct tokenizer_settings *s, const char *key, mpcf_error *err)
{
    json_t *list = json_object_get(s->options, key), *one = NULL;
    size_t i = 0;
    const char *name = NULL;

    json_array_foreach(list, i, one)
    {
        MPCF_TRY(add_named(s, one, "tokenizer_config.json", key, err));
    }
    json_object_foreach(list, name, one)
    {
        MPCF_TRY(add_named(s, one, "tokenizer_config.json", key, err));
    }
    return MPCF_OK;
}

/* Those that a file gives an id. */
struct numbered {
    long long id;
    size_t order;        /* of two with one id the later counts */
    const json_t *token; /* an object, or whether it is special */
    const char *content;
};

struct numbered_list {
    struct numbered *items;
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    return x->id != y->id ? (x->id > y->id) - (x->id < y->id)
                          : (x->order > y->order) - (x->order < y->order);
}

static void put(struct numbered_list *list, long long id, const json_t *token, const char *content)
{
    list->items[list->count] =
        (struct numbered){.id = id, .order = list->count, .token = token, .content = content};
    list->count++;
}

static json_t *numbered_form(const struct numbered *n)
{
    json_t *plain = NULL, *token = NULL;

    if (json_is_object(n->token)) {
        token = added_form(n->token, false);
    } else {
        plain = json_string(n->content);
        token = added_form(plain, json_is_true(n->token));
        json_decref(plain);
    }
    (void) json_object_set_new(token, "id", json_integer(n->id));
    return token;
}

static mpcf_status add_numbered(struct tokenizer_settings *s, struct numbered_list *list,
                                mpcf_error *err)
{
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, by_id);
    }
    for (size_t i = 0; i < list->count; i++) {
        const bool is_last = i + 1 == list->count || list->items[i + 1].id != list->items[i].id;

        if (is_last && !has_content(s->added, list->items[i].content)) {
            MPCF_TRY(append(s, numbered_form(&list->items[i]), err));
        }
    }
    return MPCF_OK;
}

static bool is_token(const json_t *token)
{
    return json_is_object(token) && content_of(token) != NULL && content_of(token)[0] != '\0';
}

/* {"15": {"content": "[E1]", ...}, ...} */
static mpcf_status read_decoder(json_t *object, struct numbered_list *list, mpcf_error *err)
{
    const char *key = NULL;
    json_t *token = NULL;

    json_object_foreach(object, key, token)
    {
        char *end = NULL;
        long long id = strtoll(key, &end, 10);

        if (end == key || *end != '\0' || !is_token(token)) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "tokenizer_config.json: added_tokens_decoder: '%.80s' is not an id "
                             "with a token",
                             key);
        }
        put(list, id, token, content_of(token));
    }
    return MPCF_OK;
}

/* tokenizer.json's [{"id": 15, "content": "[E1]", ...}, ...] */
static mpcf_status read_file_list(const json_t *array, struct numbered_list *list, mpcf_error *err)
{
    const json_t *token = NULL;
    size_t i = 0;

    json_array_foreach(array, i, token)
    {
        const json_t *id = json_object_get(token, "id");

        if (!is_token(token) || !json_is_integer(id)) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "tokenizer.json: added token %zu without content or id", i + 1);
        }
        put(list, json_integer_value(id), token, content_of(token));
    }
    return MPCF_OK;
}

static bool is_named(const struct tokenizer_settings *s, const char *content)
{
    for (size_t i = 0; i < NAMED_KEYS; i++) {
        const char *named = tokenizer_settings_token(s, named_keys[i].key);

        if (named != NULL && strcmp(named, content) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const json_t *object, const char *key, const char *content)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(object, key), i, one)
    {
        if (content_of(one) != NULL && strcmp(content_of(one), content) == 0) {
            return true;
        }
    }
    return false;
}

/* {"[E1]": 15, ...} of added_tokens.json. The lists of special_tokens_map.json make none special. */
static mpcf_status read_plain(const struct tokenizer_settings *s,
                              const struct tokenizer_settings_files *f, struct numbered_list *list,
                              mpcf_error *err)
{
    const char *content = NULL;
    json_t *id = NULL;

    json_object_foreach(f->added, content, id)
    {
        const bool is_special = is_named(s, content) ||
                                is_listed(f->config, "additional_special_tokens", content) ||
                                is_listed(s->options, "extra_special_tokens", content);

        if (!json_is_integer(id) || content[0] == '\0') {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "added_tokens.json: id of '%.80s' is not a whole number", content);
        }
        put(list, json_integer_value(id), is_special ? json_true() : json_false(), content);
    }
    return MPCF_OK;
}

/* As the files say, or as goes without saying; CamemBERT's <mask> takes the blanks before it. */
static mpcf_status add_one_named(struct tokenizer_settings *s, const struct named_key *key,
                                 mpcf_error *err)
{
    json_t *usual = NULL;
    mpcf_status status = MPCF_OK;

    if (json_object_get(s->options, key->key) != NULL) {
        return add_named(s, json_object_get(s->options, key->key), "tokenizer_config.json",
                         key->key, err);
    }
    if (usual_token(s, key) == NULL) {
        return MPCF_OK;
    }
    usual = json_pack("{s:s, s:b}", "content", usual_token(s, key), "lstrip",
                      s->class == TOKENIZER_CLASS_CAMEMBERT && strcmp(key->key, "mask_token") == 0);
    status = add_named(s, usual, "tokenizer_config.json", key->key, err);
    json_decref(usual);
    return status;
}

/* "image_token": "<image>" and the like, which the library makes tokens whatever their name is. */
static bool is_own_key(const char *key, const json_t *token)
{
    const size_t length = strlen(key);
    bool is_known = length < 6 || strcmp(key + length - 6, "_token") != 0;

    for (size_t i = 0; i < NAMED_KEYS && !is_known; i++) {
        is_known = strcmp(named_keys[i].key, key) == 0;
    }
    return !is_known && content_of(token) != NULL && content_of(token)[0] != '\0' &&
           (json_is_string(token) || json_object_get(token, "__type") != NULL);
}

/* Names of the model's own: as keys, in an object extra_special_tokens; where there are none, as
 * transformers 5 writes them. */
static mpcf_status add_model_specific(struct tokenizer_settings *s, mpcf_error *err)
{
    const char *key = NULL;
    json_t *token = NULL;
    bool has_own = json_object_size(json_object_get(s->options, "extra_special_tokens")) > 0;

    json_object_foreach(s->options, key, token)
    {
        if (is_own_key(key, token)) {
            MPCF_TRY(add_named(s, token, "tokenizer_config.json", key, err));
            has_own = true;
        }
    }
    if (!has_own) {
        return add_list(s, "model_specific_special_tokens", err);
    }
    return json_is_object(json_object_get(s->options, "extra_special_tokens"))
               ? add_list(s, "extra_special_tokens", err)
               : MPCF_OK;
}

static mpcf_status add_named_tokens(struct tokenizer_settings *s, mpcf_error *err)
{
    for (size_t i = 0; i < NAMED_KEYS; i++) {
        MPCF_TRY(add_one_named(s, &named_keys[i], err));
    }
    MPCF_TRY(add_model_specific(s, err));
    return json_array_size(json_object_get(s->options, "extra_special_tokens")) > 0
               ? add_list(s, "extra_special_tokens", err)
               : add_list(s, "additional_special_tokens", err);
}

/* --- all of it --- */

/* The tokens that have numbers: in tokenizer_config.json, or in the files of older versions. */
static mpcf_status add_all_numbered(struct tokenizer_settings *s,
                                    const struct tokenizer_settings_files *f, mpcf_error *err)
{
    json_t *decoder = json_object_get(s->options, "added_tokens_decoder");
    const size_t most =
        json_object_size(decoder) + json_object_size(f->added) + json_array_size(f->of_file);
    struct numbered_list list = {.items = mpcf_alloc_array(most + 1, sizeof(struct numbered))};
    mpcf_status status = MPCF_OK;

    if (list.items == NULL) {
        return mpcf_fail_memory(err, most * sizeof(struct numbered), "added tokens");
    }
    status = decoder != NULL ? read_decoder(decoder, &list, err) : read_plain(s, f, &list, err);
    if (status == MPCF_OK && decoder == NULL) {
        status = read_file_list(f->of_file, &list, err);
    }
    if (status == MPCF_OK) {
        status = add_numbered(s, &list, err);
    }
    mpcf_free(list.items);
    return status;
}

static mpcf_status merge_files(struct tokenizer_settings *s,
                               const struct tokenizer_settings_files *f, mpcf_error *err)
{
    const bool has_decoder = json_object_get(f->config, "added_tokens_decoder") != NULL;

    s->options = json_object();
    s->added = json_array();
    if (s->options == NULL || s->added == NULL ||
        (f->config != NULL && json_object_update(s->options, f->config) != 0) ||
        (f->names != NULL && !has_decoder && json_object_update(s->options, f->names) != 0)) {
        return mpcf_fail_memory(err, 64, "a tokenizer's settings");
    }
    MPCF_TRY(read_class(s, f->model, err));
    MPCF_TRY(add_all_numbered(s, f, err));
    return add_named_tokens(s, err);
}

mpcf_status tokenizer_settings_merge(const struct tokenizer_settings_files *files,
                                     enum tokenizer_class usual, struct tokenizer_settings *out,
                                     mpcf_error *err)
{
    struct tokenizer_settings s = {.class = usual};
    const size_t begun = json_begin();
    mpcf_status status = merge_files(&s, files, err);

    if (status == MPCF_OK && memory_refusals() != begun) {
        status = mpcf_fail_memory(err, 64, "a tokenizer's settings");
    }
    if (status != MPCF_OK) {
        tokenizer_settings_clear(&s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

/* --- the files --- */

/* FOLDER/NAME, an object; *OUT stays NULL where it is not there. */
static mpcf_status read_object(const char *folder, const char *name, json_t **out, mpcf_error *err)
{
    MPCF_TRY(json_read_if_there(folder, name, out, err));
    return *out == NULL || json_is_object(*out)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s/%s: is not an object", folder, name);
}

mpcf_status tokenizer_settings_open_files(const char *folder, struct tokenizer_settings_files *f,
                                          mpcf_error *err)
{
    mpcf_status status = read_object(folder, "tokenizer_config.json", &f->config, err);

    if (status == MPCF_OK) {
        status = read_object(folder, "config.json", &f->model, err);
    }
    if (status == MPCF_OK) {
        status = read_object(folder, "special_tokens_map.json", &f->names, err);
    }
    if (status == MPCF_OK) {
        status = read_object(folder, "added_tokens.json", &f->added, err);
    }
    if (status != MPCF_OK) {
        tokenizer_settings_close_files(f);
    }
    return status;
}

void tokenizer_settings_close_files(struct tokenizer_settings_files *f)
{
    json_decref(f->config);
    json_decref(f->model);
    json_decref(f->names);
    json_decref(f->added);
    *f = (struct tokenizer_settings_files){0};
}

void tokenizer_settings_clear(struct tokenizer_settings *s)
{
    json_decref(s->options);
    json_decref(s->added);
    mpcf_free(s->class_name);
    *s = (struct tokenizer_settings){.class = TOKENIZER_CLASS_FILE};
}

bool tokenizer_settings_has(const struct tokenizer_settings *s, const char *key)
{
    const json_t *value = json_object_get(s->options, key);

    return value != NULL && !json_is_null(value);
}

const char *tokenizer_settings_token(const struct tokenizer_settings *s, const char *key)
{
    const json_t *value = json_object_get(s->options, key);

    for (size_t i = 0; i < NAMED_KEYS && value == NULL; i++) {
        if (strcmp(named_keys[i].key, key) == 0) {
            return usual_token(s, &named_keys[i]);
        }
    }
    return content_of(value);
}

bool tokenizer_settings_flag(const struct tokenizer_settings *s, const char *key, bool otherwise)
{
    return flag_of(s->options, key, otherwise);
}
