/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, thin over jansson: files with limits, errors with file and line.
 */
#ifndef MPCF_FORMAT_JSON_H
#define MPCF_FORMAT_JSON_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/json.h>

/* What <mpcf/json.h> reads: a value and the name it has in messages ("config.json"). */
struct mpcf_json {
    const json_t *value;
    const char *name;
};

/*
 * Around the building of a tree whose steps are not looked at one by one:
 *
 *     size_t begun = json_begin();
 *     ...
 *     return json_end(value, begun);
 *
 * gives VALUE, or frees it and gives NULL where this thread was refused memory in between.
 */
size_t json_begin(void);
json_t *json_end(json_t *value, size_t begun);
/* The text of VALUE as json_dumps() makes it, for free(); NULL: memory. json_dumps() itself leaves
 * holes where memory is short. */
char *json_text(const json_t *value, size_t flags);
/* *OUT is json_decref()'d by the caller. Duplicate keys, bad UTF-8, trailing text: MPCF_E_FORMAT; so
 * is what would take more memory than JSON_MEMORY_FACTOR times its bytes, beyond a first 4 MiB. A
 * whole number beyond 64 bits is a real one. */
#define JSON_MEMORY_FACTOR 16
#define JSON_MEMORY_LEAST  ((size_t) 4 << 20)
mpcf_status json_read_file(const char *path, json_t **out, mpcf_error *err);
/* FOLDER/NAME; *OUT stays as it is where that is not there. */
mpcf_status json_read_if_there(const char *folder, const char *name, json_t **out, mpcf_error *err);
mpcf_status json_read_text(const char *text, size_t length, const char *name, json_t **out,
                           mpcf_error *err);
/* Indented, sorted as inserted, ends with a newline; written whole or not at all. */
mpcf_status json_write_file(const char *path, const json_t *value, mpcf_error *err);
/* The same, for its owner alone. */
mpcf_status json_write_private_file(const char *path, const json_t *value, mpcf_error *err);

#endif
