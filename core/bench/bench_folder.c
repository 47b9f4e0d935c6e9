/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the folder of a measured run: config.json, vocabulary, random texts, pipeline file.
 */
#include "bench/bench_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "bench/bench_shape.h"
#include "bench/bench_tokenizer.h"
#include "bench/bench_write.h"
#include "format/json.h"
#include "network/label_names.h"
#include "text/tokenizer_files.h"

enum { CALIBRATION_ROWS = 8 };

/* --- Tokenizer --- */

static mpcf_status write_tokenizer(const struct bench_folder *f, const char *model,
                                   const char *from, mpcf_error *err)
{
    if (f->has_checkpoint && tokenizer_files_have_words(from)) {
        return tokenizer_files_copy(from, model, err);
    }
    return bench_tokenizer_write(model, f->family,
                                 json_integer_value(json_object_get(f->config, "vocab_size")), err);
}

/* --- Texts --- */

/* One word a token at least: what is too long is cut, so that every text fills all tokens. */
static mpcf_status write_rows(const char *folder, const char *name, size_t rows, size_t tokens,
                              int64_t vocabulary, uint64_t *random, mpcf_error *err)
{
    struct text_buffer text = {0};

    text_append(&text, "sentence\tlabel\n");
    for (size_t i = 0; i < rows; i++) {
        for (size_t t = 0; t < tokens; t++) {
            const uint64_t word = 5 + random_next(random) % (uint64_t) (vocabulary - 5);

            text_printf(&text, "%st%llu", t == 0 ? "" : " ", (unsigned long long) word);
        }
        text_printf(&text, "\t%d\n", (int) (i % 2));
    }
    return bench_write(folder, name, &text, err);
}

static mpcf_status write_data(const struct bench_secure_request *request,
                              const struct bench_folder *f, mpcf_error *err)
{
    uint64_t random = 1;
    const int64_t vocabulary = json_integer_value(json_object_get(f->config, "vocab_size"));
    char *folder = file_join(f->path, "data");
    mpcf_status status =
        folder != NULL ? file_make_folder(folder, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = write_rows(folder, "train.tsv", CALIBRATION_ROWS, request->tokens, vocabulary,
                            &random, err);
    }
    if (status == MPCF_OK) {
        status = write_rows(folder, "dev.tsv", request->batch * request->repeat, request->tokens,
                            vocabulary, &random, err);
    }
    mpcf_free(folder);
    return status;
}

static size_t label_count(const json_t *config)
{
    const size_t said = label_names_count(config);

    return said > 0 ? said : 2;
}

static mpcf_status write_pipeline(const struct bench_secure_request *request,
                                  const struct bench_folder *f, mpcf_error *err)
{
    struct text_buffer text = {0};

    text_printf(
        &text,
        "version: 1\noutput: run\nmodel: {family: %s, path: model, labels: %zu, new_head: true}\n",
        f->family, label_count(f->config));
    text_printf(&text, "dataset: {reader: glue, task: SST-2, path: data, max_length: %zu}\n",
                request->tokens);
    text_printf(&text, "approximations: {activation: %s, normaliser: %s", request->activation,
                request->normaliser);
    if (request->layer_norm != NULL && request->layer_norm[0] != '\0') {
        text_printf(&text, ", layer_norm: %s", request->layer_norm);
    }
    text_append(&text, "}\n");
    text_printf(&text, "transport: {name: %s}\nstages:\n", request->transport);
    text_printf(&text, "  calibrate: {examples: %d, margin_bits: 2}\n", CALIBRATION_ROWS);
    text_printf(&text, "  infer: {batch: %zu, length: %s", request->batch, bench_length(request));
    if (request->plan != NULL) {
        text_printf(&text, ", network: %s", request->plan);
    }
    text_append(&text, "}\n");
    return bench_write(f->path, "pipeline.yaml", &text, err);
}

/* --- The folder --- */

static mpcf_status read_config(const char *folder, json_t **out, mpcf_error *err)
{
    if (!file_is_folder(folder)) {
        struct text_buffer names = {0};
        bench_shape_names(&names);
        const mpcf_status status =
            mpcf_fail(err, MPCF_E_CONFIG, "--model: '%s' is no folder, and none of %s", folder,
                      text_string(&names));
        text_clear(&names);
        return status;
    }
    char *path = file_join(folder, "config.json");
    mpcf_status status =
        path != NULL ? json_read_file(path, out, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

static mpcf_status take_config(const struct bench_secure_request *request, struct bench_folder *f,
                               mpcf_error *err)
{
    const char *type = NULL;

    f->config = bench_shape(request->model);
    f->has_checkpoint = f->config == NULL;
    if (f->has_checkpoint) {
        MPCF_TRY(read_config(request->model, &f->config, err));
    }
    if (f->has_checkpoint && request->ranges != BENCH_RANGES_RANDOM) {
        return mpcf_fail(err, MPCF_E_CONFIG, "--ranges: '%s' is a checkpoint, which has its own",
                         request->model);
    }
    type = json_string_value(json_object_get(f->config, "model_type"));
    f->family = type != NULL ? type : "bert";
    if (json_integer_value(json_object_get(f->config, "vocab_size")) < 32) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: vocab_size is below 32", request->model);
    }
    return MPCF_OK;
}

static mpcf_status write_model(const struct bench_secure_request *request,
                               const struct bench_folder *f, mpcf_error *err)
{
    char *model = file_join(f->path, "model");
    char *config = model != NULL ? file_join(model, "config.json") : NULL;
    mpcf_status status =
        config != NULL ? file_make_folder(model, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = json_write_file(config, f->config, err);
    }
    if (status == MPCF_OK) {
        status = write_tokenizer(f, model, request->model, err);
    }
    mpcf_free(config);
    mpcf_free(model);
    return status;
}

static mpcf_status make_folder(struct bench_folder *f, mpcf_error *err)
{
    const char *where = getenv("TMPDIR");
    char *path =
        mpcf_format("%s/mpcf-bench-XXXXXX", where != NULL && *where != '\0' ? where : "/tmp");
    mpcf_status status = MPCF_OK;

    if (path == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    if (mkdtemp(path) != NULL) {
        f->path = path; /* from here on it is removed with all that is in it */
        path = NULL;
        f->pipeline = file_join(f->path, "pipeline.yaml");
        status = f->pipeline != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
    } else {
        status =
            mpcf_fail(err, MPCF_E_IO, "cannot make the folder '%s': %s", path, strerror(errno));
    }
    mpcf_free(path);
    return status;
}

mpcf_status bench_folder_create(const struct bench_secure_request *request,
                                struct bench_folder *out, mpcf_error *err)
{
    struct bench_folder f = {0};
    mpcf_status status = take_config(request, &f, err);

    if (status == MPCF_OK) {
        status = make_folder(&f, err);
    }
    if (status == MPCF_OK) {
        status = write_model(request, &f, err);
    }
    if (status == MPCF_OK) {
        status = write_data(request, &f, err);
    }
    if (status == MPCF_OK) {
        status = write_pipeline(request, &f, err);
    }
    if (status != MPCF_OK) {
        bench_folder_remove(&f);
        return status;
    }
    *out = f;
    return MPCF_OK;
}

/* Every text is TOKENS long: nothing is padded, so a batch of one needs no mask. */
const char *bench_length(const struct bench_secure_request *request)
{
    return request->length != NULL ? request->length : request->batch == 1 ? "exact" : "full";
}

void bench_folder_remove(struct bench_folder *folder)
{
    if (folder->path != NULL) {
        (void) file_remove_tree(folder->path, NULL); /* nothing to be done where it fails */
    }
    json_decref(folder->config);
    mpcf_free(folder->path);
    mpcf_free(folder->pipeline);
    *folder = (struct bench_folder){0};
}

mpcf_status bench_folder_say(const struct bench_folder *folder, const char *name,
                             mpcf_status status, mpcf_error *err)
{
    const size_t length = strlen(folder->pipeline);
    const char *text = mpcf_error_text(err);
    struct text_buffer said = {0};

    if (status != MPCF_E_CONFIG || strncmp(text, folder->pipeline, length) != 0) {
        return status;
    }
    while (*text != '\0') {
        if (strncmp(text, folder->pipeline, length) == 0) { /* and ":LINE:COLUMN: " */
            text += length;
            text += strspn(text, ":0123456789");
            text_append(&said, name);
        }
        text_printf(&said, "%.*s", (int) strcspn(text, "\n"), text);
        text += strcspn(text, "\n");
        if (*text == '\n') {
            text_append(&said, "\n");
            text++;
        }
    }
    mpcf_error_reset(err);
    status = mpcf_fail(err, status, "%s", text_string(&said));
    text_clear(&said);
    return status;
}
