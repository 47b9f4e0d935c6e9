/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of tokenizer.json's parts share: where they are, and what they say of it.
 */
#ifndef MPCF_TEXT_TOKENIZER_SOURCE_H
#define MPCF_TEXT_TOKENIZER_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <mpcf/error.h>

struct tokenizer; /* tokenizer_parts.h */
struct pattern;   /* pattern.h */
struct points;    /* unicode.h */

/* What is being read, for messages. */
struct tokenizer_source {
    struct tokenizer *t;
    const char *name; /* of the file */
    mpcf_error *err;
};

const char *source_string(const json_t *object, const char *key); /* NULL: absent, or no string */
bool source_flag(const json_t *object, const char *key, bool otherwise);
bool source_is_null(const json_t *value); /* or not there */
/* PLACE ("normalizer") has an element FOUND (NULL: none) that is not offered. */
mpcf_status source_unsupported(const struct tokenizer_source *s, const char *place,
                               const char *found);
/* The string at KEY of PART, added to OUT; absent: nothing. */
mpcf_status source_points(const struct tokenizer_source *s, const json_t *part, const char *key,
                          struct points *out);
/* {"String": "a"} or {"Regex": "a+"} at "pattern" of PART. */
mpcf_status source_pattern(const struct tokenizer_source *s, const char *place, const json_t *part,
                           struct pattern *out);

/* Reads one part of a list, which may hold lists itself. */
typedef mpcf_status source_read_part(const struct tokenizer_source *s, const char *place,
                                     const char *type, const json_t *part);
/* PART by READ, or where it is a "Sequence" each of its elements at KEY; null: nothing. PLACE is
 * said with the number of the element. */
mpcf_status source_sequence(const struct tokenizer_source *s, const char *place, const json_t *part,
                            const char *key, source_read_part *read);

#endif
