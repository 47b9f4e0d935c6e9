/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tokenizer of a SentencePiece model is made of: its table as normaliser, words at blanks with
 * "▁" in front, its pieces, and as added tokens the named ones, its control pieces and those that
 * its user defined. Older versions of transformers (4.57) replaced the words at blanks by a rule for
 * spaces; the newest counts.
 */
#include "text/tokenizer_sentencepiece.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "text/precompiled.h"
#include "text/sentencepiece_model.h"
#include "text/sentencepiece_steps.h"
#include "text/tokenizer_json.h"
#include "text/unigram_json.h"

#define MODEL_FILE "sentencepiece.bpe.model"
#define FILE_LIMIT ((size_t) 64 << 20)

/* What is being read. */
struct opening {
    struct tokenizer *t;
    const struct tokenizer_settings *settings;
    const char *folder, *path; /* of the model in it */
    mpcf_error *err;
};

static mpcf_status set_normaliser(const struct opening *o, const struct sentencepiece_model *m)
{
    struct normaliser n = {.kind = NORMALISER_PRECOMPILED};

    if (m->charsmap_bytes == 0) {
        return MPCF_OK;
    }
    MPCF_TRY(precompiled_read(&n.precompiled, m->charsmap, m->charsmap_bytes, o->path, o->err));
    return normalisers_add(&o->t->normalisers, &n, o->err);
}

static mpcf_status set_pieces(const struct opening *o, const struct sentencepiece_model *m)
{
    const struct tokenizer_settings *s = o->settings;
    const struct sentencepiece_names names = {.bos = tokenizer_settings_token(s, "bos_token"),
                                              .pad = tokenizer_settings_token(s, "pad_token"),
                                              .eos = tokenizer_settings_token(s, "eos_token"),
                                              .unk = tokenizer_settings_token(s, "unk_token"),
                                              .mask = tokenizer_settings_token(s, "mask_token")};

    if (names.bos == NULL || names.pad == NULL || names.eos == NULL || names.unk == NULL ||
        names.mask == NULL) {
        return mpcf_fail(o->err, MPCF_E_UNSUPPORTED,
                         "%s: tokenizer_config.json leaves out one of bos_token, pad_token, "
                         "eos_token, unk_token and mask_token",
                         o->path);
    }
    o->t->model = MODEL_UNIGRAM;
    MPCF_TRY(sentencepiece_unigram(
        m,
        s->class == TOKENIZER_CLASS_CAMEMBERT ? SENTENCEPIECE_CAMEMBERT : SENTENCEPIECE_XLM_ROBERTA,
        &names, &o->t->unigram, o->path, o->err));
    return tokenizer_check_pieces(o->t, o->path, o->err);
}

/* Whether tokenizer_config.json lists further tokens, be it none: those that go without saying do
 * not count then. An object names tokens, and lists none. */
static bool lists_tokens(const struct opening *o)
{
    static const char *const keys[] = {"additional_special_tokens", "extra_special_tokens"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(o->settings->options, keys[i]);

        if (value != NULL && !json_is_object(value)) {
            return true;
        }
    }
    return false;
}

static mpcf_status add_tokens(const struct opening *o, const struct sentencepiece_model *m)
{
    MPCF_TRY(tokenizer_add_tokens_json(o->t, o->settings->added, o->path, o->err));
    if (lists_tokens(o)) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < m->count; i++) {
        const struct added_token how = {.id = VOCABULARY_NONE};

        if (m->types[i] == SENTENCEPIECE_CONTROL || m->types[i] == SENTENCEPIECE_USER_DEFINED) {
            MPCF_TRY(tokenizer_add_token(o->t, m->pieces[i].text, m->pieces[i].length, &how,
                                         o->path, o->err));
        }
    }
    return MPCF_OK;
}

static mpcf_status fill(const struct opening *o, const struct sentencepiece_model *m)
{
    MPCF_TRY(set_pieces(o, m));
    MPCF_TRY(set_normaliser(o, m));
    MPCF_TRY(add_tokens(o, m));
    return sentencepiece_set_steps(o->t, o->settings, o->err);
}

static mpcf_status read_model(const struct opening *o)
{
    struct sentencepiece_model m = {0};
    char *data = NULL;
    size_t length = 0;
    mpcf_status status = MPCF_OK;

    if (!file_exists(o->path)) {
        return mpcf_fail(o->err, MPCF_E_IO, "%s: neither tokenizer.json nor " MODEL_FILE,
                         o->folder);
    }
    status = file_read(o->path, FILE_LIMIT, &data, &length, o->err);

    if (status == MPCF_OK) {
        status = sentencepiece_read(&m, data, length, o->path, o->err);
    }
    if (status == MPCF_OK) {
        status = fill(o, &m);
    }
    sentencepiece_clear(&m);
    mpcf_free(data);
    return status;
}

/* --- with tokenizer.json --- */

/* The first table stays, and nothing else. */
static mpcf_status keep_table(struct tokenizer *t, mpcf_error *err)
{
    struct normaliser *found = normalisers_find(&t->normalisers, NORMALISER_PRECOMPILED);
    struct normaliser table = {.kind = NORMALISER_PRECOMPILED};

    if (found != NULL) {
        table.precompiled = found->precompiled;
        found->precompiled = (struct precompiled){0};
    }
    normalisers_clear(&t->normalisers);
    return found != NULL ? normalisers_add(&t->normalisers, &table, err) : MPCF_OK;
}

/* CamemBERT recognises these as well. */
static mpcf_status add_unused(const struct opening *o)
{
    static const char *const unused[] = {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"};
    const struct added_token how = {.id = VOCABULARY_NONE};

    if (o->settings->class != TOKENIZER_CLASS_CAMEMBERT || lists_tokens(o)) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < sizeof unused / sizeof unused[0]; i++) {
        MPCF_TRY(tokenizer_add_token(o->t, unused[i], strlen(unused[i]), &how, o->path, o->err));
    }
    return MPCF_OK;
}

/* The words of ROOT in the class's own steps. */
static mpcf_status rebuild(const struct opening *o, const json_t *root)
{
    const bool is_camembert = o->settings->class == TOKENIZER_CLASS_CAMEMBERT;
    const char *unknown = tokenizer_settings_token(o->settings, "unk_token");

    MPCF_TRY(unigram_rebuild_json(&o->t->unigram, json_object_get(root, "model"),
                                  is_camembert ? unknown : NULL, o->path, o->err));
    MPCF_TRY(keep_table(o->t, o->err));
    MPCF_TRY(tokenizer_add_tokens_json(o->t, o->settings->added, o->path, o->err));
    MPCF_TRY(add_unused(o));
    return sentencepiece_set_steps(o->t, o->settings, o->err);
}

static mpcf_status read_file(const struct opening *o, const json_t *root)
{
    MPCF_TRY(tokenizer_load_json(o->t, root, o->path, o->err));
    if (o->t->model != MODEL_UNIGRAM) {
        return mpcf_fail(o->err, MPCF_E_UNSUPPORTED,
                         "%s: its model is no Unigram, but tokenizer_class '%s' is: name "
                         "PreTrainedTokenizerFast if the file is right",
                         o->path, o->settings->class_name);
    }
    added_tokens_clear(&o->t->added); /* those that count are among the settings */
    return rebuild(o, root);
}

mpcf_status tokenizer_build_sentencepiece(struct tokenizer *t, const struct tokenizer_settings *s,
                                          const char *folder, const json_t *file, mpcf_error *err)
{
    char *path = file_join(folder, file != NULL ? "tokenizer.json" : MODEL_FILE);
    const struct opening o = {.t = t, .settings = s, .folder = folder, .path = path, .err = err};
    mpcf_status status = MPCF_OK;

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    status = file != NULL ? read_file(&o, file) : read_model(&o);
    mpcf_free(path);
    return status;
}
