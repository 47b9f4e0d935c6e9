/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a folder of Hugging Face's holds: its config and the tensors of one file or of the shards
 * that an index names.
 */
#include "checkpoint/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/memory.h"
#include "checkpoint/checkpoint_inside.h"
#include "format/json.h"
#include "format/tensor_convert.h"

#define SHARDS_MAX 4096

/* In order: the first that is there counts, as in the library. */
static const struct {
    const char *file, *index;
} forms[] = {
    {"model.safetensors", "model.safetensors.index.json"},
    {"pytorch_model.bin", "pytorch_model.bin.index.json"},
};

/* What others keep weights in. */
static const char *const foreign_files[] = {"tf_model.h5",        "model.ckpt.index",
                                            "flax_model.msgpack", "adapter_model.safetensors",
                                            "adapter_model.bin",  "model.onnx"};

static bool folder_has(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool has = path != NULL && file_exists(path);

    mpcf_free(path);
    return has;
}

static mpcf_status read_object(const char *folder, const char *name, json_t **out, mpcf_error *err)
{
    json_t *value = NULL;
    char *path = file_join(folder, name);

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder) + strlen(name), "a path");
    }
    mpcf_status status = json_read_file(path, &value, err);
    if (status == MPCF_OK && !json_is_object(value)) {
        json_decref(value);
        status = mpcf_fail(err, MPCF_E_FORMAT, "'%s': expected an object, { ... }", path);
    }
    mpcf_free(path);
    if (status == MPCF_OK) {
        *out = value;
    }
    return status;
}

/* --- Shards --- */

static mpcf_status open_shard(struct checkpoint *c, const char *name, mpcf_error *err)
{
    struct shard *grown =
        mpcf_grow_array(c->shards, c->shard_count, c->shard_count + 1, sizeof(*grown));

    if (grown == NULL) {
        return mpcf_fail_memory(err, sizeof(*grown), "a list of shards");
    }
    c->shards = grown;
    struct shard *shard = &c->shards[c->shard_count];
    shard->name = mpcf_strdup(name);
    char *path = file_join(c->folder, name);
    mpcf_status status = MPCF_OK;
    if (shard->name == NULL || path == NULL) {
        status = mpcf_fail_memory(err, strlen(name), "a shard's name");
    }
    c->shard_count++;
    if (status == MPCF_OK) {
        status = weights_file_open(path, &shard->file, err);
    }
    mpcf_free(path);
    return status;
}

/* The shard NAME, opened where it is not yet. */
static mpcf_status need_shard(struct checkpoint *c, const char *index, const char *name,
                              mpcf_error *err)
{
    for (size_t i = 0; i < c->shard_count; i++) {
        if (strcmp(c->shards[i].name, name) == 0) {
            return MPCF_OK;
        }
    }
    if (c->shard_count == SHARDS_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: more than %d shards", index, SHARDS_MAX);
    }
    return open_shard(c, name, err);
}

/* The index comes from a stranger: it must not lead out of the folder. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static mpcf_status open_shards(struct checkpoint *c, const char *index, json_t *map,
                               mpcf_error *err)
{
    const char *tensor;
    json_t *value;

    json_object_foreach(map, tensor, value)
    {
        const char *file = json_string_value(value);
        if (file == NULL || !is_plain_name(file)) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "%s: '%.200s' is not mapped to a file of the folder", index, tensor);
        }
        MPCF_TRY(need_shard(c, index, file, err));
    }
    return MPCF_OK;
}

static mpcf_status open_index(struct checkpoint *c, const char *name, mpcf_error *err)
{
    json_t *index = NULL;

    MPCF_TRY(read_object(c->folder, name, &index, err));
    json_t *map = json_object_get(index, "weight_map");
    mpcf_status status = MPCF_OK;
    if (!json_is_object(map) || json_object_size(map) == 0) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "%s: 'weight_map' is missing or empty", name);
    }
    if (status == MPCF_OK) {
        status = open_shards(c, name, map, err);
    }
    json_decref(index);
    return status;
}

/* Names of weights that are there and that nobody here reads. */
static mpcf_status fail_no_weights(const struct checkpoint *c, mpcf_error *err)
{
    const char *found = NULL;

    for (size_t i = 0; found == NULL && i < sizeof(foreign_files) / sizeof(foreign_files[0]); i++) {
        found = folder_has(c->folder, foreign_files[i]) ? foreign_files[i] : NULL;
    }
    return mpcf_fail(
        err, found == NULL ? MPCF_E_IO : MPCF_E_UNSUPPORTED,
        "no weights are there: neither model.safetensors nor pytorch_model.bin, nor an "
        "index of either%s%s%s",
        found == NULL ? "" : "; '", found == NULL ? "" : found,
        found == NULL ? "" : "' is not read");
}

static mpcf_status open_weights(struct checkpoint *c, mpcf_error *err)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const size_t refusals = memory_refusals();
        const bool has_file = folder_has(c->folder, forms[i].file);
        const bool has_index = folder_has(c->folder, forms[i].index);

        if (memory_refusals() != refusals) {
            return mpcf_fail_memory(err, strlen(c->folder), "a path");
        }
        if (has_file || has_index) {
            return has_file ? open_shard(c, forms[i].file, err)
                            : open_index(c, forms[i].index, err);
        }
    }
    return fail_no_weights(c, err);
}

/* --- The list of tensors --- */

static int compare_tensors(const void *a, const void *b)
{
    const struct listed_tensor *x = a;
    const struct listed_tensor *y = b;

    return strcmp(x->tensor->name, y->tensor->name);
}

static mpcf_status list_tensors(struct checkpoint *c, mpcf_error *err)
{
    size_t room = 0;

    for (size_t i = 0; i < c->shard_count; i++) {
        room += weights_file_count(c->shards[i].file);
    }
    if (room == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "no tensor is in its files");
    }
    c->tensors = mpcf_alloc_array(room, sizeof(*c->tensors));
    if (c->tensors == NULL) {
        return mpcf_fail_memory(err, room * sizeof(*c->tensors), "a list of tensors");
    }
    for (size_t i = 0; i < c->shard_count; i++) {
        for (size_t j = 0; j < weights_file_count(c->shards[i].file); j++) {
            c->tensors[c->tensor_count++] =
                (struct listed_tensor){weights_file_tensor(c->shards[i].file, j), &c->shards[i]};
        }
    }
    qsort(c->tensors, c->tensor_count, sizeof(*c->tensors), compare_tensors);
    return MPCF_OK;
}

/* --- The checkpoint --- */

static mpcf_status open_all(struct checkpoint *c, const char *folder, mpcf_error *err)
{
    if (!file_is_folder(folder)) {
        return mpcf_fail(err, MPCF_E_IO, "there is no such folder");
    }
    c->folder = mpcf_strdup(folder);
    if (c->folder == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a path");
    }
    MPCF_TRY(read_object(folder, "config.json", &c->config, err));
    MPCF_TRY(open_weights(c, err));
    return list_tensors(c, err);
}

mpcf_status checkpoint_open(const char *folder, struct checkpoint **out, mpcf_error *err)
{
    struct checkpoint *c = mpcf_alloc_array(1, sizeof(*c));

    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof(*c), "a checkpoint");
    }
    mpcf_status status = open_all(c, folder, err);
    if (status != MPCF_OK) {
        checkpoint_close(c);
        return mpcf_fail_while(err, status, "opening checkpoint '%s'", folder);
    }
    *out = c;
    return MPCF_OK;
}

void checkpoint_close(struct checkpoint *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->shard_count; i++) {
        weights_file_close(c->shards[i].file);
        mpcf_free(c->shards[i].name);
    }
    mpcf_free(c->shards);
    mpcf_free(c->tensors);
    json_decref(c->config);
    mpcf_free(c->folder);
    mpcf_free(c);
}

const json_t *checkpoint_config(const struct checkpoint *c)
{
    return c->config;
}

const char *checkpoint_folder(const struct checkpoint *c)
{
    return c->folder;
}

size_t checkpoint_tensor_count(const struct checkpoint *c)
{
    return c->tensor_count;
}

const char *checkpoint_tensor_name(const struct checkpoint *c, size_t i)
{
    return i < c->tensor_count ? c->tensors[i].tensor->name : NULL;
}

static const struct listed_tensor *find(const struct checkpoint *c, const char *name)
{
    const struct tensor key = {.name = name};
    const struct listed_tensor wanted = {.tensor = &key};

    return bsearch(&wanted, c->tensors, c->tensor_count, sizeof(*c->tensors), compare_tensors);
}

const struct tensor *checkpoint_tensor(const struct checkpoint *c, const char *name)
{
    const struct listed_tensor *found = find(c, name);

    return found == NULL ? NULL : found->tensor;
}

mpcf_status checkpoint_check_once(const struct checkpoint *c, const char *name, mpcf_error *err)
{
    const struct listed_tensor *found = find(c, name), *other = NULL;

    if (found != NULL && found > c->tensors && compare_tensors(found - 1, found) == 0) {
        other = found - 1;
    } else if (found != NULL && found + 1 < c->tensors + c->tensor_count &&
               compare_tensors(found + 1, found) == 0) {
        other = found + 1;
    }
    return other == NULL ? MPCF_OK
                         : mpcf_fail(err, MPCF_E_FORMAT, "tensor '%.200s' is in '%s' and in '%s'",
                                     name, found->shard->name, other->shard->name);
}

void checkpoint_digest(const struct checkpoint *c, struct digest *digest)
{
    for (size_t i = 0; i < c->tensor_count; i++) {
        const struct tensor *t = c->tensors[i].tensor;

        digest_add(digest, t->name, strlen(t->name));
        digest_add(digest, &t->type, sizeof t->type);
        digest_add(digest, t->dim, t->rank * sizeof t->dim[0]);
        if (t->stride != NULL) {
            digest_add(digest, t->stride, t->rank * sizeof t->stride[0]);
        }
        digest_add(digest, t->data, tensor_bytes(t));
    }
}
