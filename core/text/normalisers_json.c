/* SPDX-License-Identifier: Apache-2.0 */
/* Which normalisers tokenizer.json asks for. */
#include "text/normalisers_json.h"

#include <string.h>

#include "text/tokenizer_parts.h"

static void read_bert(const json_t *part, struct normaliser *n)
{
    n->bert.clean = source_flag(part, "clean_text", true);
    n->bert.chinese = source_flag(part, "handle_chinese_chars", true);
    n->bert.lower = source_flag(part, "lowercase", true);
    n->bert.strip = source_flag(part, "strip_accents", n->bert.lower);
}

static mpcf_status read_replace(const struct tokenizer_source *s, const char *place,
                                const json_t *part, struct normaliser *n)
{
    MPCF_TRY(source_pattern(s, place, part, &n->pattern));
    return source_points(s, part, "content", &n->content);
}

static mpcf_status read_precompiled(const struct tokenizer_source *s, const char *place,
                                    const json_t *part, struct normaliser *n)
{
    const char *table = source_string(part, "precompiled_charsmap");

    if (table == NULL) {
        return mpcf_fail(s->err, MPCF_E_FORMAT, "%s: %s has no precompiled_charsmap", s->name,
                         place);
    }
    return precompiled_read_base64(&n->precompiled, table, s->name, s->err);
}

static const struct {
    const char *name;
    enum normaliser_kind kind;
    enum normal_form form;
} kinds[] = {
    {"BertNormalizer", NORMALISER_BERT, 0},
    {"Lowercase", NORMALISER_LOWER, 0},
    {"NFC", NORMALISER_FORM, NORMAL_FORM_C},
    {"NFD", NORMALISER_FORM, NORMAL_FORM_D},
    {"NFKC", NORMALISER_FORM, NORMAL_FORM_KC},
    {"NFKD", NORMALISER_FORM, NORMAL_FORM_KD},
    {"StripAccents", NORMALISER_ACCENTS, 0},
    {"Strip", NORMALISER_STRIP, 0},
    {"Replace", NORMALISER_REPLACE, 0},
    {"Prepend", NORMALISER_PREPEND, 0},
    {"Nmt", NORMALISER_NMT, 0},
    {"ByteLevel", NORMALISER_BYTES, 0},
    {"Precompiled", NORMALISER_PRECOMPILED, 0},
};

static mpcf_status fill(const struct tokenizer_source *s, const char *place, const json_t *part,
                        struct normaliser *n)
{
    switch (n->kind) {
    case NORMALISER_BERT:
        read_bert(part, n);
        return MPCF_OK;
    case NORMALISER_STRIP:
        n->left = source_flag(part, "strip_left", true);
        n->right = source_flag(part, "strip_right", true);
        return MPCF_OK;
    case NORMALISER_REPLACE:
        return read_replace(s, place, part, n);
    case NORMALISER_PREPEND:
        return source_points(s, part, "prepend", &n->content);
    case NORMALISER_PRECOMPILED:
        return read_precompiled(s, place, part, n);
    default:
        return MPCF_OK;
    }
}

static mpcf_status read_one(const struct tokenizer_source *s, const char *place, const char *type,
                            const json_t *part)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct normaliser n = {.kind = kinds[i].kind, .form = kinds[i].form};
        mpcf_status status = MPCF_OK;

        if (strcmp(kinds[i].name, type) != 0) {
            continue;
        }
        status = fill(s, place, part, &n);
        if (status != MPCF_OK) {
            normaliser_clear(&n);
            return status;
        }
        return normalisers_add(&s->t->normalisers, &n, s->err);
    }
    return source_unsupported(s, place, type);
}

mpcf_status normalisers_read_json(const struct tokenizer_source *s, const json_t *part)
{
    return source_sequence(s, "normalizer", part, "normalizers", read_one);
}
