/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON from text and files with the limits of foreign input, and the functions of <mpcf/json.h> by
 * which plug-ins read a config.json.
 */
#include "format/json.h"

#include <assert.h>
#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"

/* A tokenizer.json of a large vocabulary has about 20 MB. */
#define JSON_FILE_LIMIT ((size_t) 64 << 20)
#define LARGEST_EXACT   9007199254740992.0 /* 2^53: whole numbers up to it are exact as real ones */

/*
 * What jansson allocates for one tree is counted: "[{},{},{}]" takes 78 bytes for each of its own,
 * a tokenizer.json 5 to 14.
 *
 * It forgets that a byte of a token found no room: it then sees a shorter number, blames the file,
 * writes a text with a hole, or looks for the quote at the end of a string behind its block. So
 * what it is refused is noted, it gets nothing more until it has returned, and then nothing that it
 * made is used.
 */
static _Thread_local struct {
    bool on, refused, over;
    size_t held, limit; /* bytes */
} watched;

/* What the block takes of the heap, its head included. */
static size_t cost_of(void *block)
{
    return malloc_usable_size(block) + sizeof(size_t);
}

static void *refuse(void)
{
    watched.refused = true;
    memory_note_refusal();
    return NULL;
}

static void *allocate(size_t size)
{
    void *block;

    if (watched.on && (watched.refused || watched.over)) {
        return NULL;
    }
    if (watched.on && size > watched.limit - watched.held) {
        watched.over = true;
        return NULL;
    }
    block = malloc(size);
    if (block == NULL) {
        return refuse();
    }
    if (watched.on) {
        watched.held += cost_of(block);
        watched.held = watched.held < watched.limit ? watched.held : watched.limit;
    }
    return block;
}

/* Of a tree that was not counted whole, more may be freed than was held. */
static void release(void *block)
{
    if (watched.on && block != NULL) {
        const size_t cost = cost_of(block);

        watched.held -= cost < watched.held ? cost : watched.held;
    }
    free(block);
}

static void watch_memory(void)
{
    json_set_alloc_funcs(allocate, release);
}

size_t json_begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void) pthread_once(&once, watch_memory);
    return memory_refusals();
}

json_t *json_end(json_t *value, size_t begun)
{
    if (memory_refusals() == begun) {
        return value;
    }
    json_decref(value);
    return NULL;
}

static void watch_begin(size_t limit)
{
    (void) json_begin();
    watched.limit = limit;
    watched.held = 0;
    watched.refused = watched.over = false;
    watched.on = true;
}

/* Whether jansson had all that it asked for. */
static bool watch_end(void)
{
    watched.on = false;
    return !watched.refused && !watched.over;
}

/* At most as much memory as is said of jansson's trees in json.h. */
static size_t limit_for(size_t length)
{
    return length < (SIZE_MAX - JSON_MEMORY_LEAST) / JSON_MEMORY_FACTOR
               ? JSON_MEMORY_LEAST + JSON_MEMORY_FACTOR * length
               : SIZE_MAX;
}

static mpcf_status fail_watched(size_t length, const char *name, mpcf_error *err)
{
    return watched.refused
               ? mpcf_fail_memory(err, length, name)
               : mpcf_fail(err, MPCF_E_FORMAT,
                           "%s: its %zu bytes of JSON take more than %zu of memory, %d times as "
                           "much: too many lists and objects with nothing in them",
                           name, length, limit_for(length), JSON_MEMORY_FACTOR);
}

static void whole_again(json_t *value);

/* VALUE, or a whole number where it is a real one that can be it. */
static json_t *again(json_t *value)
{
    const double real = json_real_value(value);

    if (json_is_real(value) && fabs(real) <= LARGEST_EXACT && real == floor(real)) {
        return json_integer((json_int_t) real);
    }
    whole_again(value);
    return json_incref(value);
}

static void whole_again(json_t *value)
{
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(value, i, item)
    {
        (void) json_array_set_new(value, i, again(item));
    }
    for (void *at = json_object_iter(value); at != NULL; at = json_object_iter_next(value, at)) {
        (void) json_object_iter_set_new(value, at, again(json_object_iter_value(at)));
    }
}

/* Whole numbers beyond 64 bits are read as real ones, as other readers have them: "no limit" is
 * often written as 10^30. */
static json_t *parse(const char *text, size_t length, json_error_t *where)
{
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, where);

    if (value == NULL && json_error_code(where) == json_error_numeric_overflow) {
        value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, where);
        whole_again(value);
    }
    return value;
}

mpcf_status json_read_text(const char *text, size_t length, const char *name, json_t **out,
                           mpcf_error *err)
{
    json_error_t where;
    json_t *value;

    watch_begin(limit_for(length));
    value = parse(text, length, &where);
    if (!watch_end()) {
        json_decref(value);
        return fail_watched(length, name, err);
    }
    if (value == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%d:%d: %s", name, where.line, where.column,
                         where.text);
    }
    *out = value;
    return MPCF_OK;
}

mpcf_status json_read_file(const char *path, json_t **out, mpcf_error *err)
{
    char *text = NULL;
    size_t length = 0;
    mpcf_status status;

    MPCF_TRY(file_read(path, JSON_FILE_LIMIT, &text, &length, err));
    status = json_read_text(text, length, path, out, err);
    mpcf_free(text);
    return status;
}

mpcf_status json_read_if_there(const char *folder, const char *name, json_t **out, mpcf_error *err)
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

char *json_text(const json_t *value, size_t flags)
{
    char *text;

    watch_begin(SIZE_MAX);
    text = json_dumps(value, flags);
    if (!watch_end()) {
        free(text);
        return NULL;
    }
    return text;
}

typedef mpcf_status begin_function(const char *path, struct file_write **out, mpcf_error *err);

static mpcf_status write_file(const char *path, const json_t *value, begin_function *begin,
                              mpcf_error *err)
{
    char *text = json_text(value, JSON_INDENT(2) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY);
    struct file_write *file = NULL;
    mpcf_status status;

    if (text == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for the text of '%s'", path);
    }
    status = begin(path, &file, err);
    if (status == MPCF_OK) {
        status = file_write_put(file, text, strlen(text), err);
        if (status == MPCF_OK) {
            status = file_write_put(file, "\n", 1, err);
        }
        if (status == MPCF_OK) {
            status = file_write_commit(file, err);
        } else {
            file_write_cancel(file);
        }
    }
    free(text);
    return status;
}

mpcf_status json_write_file(const char *path, const json_t *value, mpcf_error *err)
{
    return write_file(path, value, file_write_begin, err);
}

mpcf_status json_write_private_file(const char *path, const json_t *value, mpcf_error *err)
{
    return write_file(path, value, file_write_begin_private, err);
}

/* --- <mpcf/json.h> --- */

static const json_t *field(const mpcf_json *object, const char *key)
{
    assert(object != NULL && key != NULL);
    return json_object_get(object->value, key);
}

static bool absent(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "something else";
}

static mpcf_status wrong_type(const mpcf_json *object, const char *key, const json_t *value,
                              const char *want, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s' is %s, expected %s", object->name, key,
                     type_name(value), want);
}

static mpcf_status missing(const mpcf_json *object, const char *key, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s' is missing", object->name, key);
}

bool mpcf_json_has(const mpcf_json *object, const char *key)
{
    return !absent(field(object, key));
}

mpcf_status mpcf_json_optional_int(const mpcf_json *object, const char *key, int64_t low,
                                   int64_t high, int64_t *value, mpcf_error *err)
{
    const json_t *found = field(object, key);

    if (absent(found)) {
        return MPCF_OK;
    }
    if (!json_is_integer(found)) {
        return wrong_type(object, key, found, "a whole number", err);
    }
    if (json_integer_value(found) < low || json_integer_value(found) > high) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: '%s' is %" JSON_INTEGER_FORMAT ", expected %" PRId64 " to %" PRId64,
                         object->name, key, json_integer_value(found), low, high);
    }
    *value = json_integer_value(found);
    return MPCF_OK;
}

mpcf_status mpcf_json_int(const mpcf_json *object, const char *key, int64_t low, int64_t high,
                          int64_t *value, mpcf_error *err)
{
    if (!mpcf_json_has(object, key)) {
        return missing(object, key, err);
    }
    return mpcf_json_optional_int(object, key, low, high, value, err);
}

mpcf_status mpcf_json_optional_real(const mpcf_json *object, const char *key, double low,
                                    double high, double *value, mpcf_error *err)
{
    const json_t *found = field(object, key);

    if (absent(found)) {
        return MPCF_OK;
    }
    if (!json_is_number(found)) {
        return wrong_type(object, key, found, "a number", err);
    }
    if (!(json_number_value(found) >= low && json_number_value(found) <= high)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s' is %g, expected %g to %g", object->name, key,
                         json_number_value(found), low, high);
    }
    *value = json_number_value(found);
    return MPCF_OK;
}

mpcf_status mpcf_json_optional_bool(const mpcf_json *object, const char *key, bool *value,
                                    mpcf_error *err)
{
    const json_t *found = field(object, key);

    if (absent(found)) {
        return MPCF_OK;
    }
    if (!json_is_boolean(found)) {
        return wrong_type(object, key, found, "true or false", err);
    }
    *value = json_is_true(found);
    return MPCF_OK;
}

mpcf_status mpcf_json_optional_string(const mpcf_json *object, const char *key, const char **value,
                                      mpcf_error *err)
{
    const json_t *found = field(object, key);

    if (absent(found)) {
        return MPCF_OK;
    }
    if (!json_is_string(found)) {
        return wrong_type(object, key, found, "a string", err);
    }
    *value = json_string_value(found);
    return MPCF_OK;
}

mpcf_status mpcf_json_string(const mpcf_json *object, const char *key, const char **value,
                             mpcf_error *err)
{
    if (!mpcf_json_has(object, key)) {
        return missing(object, key, err);
    }
    return mpcf_json_optional_string(object, key, value, err);
}

size_t mpcf_json_count(const mpcf_json *object, const char *key)
{
    const json_t *found = field(object, key);

    return json_is_array(found) ? json_array_size(found) : json_object_size(found);
}
