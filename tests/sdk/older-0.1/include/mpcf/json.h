/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/json.h - fields of a config.json, as a model family reads them.
 *
 * Each getter names the file and the key in its error. An OPTIONAL getter leaves *VALUE
 * as it is where the key is absent or null; a wrong type is an error either way.
 */
#ifndef MPCF_JSON_H
#define MPCF_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_json mpcf_json;

MPCF_EXPORT bool mpcf_json_has(const mpcf_json *object, const char *key);
/* Whole numbers in [LOW, HIGH]. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_int(const mpcf_json *object, const char *key,
                                                      int64_t low, int64_t high, int64_t *value,
                                                      mpcf_error *err);
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_optional_int(const mpcf_json *object,
                                                               const char *key, int64_t low,
                                                               int64_t high, int64_t *value,
                                                               mpcf_error *err);
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_optional_real(const mpcf_json *object,
                                                                const char *key, double low,
                                                                double high, double *value,
                                                                mpcf_error *err);
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_optional_bool(const mpcf_json *object,
                                                                const char *key, bool *value,
                                                                mpcf_error *err);
/* *VALUE lives as long as the object. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_string(const mpcf_json *object, const char *key,
                                                         const char **value, mpcf_error *err);
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_json_optional_string(const mpcf_json *object,
                                                                  const char *key,
                                                                  const char **value,
                                                                  mpcf_error *err);
/* Entries of an object or elements of an array; 0 where the key is absent. */
MPCF_EXPORT size_t mpcf_json_count(const mpcf_json *object, const char *key);

MPCF_END_DECLS
#endif
