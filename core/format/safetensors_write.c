/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a safetensors file is written: a header of names, types, shapes and places, and the data
 * after it.
 */
#include "format/safetensors_write.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"

#define DATA_ALIGNMENT 8

static size_t element_count(const struct tensor_out *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->rank; i++) {
        count *= (size_t) t->dim[i];
    }
    return count;
}

/* NULL: memory. */
static json_t *shape_json(const struct tensor_out *t)
{
    json_t *shape = json_array();
    for (size_t i = 0; i < t->rank; i++) {
        if (json_array_append_new(shape, json_integer((json_int_t) t->dim[i])) != 0) {
            json_decref(shape);
            return NULL;
        }
    }
    return shape;
}

/* Puts T's entry into HEADER; *OFFSET is where its data begin, and then where they end. */
static mpcf_status add_entry(json_t *header, const struct tensor_out *t, uint64_t *offset,
                             mpcf_error *err)
{
    assert(t->rank <= sizeof(t->dim) / sizeof(t->dim[0]));
    if (json_object_get(header, t->name) != NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "two tensors are named '%.200s'", t->name);
    }
    uint64_t end = *offset + (uint64_t) element_count(t) * sizeof(float);
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape_json(t),
                              "data_offsets", (json_int_t) *offset, (json_int_t) end);
    if (json_object_set_new(header, t->name, entry) != 0) {
        size_t length = strlen(t->name);
        return text_utf8_valid(t->name, length) == length
                   ? mpcf_fail_memory(err, length, "a safetensors header")
                   : mpcf_fail(err, MPCF_E_INVALID, "the name of tensor '%.200s' is not UTF-8",
                               t->name);
    }
    *offset = end;
    return MPCF_OK;
}

static mpcf_status build_header(const struct tensor_out *tensors, size_t count,
                                const json_t *metadata, json_t **out, mpcf_error *err)
{
    json_t *facts =
        metadata == NULL ? json_pack("{s:s}", "format", "pt") : json_deep_copy(metadata);
    json_t *header = json_pack("{s:o}", "__metadata__", facts);
    mpcf_status status =
        header == NULL ? mpcf_fail_memory(err, 0, "a safetensors header") : MPCF_OK;
    uint64_t offset = 0;
    for (size_t i = 0; i < count && status == MPCF_OK; i++) {
        status = add_entry(header, &tensors[i], &offset, err);
    }
    if (status != MPCF_OK) {
        json_decref(header);
        return status;
    }
    *out = header;
    return MPCF_OK;
}

/* Length, text, and spaces that let the data begin at a multiple of 8. */
static bool put_header(FILE *stream, const char *text)
{
    static const char spaces[DATA_ALIGNMENT] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
    size_t length = strlen(text);
    size_t padding = (DATA_ALIGNMENT - length % DATA_ALIGNMENT) % DATA_ALIGNMENT;
    uint64_t total = length + padding;
    return fwrite(&total, sizeof(total), 1, stream) == 1 &&
           fwrite(text, 1, length, stream) == length &&
           fwrite(spaces, 1, padding, stream) == padding;
}

static bool put_data(FILE *stream, const struct tensor_out *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t elements = element_count(&tensors[i]);
        if (elements > 0 && fwrite(tensors[i].data, sizeof(float), elements, stream) != elements) {
            return false;
        }
    }
    return true;
}

mpcf_status safetensors_put(FILE *stream, const struct tensor_out *tensors, size_t count,
                            const json_t *metadata, mpcf_error *err)
{
    json_t *header = NULL;
    MPCF_TRY(build_header(tensors, count, metadata, &header, err));
    char *text = json_text(header, JSON_COMPACT);
    json_decref(header);
    if (text == NULL) {
        return mpcf_fail_memory(err, 0, "a safetensors header");
    }
    errno = 0;
    bool whole = put_header(stream, text) && put_data(stream, tensors, count);
    int reason = errno;
    free(text);
    if (!whole) {
        return mpcf_fail(err, MPCF_E_IO, "writing tensors: %s", strerror(reason));
    }
    return MPCF_OK;
}

mpcf_status safetensors_write(const char *path, const struct tensor_out *tensors, size_t count,
                              mpcf_error *err)
{
    struct file_write *file = NULL;
    MPCF_TRY(file_write_begin(path, &file, err));
    mpcf_status status = safetensors_put(file_write_stream(file), tensors, count, NULL, err);
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return mpcf_fail_while(err, status, "writing '%s'", path);
    }
    return file_write_commit(file, err);
}
