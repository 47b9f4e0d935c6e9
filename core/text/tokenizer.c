/* SPDX-License-Identifier: Apache-2.0 */
/* A tokenizer from the files of a folder: which of them are read, and in which order. */
#include "text/tokenizer.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "format/json.h"
#include "text/tokenizer_class.h"
#include "text/tokenizer_files.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_plain.h"
#include "text/tokenizer_sentencepiece.h"
#include "text/tokenizer_settings.h"
#include "text/tokenizer_source.h"

#define FILE_LIMIT ((size_t) 64 << 20)

mpcf_status tokenizer_create(const mpcf_tokenizer_spec *spec, struct tokenizer **out,
                             mpcf_error *err)
{
    struct tokenizer *t = NULL;

    if (spec->vocab_size < 1 || spec->vocab_size > INT32_MAX || spec->pad_id < 0 ||
        spec->pad_id >= spec->vocab_size) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "pad_token_id %lld, expected 0 to below vocab_size %lld",
                         (long long) spec->pad_id, (long long) spec->vocab_size);
    }
    t = mpcf_alloc_array(1, sizeof(*t));
    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof(*t), "a tokenizer");
    }
    t->spec = *spec;
    *out = t;
    return MPCF_OK;
}

void tokenizer_close(struct tokenizer *t)
{
    if (t == NULL) {
        return;
    }
    vocabulary_clear(&t->vocabulary);
    added_tokens_clear(&t->added);
    normalisers_clear(&t->normalisers);
    splitters_clear(&t->splitters);
    bpe_clear(&t->bpe);
    unigram_clear(&t->unigram);
    mpcf_free(t);
}

int64_t tokenizer_vocab_size(const struct tokenizer *t)
{
    return t->spec.vocab_size;
}

const char *tokenizer_digest(const struct tokenizer *t)
{
    return t->digest;
}

int32_t tokenizer_pad_id(const struct tokenizer *t)
{
    return (int32_t) t->spec.pad_id;
}

typedef mpcf_status load_text(struct tokenizer *t, const char *data, size_t length,
                              const char *name, mpcf_error *err);

static mpcf_status read_text(struct tokenizer *t, const char *folder, const char *name,
                             load_text *load, mpcf_error *err)
{
    char *path = file_join(folder, name), *data = NULL;
    size_t length = 0;
    mpcf_status status = MPCF_OK;

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    status = file_read(path, FILE_LIMIT, &data, &length, err);
    if (status == MPCF_OK) {
        status = load(t, data, length, path, err);
    }
    mpcf_free(data);
    mpcf_free(path);
    return status;
}

static mpcf_status read_byte_bpe(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    json_t *words = NULL;
    mpcf_status status = json_read_if_there(folder, "vocab.json", &words, err);

    if (status == MPCF_OK && words == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "%s: neither tokenizer.json nor vocab.json", folder);
    }
    if (status == MPCF_OK) {
        status = tokenizer_load_vocabulary(t, words, "vocab.json", err);
    }
    json_decref(words);
    if (status == MPCF_OK) {
        status = read_text(t, folder, "merges.txt", tokenizer_load_merges, err);
    }
    return status;
}

static mpcf_status read_word_list(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, "vocab.txt");
    const bool is_there = path != NULL && file_exists(path);

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    mpcf_free(path);
    return is_there ? read_text(t, folder, "vocab.txt", tokenizer_load_words, err)
                    : mpcf_fail(err, MPCF_E_IO, "%s: neither tokenizer.json nor vocab.txt", folder);
}

/* The files that a class has where there is no tokenizer.json. */
static mpcf_status read_words(struct tokenizer *t, const struct tokenizer_settings *s,
                              const char *folder, mpcf_error *err)
{
    return s->class == TOKENIZER_CLASS_BERT ? read_word_list(t, folder, err)
                                            : read_byte_bpe(t, folder, err);
}

/* tokenizer.json, whole, and what is added to it. */
static mpcf_status build_as_file(struct tokenizer *t, const struct tokenizer_settings *s,
                                 const json_t *file, mpcf_error *err)
{
    MPCF_TRY(tokenizer_load_json(t, file, "tokenizer.json", err));
    return tokenizer_class_add_tokens(t, s, err);
}

static mpcf_status build_as_class(struct tokenizer *t, const struct tokenizer_settings *s,
                                  const char *folder, const json_t *file, mpcf_error *err)
{
    const char *direction = source_string(json_object_get(file, "truncation"), "direction");

    MPCF_TRY(file != NULL ? tokenizer_class_load_words(t, s, file, err)
                          : read_words(t, s, folder, err));
    MPCF_TRY(tokenizer_class_add_tokens(t, s, err));
    t->truncates_left = direction != NULL && strcmp(direction, "Left") == 0;
    return tokenizer_class_apply(t, s, file, err);
}

static mpcf_status build_by_class(struct tokenizer *t, const struct tokenizer_settings *s,
                                  const char *folder, const json_t *file, mpcf_error *err)
{
    switch (s->class) {
    case TOKENIZER_CLASS_FILE:
        break;
    case TOKENIZER_CLASS_BERT:
    case TOKENIZER_CLASS_ROBERTA:
        return build_as_class(t, s, folder, file, err);
    case TOKENIZER_CLASS_XLM_ROBERTA:
    case TOKENIZER_CLASS_CAMEMBERT:
        return tokenizer_build_sentencepiece(t, s, folder, file, err);
    }
    if (file == NULL) {
        return mpcf_fail(err, MPCF_E_IO,
                         "%s: there is no tokenizer.json, which tokenizer_class '%s' needs", folder,
                         s->class_name != NULL ? s->class_name : "");
    }
    return build_as_file(t, s, file, err);
}

/* Whether the library hands the network types: as model_input_names says, else BERT's class does. */
static bool gives_types(const struct tokenizer_settings *s)
{
    const json_t *names = json_object_get(s->options, "model_input_names"), *one = NULL;
    size_t i = 0;

    json_array_foreach(names, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), "token_type_ids") == 0) {
            return true;
        }
    }
    return names == NULL && s->class == TOKENIZER_CLASS_BERT &&
           (s->class_name == NULL || strncmp(s->class_name, "Distil", 6) != 0);
}

static bool leave_types_out(struct template *template)
{
    bool had = false;

    for (size_t i = 0; i < template->count; i++) {
        had = had || template->pieces[i].type != 0;
        template->pieces[i].type = 0;
    }
    return had;
}

static void set_types(struct tokenizer *t, const struct tokenizer_settings *s)
{
    if (gives_types(s)) {
        return;
    }
    const bool had_single = leave_types_out(&t->single), had_pair = leave_types_out(&t->pair);

    if ((had_single || had_pair) && t->spec.type_count > 1) {
        log_line(LOG_WARN, "tokenizer_config.json: its class, or its model_input_names, hands the "
                           "network no token types, so all are 0, as in transformers 5; write "
                           "token_type_ids into model_input_names if it was trained with them");
    }
}

static mpcf_status read_settings(const struct tokenizer *t, const char *folder, const json_t *file,
                                 struct tokenizer_settings *out, mpcf_error *err)
{
    struct tokenizer_settings_files f = {.of_file = json_object_get(file, "added_tokens")};

    MPCF_TRY(tokenizer_settings_open_files(folder, &f, err));
    mpcf_status status =
        tokenizer_settings_merge(&f, tokenizer_class_usual(t->spec.kind, f.model, file), out, err);
    tokenizer_settings_close_files(&f);
    return status;
}

static mpcf_status build(struct tokenizer *t, const char *folder, const json_t *file,
                         mpcf_error *err)
{
    struct tokenizer_settings s = {.class = TOKENIZER_CLASS_FILE};

    MPCF_TRY(read_settings(t, folder, file, &s, err));
    mpcf_status status = build_by_class(t, &s, folder, file, err);
    if (status == MPCF_OK) {
        status = tokenizer_class_set_side(t, &s, err);
        set_types(t, &s);
    }
    tokenizer_settings_clear(&s);
    return status == MPCF_OK ? tokenizer_finish(t, err) : status;
}

/* A file beside the others that cannot be read is no reason to refuse what could be: nothing is kept then. */
static mpcf_status take_digest(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    const mpcf_tokenizer_spec *s = &t->spec;
    const int64_t facts[] = {(int64_t) s->kind, s->vocab_size,      s->max_tokens, s->type_count,
                             s->pad_id,         s->pair_separators, t->wanted_case};
    struct digest *digest = digest_begin();
    mpcf_status status = MPCF_OK;

    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(digest, facts, sizeof facts);
    status = tokenizer_files_digest(folder, digest, err);
    digest_end(digest, t->digest);
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        t->digest[0] = '\0';
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status;
}

mpcf_status tokenizer_open_in_case(const char *folder, const mpcf_tokenizer_spec *spec,
                                   enum letter_case letter_case, struct tokenizer **out,
                                   mpcf_error *err)
{
    struct tokenizer *t = NULL;
    json_t *file = NULL;
    mpcf_status status = tokenizer_create(spec, &t, err);

    if (status == MPCF_OK) {
        status = json_read_if_there(folder, "tokenizer.json", &file, err);
    }
    if (status == MPCF_OK) {
        t->wanted_case = letter_case;
        status = build(t, folder, file, err);
    }
    json_decref(file);
    if (status == MPCF_OK) {
        status = take_digest(t, folder, err);
    }
    if (status != MPCF_OK) {
        tokenizer_close(t);
        return mpcf_fail_while(err, status, "reading the tokenizer of '%s'", folder);
    }
    *out = t;
    return MPCF_OK;
}

mpcf_status tokenizer_open(const char *folder, const mpcf_tokenizer_spec *spec,
                           struct tokenizer **out, mpcf_error *err)
{
    return tokenizer_open_in_case(folder, spec, CASE_JUDGED, out, err);
}

mpcf_status tokenizer_write_case(const struct tokenizer *t, const char *folder, mpcf_error *err)
{
    const struct normaliser *n = normalisers_find(&t->normalisers, NORMALISER_BERT);
    char *path = NULL;
    json_t *config = NULL;
    mpcf_status status = MPCF_OK;

    if (!t->case_is_new || n == NULL) {
        return MPCF_OK;
    }
    path = file_join(folder, "tokenizer_config.json");
    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    status = json_read_if_there(folder, "tokenizer_config.json", &config, err);
    config = config != NULL ? config : json_object();
    if (status == MPCF_OK &&
        json_object_set_new(config, "do_lower_case", json_boolean(n->bert.lower)) != 0) {
        status = mpcf_fail_memory(err, 64, "tokenizer_config.json");
    }
    if (status == MPCF_OK) {
        status = json_write_file(path, config, err);
    }
    json_decref(config);
    mpcf_free(path);
    return status;
}
