/* SPDX-License-Identifier: Apache-2.0 */
/* How parts of tokenizer.json are found, and how refusals name them. */
#include "text/tokenizer_source.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "text/pattern.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"

#define DEEPEST 8 /* sequences in sequences */

const char *source_string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool source_flag(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

bool source_is_null(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

mpcf_status source_unsupported(const struct tokenizer_source *s, const char *place,
                               const char *found)
{
    return mpcf_fail(s->err, MPCF_E_UNSUPPORTED, "%s: %s '%.80s' is not offered", s->name, place,
                     found != NULL ? found : "of no type");
}

mpcf_status source_points(const struct tokenizer_source *s, const json_t *part, const char *key,
                          struct points *out)
{
    const json_t *text = json_object_get(part, key);

    if (json_is_string(text)) {
        points_add_utf8(out, json_string_value(text), json_string_length(text));
    }
    return out->failed ? mpcf_fail_memory(s->err, json_string_length(text) * sizeof(uint32_t), key)
                       : MPCF_OK;
}

static mpcf_status set_expression(const struct tokenizer_source *s, const json_t *text,
                                  struct pattern *out)
{
    const size_t length = json_string_length(text);

    if (length > PATTERN_EXPRESSIONS - s->t->expression_bytes) {
        return mpcf_fail(s->err, MPCF_E_UNSUPPORTED,
                         "expressions of more than %zu bytes in all are not offered",
                         PATTERN_EXPRESSIONS);
    }
    s->t->expression_bytes += length;
    return pattern_set_expression(out, json_string_value(text), length, s->err);
}

mpcf_status source_pattern(const struct tokenizer_source *s, const char *place, const json_t *part,
                           struct pattern *out)
{
    const json_t *pattern = json_object_get(part, "pattern");
    const json_t *text = json_object_get(pattern, "String");
    const json_t *expression = json_object_get(pattern, "Regex");
    mpcf_status status = MPCF_OK;

    if (json_is_string(text)) {
        status = pattern_set_string(out, json_string_value(text), json_string_length(text), s->err);
    } else if (json_is_string(expression)) {
        status = set_expression(s, expression, out);
    } else {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: %s: pattern is neither a String nor a Regex",
                         s->name, place);
    }
    return status == MPCF_OK ? MPCF_OK : mpcf_fail_while(s->err, status, "%s: %s", s->name, place);
}

static mpcf_status read_deep(const struct tokenizer_source *s, const char *place,
                             const json_t *part, const char *key, source_read_part *read,
                             unsigned depth)
{
    const char *type = source_string(part, "type");
    const json_t *list = json_object_get(part, key), *one = NULL;
    size_t i = 0;

    if (type == NULL || strcmp(type, "Sequence") != 0) {
        return type != NULL ? read(s, place, type, part) : source_unsupported(s, place, NULL);
    }
    if (!json_is_array(list) || depth == DEEPEST) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: %s: expected an array %s, at most %d deep",
                         s->name, place, key, DEEPEST);
    }
    json_array_foreach(list, i, one)
    {
        char inner[128];

        (void) snprintf(inner, sizeof(inner), "%.90s %zu", place, i + 1);
        MPCF_TRY(read_deep(s, inner, one, key, read, depth + 1));
    }
    return MPCF_OK;
}

mpcf_status source_sequence(const struct tokenizer_source *s, const char *place, const json_t *part,
                            const char *key, source_read_part *read)
{
    return source_is_null(part) ? MPCF_OK : read_deep(s, place, part, key, read, 0);
}
