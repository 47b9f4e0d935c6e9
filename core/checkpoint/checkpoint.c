/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a folder of Hugging Face's holds: its config and the tensors of one file or of shards,
 * checked against the index.
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

#define MODEL_FILE       "model.safetensors"
#define INDEX_FILE       "model.safetensors.index.json"
#define TORCH_FILE       "pytorch_model.bin"
#define TORCH_INDEX_FILE "pytorch_model.bin.index.json"
#define SHARDS_MAX       4096

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
        status = safetensors_open(path, &shard->file, err);
    }
    mpcf_free(path);
    return status;
}

/* The shard NAME, opened where it is not yet. */
static mpcf_status need_shard(struct checkpoint *c, const char *name,
                              const struct safetensors **out, mpcf_error *err)
{
    for (size_t i = 0; i < c->shard_count; i++) {
        if (strcmp(c->shards[i].name, name) == 0) {
            *out = c->shards[i].file;
            return MPCF_OK;
        }
    }
    if (c->shard_count == SHARDS_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT, INDEX_FILE ": more than %d shards", SHARDS_MAX);
    }
    MPCF_TRY(open_shard(c, name, err));
    *out = c->shards[c->shard_count - 1].file;
    return MPCF_OK;
}

/* The index comes from a stranger: it must not lead out of the folder. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static mpcf_status open_shards(struct checkpoint *c, json_t *map, mpcf_error *err)
{
    const char *tensor;
    json_t *value;
    json_object_foreach(map, tensor, value)
    {
        const char *file = json_string_value(value);
        if (file == NULL || !is_plain_name(file)) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             INDEX_FILE ": '%.200s' is not mapped to a file of the folder", tensor);
        }
        const struct safetensors *shard = NULL;
        MPCF_TRY(need_shard(c, file, &shard, err));
        if (safetensors_find(shard, tensor) == NULL) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             INDEX_FILE ": tensor '%.200s' is said to be in '%s' but is not",
                             tensor, file);
        }
    }
    return MPCF_OK;
}

/* Every tensor of a shard is the one that the index means: none is there twice or unlisted. */
static mpcf_status check_shards(const struct checkpoint *c, const json_t *map, mpcf_error *err)
{
    for (size_t i = 0; i < c->shard_count; i++) {
        const struct shard *shard = &c->shards[i];
        for (size_t j = 0; j < safetensors_count(shard->file); j++) {
            const char *name = safetensors_tensor(shard->file, j)->name;
            const char *want = json_string_value(json_object_get(map, name));
            if (want == NULL || strcmp(want, shard->name) != 0) {
                return mpcf_fail(err, MPCF_E_FORMAT,
                                 "'%s' has tensor '%.200s', which " INDEX_FILE " puts into %s%s%s",
                                 shard->name, name, want == NULL ? "no file" : "'",
                                 want == NULL ? "" : want, want == NULL ? "" : "'");
            }
        }
    }
    return MPCF_OK;
}

static mpcf_status open_index(struct checkpoint *c, mpcf_error *err)
{
    json_t *index = NULL;
    MPCF_TRY(read_object(c->folder, INDEX_FILE, &index, err));
    json_t *map = json_object_get(index, "weight_map");
    mpcf_status status = MPCF_OK;
    if (!json_is_object(map) || json_object_size(map) == 0) {
        status = mpcf_fail(err, MPCF_E_FORMAT, INDEX_FILE ": 'weight_map' is missing or empty");
    }
    if (status == MPCF_OK) {
        status = open_shards(c, map, err);
    }
    if (status == MPCF_OK) {
        status = check_shards(c, map, err);
    }
    json_decref(index);
    return status;
}

static mpcf_status open_weights(struct checkpoint *c, mpcf_error *err)
{
    const size_t refusals = memory_refusals();
    const bool has_model = folder_has(c->folder, MODEL_FILE);
    const bool has_index = folder_has(c->folder, INDEX_FILE);
    const bool has_torch =
        folder_has(c->folder, TORCH_FILE) || folder_has(c->folder, TORCH_INDEX_FILE);

    if (memory_refusals() != refusals) {
        return mpcf_fail_memory(err, strlen(c->folder), "a path");
    }
    if (has_model) {
        return open_shard(c, MODEL_FILE, err);
    }
    if (has_index) {
        return open_index(c, err);
    }
    if (has_torch) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "only " TORCH_FILE
                         " is there, which is not read: convert it to " MODEL_FILE
                         " (in Python: AutoModel.from_pretrained(folder) and then "
                         "save_pretrained(folder, safe_serialization=True))");
    }
    return mpcf_fail(err, MPCF_E_IO, "neither " MODEL_FILE " nor " INDEX_FILE " is there");
}

/* --- The list of tensors --- */

static int compare_tensors(const void *a, const void *b)
{
    const struct tensor *const *x = a;
    const struct tensor *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static mpcf_status list_tensors(struct checkpoint *c, mpcf_error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < c->shard_count; i++) {
        room += safetensors_count(c->shards[i].file);
    }
    if (room == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "no tensor is in its files");
    }
    c->tensors = mpcf_alloc_array(room, sizeof(*c->tensors));
    if (c->tensors == NULL) {
        return mpcf_fail_memory(err, room * sizeof(*c->tensors), "a list of tensors");
    }
    for (size_t i = 0; i < c->shard_count; i++) {
        for (size_t j = 0; j < safetensors_count(c->shards[i].file); j++) {
            c->tensors[c->tensor_count++] = safetensors_tensor(c->shards[i].file, j);
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
        safetensors_close(c->shards[i].file);
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
    return i < c->tensor_count ? c->tensors[i]->name : NULL;
}

const struct tensor *checkpoint_tensor(const struct checkpoint *c, const char *name)
{
    const struct tensor key = {.name = name};
    const struct tensor *key_place = &key;
    const struct tensor *const *found =
        bsearch(&key_place, c->tensors, c->tensor_count, sizeof(*c->tensors), compare_tensors);
    return found == NULL ? NULL : *found;
}

void checkpoint_digest(const struct checkpoint *c, struct digest *digest)
{
    for (size_t i = 0; i < c->tensor_count; i++) {
        const struct tensor *t = c->tensors[i];

        digest_add(digest, t->name, strlen(t->name));
        digest_add(digest, &t->type, sizeof t->type);
        digest_add(digest, t->dim, t->rank * sizeof t->dim[0]);
        digest_add(digest, t->data, t->count * tensor_type_size(t->type));
    }
}
