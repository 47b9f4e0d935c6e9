/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: 8 bytes of header length (little-endian), the header (JSON: name -> dtype, shape,
 * data_offsets), then the tensors' bytes without holes.
 * Source: the format's description in the safetensors project's README.
 */
#include "format/safetensors.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/json.h"
#include "format/tensor_convert.h"

#define HEADER_LENGTH_MAX ((uint64_t) 100 * 1000 * 1000) /* the format's own limit */
/* And ours, since a header takes 15 times its length of memory: it may be a 16th of the tensors'
 * bytes, beyond a first MiB. That of BERT-base has 20 KB, for 438 MB. */
#define HEADER_LENGTH_FREE ((uint64_t) 1 << 20)
#define HEADER_SHARE       16
#define PREAMBLE_LENGTH    8
#define METADATA_KEY       "__metadata__"

struct safetensors {
    struct arena *arena;
    struct file_map map; /* data NULL where the caller holds the bytes */
    const char *name;    /* in messages */
    const unsigned char *data;
    uint64_t data_length;
    struct tensor *tensors; /* in order of their names */
    size_t count;
    json_t *metadata; /* an object of texts, or NULL */
};

static mpcf_status fail_tensor(const struct safetensors *s, const char *tensor, const char *what,
                               mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "'%s': tensor '%.200s': %s", s->name, tensor, what);
}

static mpcf_status read_shape(const struct safetensors *s, const json_t *shape, struct tensor *t,
                              mpcf_error *err)
{
    if (!json_is_array(shape)) {
        return fail_tensor(s, t->name, "'shape' is missing or not a list", err);
    }
    if (json_array_size(shape) > sizeof(t->dim) / sizeof(t->dim[0])) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': tensor '%.200s': %zu dimensions, at most 8",
                         s->name, t->name, json_array_size(shape));
    }
    t->rank = json_array_size(shape);
    uint64_t count = 1;
    for (size_t i = 0; i < t->rank; i++) {
        const json_t *dim = json_array_get(shape, i);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0) {
            return fail_tensor(s, t->name, "a dimension is not a whole number from 0 on", err);
        }
        t->dim[i] = (uint64_t) json_integer_value(dim);
        if (__builtin_mul_overflow(count, t->dim[i], &count)) {
            return fail_tensor(s, t->name, "the product of its dimensions overflows", err);
        }
    }
    if (count > SIZE_MAX / 8) { /* so that no element size overflows behind this */
        return fail_tensor(s, t->name, "more elements than memory can hold", err);
    }
    t->count = (size_t) count;
    return MPCF_OK;
}

static mpcf_status read_offsets(const struct safetensors *s, const json_t *offsets,
                                struct tensor *t, mpcf_error *err)
{
    const json_t *first = json_array_get(offsets, 0);
    const json_t *last = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last) ||
        json_integer_value(first) < 0 || json_integer_value(last) < json_integer_value(first)) {
        return fail_tensor(s, t->name, "'data_offsets' is not [begin, end] with 0 <= begin <= end",
                           err);
    }
    uint64_t begin = (uint64_t) json_integer_value(first);
    uint64_t end = (uint64_t) json_integer_value(last);
    if (end > s->data_length) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': tensor '%.200s' ends at byte %llu of the data, which has %llu: "
                         "the file is truncated or not whole",
                         s->name, t->name, (unsigned long long) end,
                         (unsigned long long) s->data_length);
    }
    uint64_t want = (uint64_t) t->count * tensor_type_size(t->type);
    t->bytes = (size_t) (end - begin);
    if (t->type != TENSOR_OTHER && end - begin != want) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': tensor '%.200s': %llu bytes of data, its shape and type need %llu",
                         s->name, t->name, (unsigned long long) (end - begin),
                         (unsigned long long) want);
    }
    t->data = s->data + begin;
    return MPCF_OK;
}

static mpcf_status read_tensor(const struct safetensors *s, const char *name, const json_t *entry,
                               struct tensor *t, mpcf_error *err)
{
    t->name = arena_strdup(s->arena, name);
    if (t->name == NULL) {
        return mpcf_fail_memory(err, strlen(name) + 1, "a tensor's name");
    }
    if (!json_is_object(entry)) {
        return fail_tensor(s, name, "its entry is not an object", err);
    }
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (type == NULL) {
        return fail_tensor(s, name, "'dtype' is missing or not a text", err);
    }
    if (!tensor_type_parse(type, &t->type)) { /* whoever needs it will refuse it */
        t->type = TENSOR_OTHER;
        t->type_name = arena_strdup(s->arena, type);
        if (t->type_name == NULL) {
            return mpcf_fail_memory(err, strlen(type) + 1, "the name of a type");
        }
    }
    MPCF_TRY(read_shape(s, json_object_get(entry, "shape"), t, err));
    return read_offsets(s, json_object_get(entry, "data_offsets"), t, err);
}

static mpcf_status check_metadata(const struct safetensors *s, json_t *metadata, mpcf_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(metadata)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': " METADATA_KEY " is not an object", s->name);
    }
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value)) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "'%s': " METADATA_KEY " entry '%.200s' is not a text", s->name, key);
        }
    }
    return MPCF_OK;
}

static mpcf_status read_tensors(struct safetensors *s, json_t *header, mpcf_error *err)
{
    size_t room = json_object_size(header);
    s->tensors = arena_alloc(s->arena, room == 0 ? 1 : room, sizeof(*s->tensors));
    if (s->tensors == NULL) {
        return mpcf_fail_memory(err, room * sizeof(*s->tensors), "a list of tensors");
    }
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, METADATA_KEY) == 0) {
            MPCF_TRY(check_metadata(s, entry, err));
            s->metadata = json_incref(entry);
            continue;
        }
        MPCF_TRY(read_tensor(s, name, entry, &s->tensors[s->count], err));
        s->count++;
    }
    return MPCF_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct tensor *x = a;
    const struct tensor *y = b;
    uintptr_t x_place = (uintptr_t) x->data;
    uintptr_t y_place = (uintptr_t) y->data;
    if (x_place != y_place) {
        return x_place < y_place ? -1 : 1;
    }
    return (tensor_bytes(x) > 0) -
           (tensor_bytes(y) > 0); /* empty ones lie before what begins there */
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct tensor *) a)->name, ((const struct tensor *) b)->name);
}

/* Each byte belongs to one tensor: files with hidden or shared bytes are refused. */
static mpcf_status check_places(struct safetensors *s, mpcf_error *err)
{
    qsort(s->tensors, s->count, sizeof(*s->tensors), compare_places);
    const unsigned char *next = s->data;
    for (size_t i = 0; i < s->count; i++) {
        const struct tensor *t = &s->tensors[i];
        const unsigned char *place = t->data;
        if (place < next) {
            return fail_tensor(s, t->name, "its data overlap those of another tensor", err);
        }
        if (place > next) {
            return fail_tensor(s, t->name, "bytes before its data belong to no tensor", err);
        }
        next += tensor_bytes(t);
    }
    if ((uint64_t) (next - s->data) != s->data_length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': %llu bytes after the last tensor", s->name,
                         (unsigned long long) (s->data_length - (uint64_t) (next - s->data)));
    }
    qsort(s->tensors, s->count, sizeof(*s->tensors), compare_names);
    return MPCF_OK;
}

static mpcf_status header_length(const unsigned char *bytes, size_t length, const char *name,
                                 size_t *out, mpcf_error *err)
{
    if (length < PREAMBLE_LENGTH) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': %zu bytes, too short for a safetensors file",
                         name, length);
    }
    uint64_t header;
    memcpy(&header, bytes, sizeof(header));
    if (header > HEADER_LENGTH_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': header of %llu bytes, at most %llu: not a safetensors file?", name,
                         (unsigned long long) header, (unsigned long long) HEADER_LENGTH_MAX);
    }
    if (header > length - PREAMBLE_LENGTH) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': header of %llu bytes, but only %zu follow: the file is truncated",
                         name, (unsigned long long) header, length - PREAMBLE_LENGTH);
    }
    uint64_t most = HEADER_LENGTH_FREE + (length - PREAMBLE_LENGTH - header) / HEADER_SHARE;
    if (header > most) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': header of %llu bytes, at most %llu for %llu bytes of tensors", name,
                         (unsigned long long) header, (unsigned long long) most,
                         (unsigned long long) (length - PREAMBLE_LENGTH - header));
    }
    if (header == 0 || bytes[PREAMBLE_LENGTH] != '{') {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': the header does not begin with '{': not a safetensors file?", name);
    }
    *out = (size_t) header;
    return MPCF_OK;
}

static mpcf_status parse(struct safetensors *s, const unsigned char *bytes, size_t length,
                         mpcf_error *err)
{
    size_t header = 0;
    json_t *json = NULL;
    MPCF_TRY(header_length(bytes, length, s->name, &header, err));
    s->data = bytes + PREAMBLE_LENGTH + header;
    s->data_length = length - PREAMBLE_LENGTH - header;
    MPCF_TRY(json_read_text((const char *) bytes + PREAMBLE_LENGTH, header, s->name, &json, err));
    mpcf_status status = read_tensors(s, json, err);
    json_decref(json);
    if (status == MPCF_OK) {
        status = check_places(s, err);
    }
    return status;
}

static struct safetensors *create(const char *name)
{
    struct arena *arena = arena_create();
    struct safetensors *s = arena == NULL ? NULL : arena_alloc(arena, 1, sizeof(*s));
    const char *kept = s == NULL ? NULL : arena_strdup(arena, name);
    if (kept == NULL) {
        arena_destroy(arena);
        return NULL;
    }
    s->arena = arena;
    s->name = kept;
    return s;
}

mpcf_status safetensors_parse(const void *data, size_t length, const char *name,
                              struct safetensors **out, mpcf_error *err)
{
    struct safetensors *s = create(name);
    if (s == NULL) {
        return mpcf_fail_memory(err, sizeof(*s), "a safetensors reader");
    }
    mpcf_status status = parse(s, data, length, err);
    if (status != MPCF_OK) {
        safetensors_close(s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

mpcf_status safetensors_open(const char *path, struct safetensors **out, mpcf_error *err)
{
    struct file_map map = {0};
    struct safetensors *s = NULL;
    MPCF_TRY(file_map_open(path, &map, err));
    mpcf_status status = safetensors_parse(map.data, map.length, path, &s, err);
    if (status != MPCF_OK) {
        file_map_close(&map);
        return status;
    }
    s->map = map;
    *out = s;
    return MPCF_OK;
}

void safetensors_close(struct safetensors *s)
{
    if (s == NULL) {
        return;
    }
    if (s->map.data != NULL) {
        file_map_close(&s->map);
    }
    json_decref(s->metadata);
    arena_destroy(s->arena);
}

const char *safetensors_metadata(const struct safetensors *s, const char *key)
{
    return json_string_value(json_object_get(s->metadata, key));
}

size_t safetensors_count(const struct safetensors *s)
{
    return s->count;
}

const struct tensor *safetensors_tensor(const struct safetensors *s, size_t i)
{
    return i < s->count ? &s->tensors[i] : NULL;
}

const struct tensor *safetensors_find(const struct safetensors *s, const char *name)
{
    struct tensor key = {.name = name};
    return bsearch(&key, s->tensors, s->count, sizeof(*s->tensors), compare_names);
}
