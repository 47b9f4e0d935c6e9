/* SPDX-License-Identifier: Apache-2.0 */
/* A tokenizer from the files of a folder: which of them are read, and in which order. */
#include "text/tokenizer.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_plain.h"
#include "text/tokenizer_sentencepiece.h"

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

int32_t tokenizer_pad_id(const struct tokenizer *t)
{
    return (int32_t) t->spec.pad_id;
}

/* Reads FOLDER/NAME as JSON; *OUT stays NULL where it is not there. */
static mpcf_status read_json(const char *folder, const char *name, json_t **out, mpcf_error *err)
{
    char *path = file_join(folder, name);
    mpcf_status status = MPCF_OK;

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    if (file_exists(path)) {
        status = json_read_file(path, out, err);
    }
    mpcf_free(path);
    return status;
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

static mpcf_status open_byte_bpe(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    json_t *words = NULL;
    mpcf_status status = read_json(folder, "vocab.json", &words, err);

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

static mpcf_status read_words(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    switch (t->spec.kind) {
    case MPCF_TOKENIZER_WORDPIECE:
        return read_text(t, folder, "vocab.txt", tokenizer_load_words, err);
    case MPCF_TOKENIZER_BYTE_BPE:
        return open_byte_bpe(t, folder, err);
    case MPCF_TOKENIZER_UNIGRAM:
        break;
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "tokenizer of kind %d", (int) t->spec.kind);
}

/* What the family's files are where there is no tokenizer.json: vocab.txt, or vocab.json and
 * merges.txt, with tokenizer_config.json where there is one. */
static mpcf_status open_plain(struct tokenizer *t, const char *folder, mpcf_error *err)
{
    json_t *config = NULL;
    mpcf_status status = read_json(folder, "tokenizer_config.json", &config, err);

    if (status == MPCF_OK) {
        status = read_words(t, folder, err);
    }
    if (status == MPCF_OK) {
        status = tokenizer_set_defaults(t, config, folder, err);
    }
    json_decref(config);
    return status;
}

mpcf_status tokenizer_open(const char *folder, const mpcf_tokenizer_spec *spec,
                           struct tokenizer **out, mpcf_error *err)
{
    struct tokenizer *t = NULL;
    json_t *root = NULL;
    mpcf_status status = tokenizer_create(spec, &t, err);

    if (status == MPCF_OK) {
        status = read_json(folder, "tokenizer.json", &root, err);
    }
    if (status == MPCF_OK && spec->kind == MPCF_TOKENIZER_UNIGRAM) {
        status = tokenizer_open_unigram(t, folder, root, err);
    } else if (status == MPCF_OK) {
        status = root != NULL ? tokenizer_load_json(t, root, "tokenizer.json", err)
                              : open_plain(t, folder, err);
    }
    json_decref(root);
    if (status == MPCF_OK) {
        status = tokenizer_finish(t, err);
    }
    if (status != MPCF_OK) {
        tokenizer_close(t);
        return mpcf_fail_while(err, status, "reading the tokenizer of '%s'", folder);
    }
    *out = t;
    return MPCF_OK;
}
