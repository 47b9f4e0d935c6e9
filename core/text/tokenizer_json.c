/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.json of Hugging Face's tokenizers, part by part. Its padding and the length of its
 * truncation are not read: the pipeline's own length goes before them.
 */
#include "text/tokenizer_json.h"

#include <string.h>

#include "text/model_json.h"
#include "text/normalisers_json.h"
#include "text/splitters_json.h"
#include "text/template_json.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_source.h"

static int32_t id_in_file(const json_t *id)
{
    const json_int_t value = json_is_integer(id) ? json_integer_value(id) : VOCABULARY_NONE;

    return value >= 0 && value <= INT32_MAX ? (int32_t) value : VOCABULARY_NONE;
}

static mpcf_status read_added(const struct tokenizer_source *s, const json_t *one)
{
    const json_t *content = json_object_get(one, "content");
    const bool is_normalised = source_flag(one, "normalized", false);
    const json_t *id = json_object_get(one, "id");
    const struct added_token how = {.id = id_in_file(id),
                                    .is_normalised = is_normalised,
                                    .single_word = source_flag(one, "single_word", false),
                                    .strip_left = source_flag(one, "lstrip", false),
                                    .strip_right = source_flag(one, "rstrip", false)};

    if (!json_is_string(content)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: added token without content", s->name);
    }
    if (json_string_length(content) == 0) {
        return MPCF_OK; /* the library leaves it out */
    }
    return tokenizer_add_token(s->t, json_string_value(content), json_string_length(content), &how,
                               s->name, s->err);
}

mpcf_status tokenizer_add_tokens_json(struct tokenizer *t, const json_t *list, const char *name,
                                      mpcf_error *err)
{
    const struct tokenizer_source s = {.t = t, .name = name, .err = err};
    const json_t *one = NULL;
    size_t i = 0;

    MPCF_TRY(added_tokens_reserve(&t->added, t->added.count + json_array_size(list), err));
    json_array_foreach(list, i, one)
    {
        MPCF_TRY(read_added(&s, one));
    }
    return MPCF_OK;
}

mpcf_status tokenizer_load_json(struct tokenizer *t, const json_t *root, const char *name,
                                mpcf_error *err)
{
    const struct tokenizer_source s = {.t = t, .name = name, .err = err};
    const char *direction = source_string(json_object_get(root, "truncation"), "direction");

    MPCF_TRY(model_read_json(&s, json_object_get(root, "model")));
    MPCF_TRY(normalisers_read_json(&s, json_object_get(root, "normalizer")));
    MPCF_TRY(splitters_read_json(&s, json_object_get(root, "pre_tokenizer")));
    MPCF_TRY(tokenizer_add_tokens_json(t, json_object_get(root, "added_tokens"), name, err));
    t->truncates_left = direction != NULL && strcmp(direction, "Left") == 0;
    return templates_read_json(&s, json_object_get(root, "post_processor"));
}
