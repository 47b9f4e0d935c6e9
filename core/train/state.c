/* SPDX-License-Identifier: Apache-2.0 */
/* How a stage's arrays and facts are saved, and whether a saved state is whole and fits. */
#include "train/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"

#define FACTS_KEY  "mpcf"
#define DIGEST_KEY "sha256"

/* SHA-256 over facts, names, lengths and values: a state that was damaged is not gone on with. */
static mpcf_status digest_of(const char *facts, const struct tensor_out *tensors, size_t count,
                             char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct digest *sum = digest_begin();

    if (sum == NULL) {
        return mpcf_fail_memory(err, 0, "a digest");
    }
    digest_add(sum, facts, strlen(facts) + 1);
    for (size_t i = 0; i < count; i++) {
        digest_add(sum, tensors[i].name, strlen(tensors[i].name) + 1);
        digest_add(sum, &tensors[i].dim[0], sizeof(tensors[i].dim[0]));
        digest_add(sum, tensors[i].data, (size_t) tensors[i].dim[0] * sizeof(float));
    }
    digest_end(sum, digest);
    return MPCF_OK;
}

/* --- Saving --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct tensor_out *) a)->name, ((const struct tensor_out *) b)->name);
}

/* Arrays that are saved, in order of their names, as the file has them when read. */
static size_t list_tensors(const struct state_array *arrays, size_t count,
                           struct tensor_out *tensors)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (arrays[i].count > 0) {
            tensors[used++] = (struct tensor_out){.name = arrays[i].name,
                                                  .rank = 1,
                                                  .dim = {arrays[i].count},
                                                  .data = arrays[i].data};
        }
    }
    qsort(tensors, used, sizeof(*tensors), by_name);
    return used;
}

static mpcf_status write_state(const char *path, const char *facts,
                               const struct tensor_out *tensors, size_t count, mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];
    struct file_write *file = NULL;

    MPCF_TRY(digest_of(facts, tensors, count, digest, err));
    json_t *metadata = json_pack("{s:s, s:s}", FACTS_KEY, facts, DIGEST_KEY, digest);
    if (metadata == NULL) {
        return mpcf_fail_memory(err, strlen(facts), "a state's facts");
    }
    mpcf_status status = file_write_begin(path, &file, err);
    if (status == MPCF_OK) {
        status = safetensors_put(file_write_stream(file), tensors, count, metadata, err);
    }
    json_decref(metadata);
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return mpcf_fail_while(err, status, "writing '%s'", path);
    }
    return file_write_commit(file, err);
}

mpcf_status state_save(const char *path, const json_t *facts, const struct state_array *arrays,
                       size_t count, mpcf_error *err)
{
    struct tensor_out *tensors = mpcf_alloc_array(count + 1, sizeof(*tensors));
    char *text = json_text(facts, JSON_COMPACT | JSON_SORT_KEYS);
    mpcf_status status = MPCF_OK;

    if (tensors == NULL || text == NULL) {
        status = mpcf_fail_memory(err, count * sizeof(*tensors), "a state");
    } else {
        size_t used = list_tensors(arrays, count, tensors);
        status = write_state(path, text, tensors, used, err);
    }
    free(text);
    mpcf_free(tensors);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "saving state '%s'", path);
    }
    return status;
}

/* --- Loading --- */

/* The text of the facts; belongs to S. */
static mpcf_status facts_text(const struct safetensors *s, const char **text, const char **digest,
                              mpcf_error *err)
{
    *text = safetensors_metadata(s, FACTS_KEY);
    *digest = safetensors_metadata(s, DIGEST_KEY);
    if (*text == NULL || *digest == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "it is not a saved state: its metadata have no '" FACTS_KEY
                         "' or no '" DIGEST_KEY "'");
    }
    return MPCF_OK;
}

static mpcf_status check_digest(const struct safetensors *s, mpcf_error *err)
{
    const char *text = NULL, *want = NULL;
    char found[FILE_DIGEST_SIZE];
    size_t count = safetensors_count(s);

    MPCF_TRY(facts_text(s, &text, &want, err));
    struct tensor_out *tensors = mpcf_alloc_array(count + 1, sizeof(*tensors));
    if (tensors == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*tensors), "a state");
    }
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; i < count && status == MPCF_OK; i++) {
        const struct tensor *t = safetensors_tensor(s, i);
        if (t->type != TENSOR_F32 || t->rank != 1) {
            status = mpcf_fail(err, MPCF_E_FORMAT, "'%.200s' is not a list of floats", t->name);
        }
        tensors[i] =
            (struct tensor_out){.name = t->name, .rank = 1, .dim = {t->count}, .data = t->data};
    }
    if (status == MPCF_OK) {
        status = digest_of(text, tensors, count, found, err);
    }
    mpcf_free(tensors);
    if (status == MPCF_OK && strcmp(found, want) != 0) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "its SHA-256 is %s, expected %.64s: it is damaged",
                           found, want);
    }
    return status;
}

static mpcf_status check_array(const struct safetensors *s, const struct state_array *array,
                               mpcf_error *err)
{
    const struct tensor *t = safetensors_find(s, array->name);

    if (t == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "it has no '%s'", array->name);
    }
    if (t->count != array->count) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' has %zu values, expected %zu", array->name,
                         t->count, array->count);
    }
    return MPCF_OK;
}

/* All checks stand before the first value is copied. */
static mpcf_status load(const struct safetensors *s, const struct state_array *arrays, size_t count,
                        mpcf_error *err)
{
    MPCF_TRY(check_digest(s, err));
    for (size_t i = 0; i < count; i++) {
        if (arrays[i].count > 0) {
            MPCF_TRY(check_array(s, &arrays[i], err));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (arrays[i].count > 0) {
            const struct tensor *t = safetensors_find(s, arrays[i].name);
            memcpy(arrays[i].data, t->data, t->count * sizeof(float));
        }
    }
    return MPCF_OK;
}

mpcf_status state_load(const char *path, const struct state_array *arrays, size_t count,
                       mpcf_error *err)
{
    struct safetensors *s = NULL;

    MPCF_TRY(safetensors_open(path, &s, err));
    mpcf_status status = load(s, arrays, count, err);
    safetensors_close(s);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "loading state '%s'", path);
    }
    return status;
}

mpcf_status state_facts(const char *path, json_t **facts, mpcf_error *err)
{
    struct safetensors *s = NULL;
    const char *text = NULL, *digest = NULL;

    MPCF_TRY(safetensors_open(path, &s, err));
    mpcf_status status = facts_text(s, &text, &digest, err);
    if (status == MPCF_OK) {
        status = json_read_text(text, strlen(text), path, facts, err);
    }
    safetensors_close(s);
    return status;
}
