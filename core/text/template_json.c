/* SPDX-License-Identifier: Apache-2.0 */
/* Which tokens stand around a text, or two. */
#include "text/template_json.h"

#include <string.h>

#include "text/tokenizer_parts.h"

/* The token type of PIECE. A network of one type gets that one whatever stands here. */
static mpcf_status read_type(const struct tokenizer_source *s, const json_t *piece, int32_t *type)
{
    const json_int_t found = json_integer_value(json_object_get(piece, "type_id"));
    const int64_t types = s->t->spec.type_count;

    if (found < 0 || found > INT32_MAX || (types > 1 && found >= types)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT,
                         "%s: post_processor has token type %lld, but the model has %lld", s->name,
                         (long long) found, (long long) types);
    }
    *type = (int32_t) found;
    return MPCF_OK;
}

static mpcf_status add_special_ids(const struct tokenizer_source *s, const json_t *specials,
                                   const char *name, int32_t type, struct template *to)
{
    const json_t *ids = json_object_get(json_object_get(specials, name), "ids");
    const json_t *id = NULL;
    size_t i = 0;

    if (json_array_size(ids) == 0) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor has no ids for '%.80s'",
                         s->name, name);
    }
    json_array_foreach(ids, i, id)
    {
        if (!json_is_integer(id)) {
            return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: id of '%.80s' is not a whole number",
                             s->name, name);
        }
        MPCF_TRY(tokenizer_check_id(s->t, json_integer_value(id), s->name, s->err));
        MPCF_TRY(template_add(to, PIECE_SPECIAL, (int32_t) json_integer_value(id), type, s->err));
    }
    return MPCF_OK;
}

/* A template must hold each text once: what is cut to length is counted so. */
static mpcf_status check_template(const struct tokenizer_source *s, const struct template *t,
                                  size_t texts)
{
    size_t seen[2] = {0, 0};

    for (size_t i = 0; i < t->count; i++) {
        seen[0] += t->pieces[i].kind == PIECE_TEXT_A;
        seen[1] += t->pieces[i].kind == PIECE_TEXT_B;
    }
    if (seen[0] != 1 || seen[1] != texts - 1) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor for %zu texts has %zu and %zu",
                         s->name, texts, seen[0], seen[1]);
    }
    return MPCF_OK;
}

static mpcf_status read_template(const struct tokenizer_source *s, const json_t *part,
                                 const char *key, size_t texts, struct template *to)
{
    const json_t *pieces = json_object_get(part, key), *piece = NULL;
    size_t i = 0;

    to->count = 0;
    json_array_foreach(pieces, i, piece)
    {
        const json_t *special = json_object_get(piece, "SpecialToken");
        const json_t *text = json_object_get(piece, "Sequence");
        const char *id = source_string(special != NULL ? special : text, "id");
        int32_t type = 0;

        if (id == NULL) {
            return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor %s piece %zu has no id",
                             s->name, key, i);
        }
        MPCF_TRY(read_type(s, special != NULL ? special : text, &type));
        if (special != NULL) {
            MPCF_TRY(add_special_ids(s, json_object_get(part, "special_tokens"), id, type, to));
        } else {
            MPCF_TRY(template_add(to, strcmp(id, "B") == 0 ? PIECE_TEXT_B : PIECE_TEXT_A, 0, type,
                                  s->err));
        }
    }
    return check_template(s, to, texts);
}

/* The id in ["[SEP]", 102]. */
static mpcf_status read_token_pair(const struct tokenizer_source *s, const json_t *part,
                                   const char *key, int32_t *id)
{
    const json_t *value = json_array_get(json_object_get(part, key), 1);

    if (!json_is_integer(value)) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: post_processor has no %s", s->name, key);
    }
    MPCF_TRY(tokenizer_check_id(s->t, json_integer_value(value), s->name, s->err));
    *id = (int32_t) json_integer_value(value);
    return MPCF_OK;
}

static mpcf_status read_usual(const struct tokenizer_source *s, const json_t *part, bool is_roberta)
{
    int32_t cls = 0, sep = 0;

    MPCF_TRY(read_token_pair(s, part, "cls", &cls));
    MPCF_TRY(read_token_pair(s, part, "sep", &sep));
    return tokenizer_set_templates(s->t, cls, sep, is_roberta ? 2 : 1, is_roberta ? 0 : 1, s->err);
}

/* The library takes a RobertaProcessing without all its options for a BertProcessing. */
static bool is_whole_roberta(const char *type, const json_t *part)
{
    return strcmp(type, "RobertaProcessing") == 0 &&
           json_is_boolean(json_object_get(part, "trim_offsets")) &&
           json_is_boolean(json_object_get(part, "add_prefix_space"));
}

/* ByteLevel changes nothing but offsets. Two that add tokens would each go around the other's. */
static mpcf_status read_one(const struct tokenizer_source *s, const char *place, const char *type,
                            const json_t *part)
{
    const bool is_bert = strcmp(type, "BertProcessing") == 0;
    const bool is_roberta = strcmp(type, "RobertaProcessing") == 0;
    const bool is_template = strcmp(type, "TemplateProcessing") == 0;

    if (strcmp(type, "ByteLevel") == 0) {
        return MPCF_OK;
    }
    if (!is_bert && !is_roberta && !is_template) {
        return source_unsupported(s, place, type);
    }
    if (s->t->single.count > 0) {
        return mpcf_fail(s->err, MPCF_E_UNSUPPORTED,
                         "%s: %s '%s' behind another that adds tokens is not offered", s->name,
                         place, type);
    }
    if (!is_template) {
        return read_usual(s, part, is_whole_roberta(type, part));
    }
    MPCF_TRY(read_template(s, part, "single", 1, &s->t->single));
    return read_template(s, part, "pair", 2, &s->t->pair);
}

mpcf_status templates_read_json(const struct tokenizer_source *s, const json_t *part)
{
    s->t->single.count = 0;
    s->t->pair.count = 0;
    MPCF_TRY(source_sequence(s, "post_processor", part, "processors", read_one));
    if (s->t->single.count > 0) {
        return MPCF_OK;
    }
    MPCF_TRY(template_add(&s->t->single, PIECE_TEXT_A, 0, 0, s->err));
    s->t->pair = s->t->single;
    return template_add(&s->t->pair, PIECE_TEXT_B, 0, 1, s->err);
}
