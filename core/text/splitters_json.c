/* SPDX-License-Identifier: Apache-2.0 */
/* Which splitters tokenizer.json asks for. */
#include "text/splitters_json.h"

#include <string.h>

#include "text/tokenizer_parts.h"

/* One of COUNT names at KEY, or OTHERWISE where there is none. */
static mpcf_status read_name(const struct tokenizer_source *s, const char *place,
                             const json_t *part, const char *key, const char *const *names,
                             size_t count, unsigned *index)
{
    const char *found = source_string(part, key);

    if (found == NULL) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], found) == 0) {
            *index = (unsigned) i;
            return MPCF_OK;
        }
    }
    return mpcf_fail(s->err, MPCF_E_UNSUPPORTED, "%s: %s: %s '%.80s' is not offered", s->name,
                     place, key, found);
}

static mpcf_status read_behaviour(const struct tokenizer_source *s, const char *place,
                                  const json_t *part, struct splitter *to)
{
    static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious",
                                        "MergedWithNext", "Contiguous"};
    unsigned index = SPLIT_ISOLATED;

    MPCF_TRY(read_name(s, place, part, "behavior", names, 5, &index));
    to->behaviour = (enum split_behaviour) index;
    return MPCF_OK;
}

static mpcf_status read_split(const struct tokenizer_source *s, const char *place,
                              const json_t *part, struct splitter *to)
{
    to->invert = source_flag(part, "invert", false);
    MPCF_TRY(read_behaviour(s, place, part, to));
    return source_pattern(s, place, part, &to->pattern);
}

/* Splits at a character, which goes. */
static mpcf_status read_delimiter(const struct tokenizer_source *s, const char *place,
                                  const json_t *part, struct splitter *to)
{
    const json_t *text = json_object_get(part, "delimiter");

    if (json_string_length(text) == 0) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: %s: no delimiter", s->name, place);
    }
    to->behaviour = SPLIT_REMOVED;
    return pattern_set_string(&to->pattern, json_string_value(text), json_string_length(text),
                              s->err);
}

/* Files of before 0.15 have add_prefix_space, newer ones prepend_scheme. */
static mpcf_status read_metaspace(const struct tokenizer_source *s, const char *place,
                                  const json_t *part, struct splitter *to)
{
    static const char *const names[] = {"never", "first", "always"};
    const json_t *text = json_object_get(part, "replacement");
    unsigned index = source_flag(part, "add_prefix_space", true) ? PREFIX_ALWAYS : PREFIX_NEVER;

    if (json_string_length(text) == 0) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: %s: no replacement", s->name, place);
    }
    (void) unicode_next(json_string_value(text), json_string_length(text), &to->character);
    MPCF_TRY(read_name(s, place, part, "prepend_scheme", names, 3, &index));
    to->prefix = (enum prefix) index;
    to->cuts = source_flag(part, "split", true);
    return MPCF_OK;
}

static const struct {
    const char *name;
    enum splitter_kind kind;
    mpcf_status (*read)(const struct tokenizer_source *s, const char *place, const json_t *part,
                        struct splitter *to);
} kinds[] = {
    {"BertPreTokenizer", SPLITTER_BERT, NULL},
    {"Whitespace", SPLITTER_WHITESPACE, NULL},
    {"WhitespaceSplit", SPLITTER_BLANKS, NULL},
    {"Digits", SPLITTER_DIGITS, NULL},
    {"Punctuation", SPLITTER_PUNCTUATION, read_behaviour},
    {"Split", SPLITTER_PATTERN, read_split},
    {"CharDelimiterSplit", SPLITTER_PATTERN, read_delimiter},
    {"ByteLevel", SPLITTER_BYTE_LEVEL, NULL},
    {"Metaspace", SPLITTER_METASPACE, read_metaspace},
};

static void fill(const json_t *part, struct splitter *to)
{
    if (to->kind == SPLITTER_DIGITS) {
        to->behaviour =
            source_flag(part, "individual_digits", false) ? SPLIT_ISOLATED : SPLIT_CONTIGUOUS;
    } else if (to->kind == SPLITTER_BYTE_LEVEL) {
        to->prefix_space = source_flag(part, "add_prefix_space", true);
        to->cuts = source_flag(part, "use_regex", true);
    }
}

static mpcf_status read_one(const struct tokenizer_source *s, const char *place, const char *type,
                            const json_t *part)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct splitter to = {.kind = kinds[i].kind};
        mpcf_status status = MPCF_OK;

        if (strcmp(kinds[i].name, type) != 0) {
            continue;
        }
        fill(part, &to);
        status = kinds[i].read != NULL ? kinds[i].read(s, place, part, &to) : MPCF_OK;
        if (status != MPCF_OK) {
            pattern_clear(&to.pattern);
            return status;
        }
        return splitters_add(&s->t->splitters, &to, s->err);
    }
    return source_unsupported(s, place, type);
}

mpcf_status splitters_read_json(const struct tokenizer_source *s, const json_t *part)
{
    return source_sequence(s, "pre_tokenizer", part, "pretokenizers", read_one);
}
