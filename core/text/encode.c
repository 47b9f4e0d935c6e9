/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one text or two to the ids of a sequence: tokens, cut to the length there is, with special
 * tokens around them.
 */
#include "text/encode.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "text/token_list.h"
#include "text/tokenizer_parts.h"

static void encode_plain(const struct tokenizer *t, const char *text, size_t length,
                         struct token_list *list)
{
    if (t->spec.kind == MPCF_TOKENIZER_WORDPIECE) {
        wordpiece_encode(&t->wordpiece, &t->vocabulary, text, length, list);
    } else {
        byte_bpe_encode(&t->byte_bpe, &t->vocabulary, text, length, list);
    }
}

/* Added tokens as they stand; what lies between them is cut by the model. */
static mpcf_status encode_text(const struct tokenizer *t, const char *text, size_t length,
                               struct token_list *list, mpcf_error *err)
{
    size_t from = 0, first = 0, end = 0, good = text_utf8_valid(text, length);
    int32_t id = 0;

    if (good < length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "text is not UTF-8 at byte %zu of %zu", good + 1,
                         length);
    }
    while (added_tokens_find(&t->added, text, length, from, &first, &end, &id)) {
        if (first > from) {
            encode_plain(t, text + from, first - from, list);
        }
        token_list_add(list, id);
        from = end;
    }
    if (from < length) {
        encode_plain(t, text + from, length - from, list);
    }
    return list->failed ? mpcf_fail_memory(err, length * sizeof(int32_t), "tokens") : MPCF_OK;
}

static size_t count_specials(const struct template *t)
{
    size_t count = 0;

    for (size_t i = 0; i < t->count; i++) {
        count += t->pieces[i].kind == PIECE_SPECIAL;
    }
    return count;
}

/* Longest first, as Hugging Face does it: the shorter keeps all it has up to half of ROOM; of
 * two cut ones the first gets the smaller half, unless it was the longer one. */
static void cut_pair(size_t room, size_t *a, size_t *b)
{
    bool first_is_longer = *a > *b;
    size_t shorter = first_is_longer ? *b : *a, longer = shorter;

    if (*a + *b <= room) {
        return;
    }
    if (shorter <= room) {
        longer = room - shorter > shorter ? room - shorter : shorter;
    }
    if (shorter + longer > room) {
        shorter = room / 2;
        longer = shorter + room % 2;
    }
    *a = first_is_longer ? longer : shorter;
    *b = first_is_longer ? shorter : longer;
}

static mpcf_status assemble(const struct tokenizer *t, const struct template *around,
                            const struct token_list *a, const struct token_list *b,
                            struct encoding *out, mpcf_error *err)
{
    size_t count = count_specials(around) + a->count + b->count, at = 0;
    struct encoding e = {.ids = mpcf_alloc_array(count + 1, sizeof(int32_t)),
                         .type_ids = mpcf_alloc_array(count + 1, sizeof(int32_t)),
                         .count = count};

    if (e.ids == NULL || e.type_ids == NULL) {
        encoding_clear(&e);
        return mpcf_fail_memory(err, count * sizeof(int32_t), "tokens");
    }
    for (size_t i = 0; i < around->count; i++) {
        const struct template_piece *piece = &around->pieces[i];
        const struct token_list *text = piece->kind == PIECE_TEXT_B ? b : a;
        size_t length = piece->kind == PIECE_SPECIAL ? 1 : text->count;
        const int32_t *ids = piece->kind == PIECE_SPECIAL ? &piece->id : text->ids;
        int32_t type = piece->type < t->spec.type_count ? piece->type : 0;

        for (size_t k = 0; k < length; k++, at++) {
            e.ids[at] = ids[k];
            e.type_ids[at] = type;
        }
    }
    *out = e;
    return MPCF_OK;
}

/* Cuts both lists to what MAX_TOKENS leave. */
static mpcf_status truncate_lists(const struct template *around, size_t max_tokens,
                                  struct token_list *a, struct token_list *b, mpcf_error *err)
{
    size_t specials = count_specials(around);

    if (max_tokens < specials) {
        return mpcf_fail(err, MPCF_E_INVALID, "length of %zu tokens, but %zu are special ones",
                         max_tokens, specials);
    }
    cut_pair(max_tokens - specials, &a->count, &b->count);
    return MPCF_OK;
}

mpcf_status tokenizer_encode_bytes(const struct tokenizer *t, const char *text_a, size_t length_a,
                                   const char *text_b, size_t length_b, size_t max_tokens,
                                   struct encoding *out, mpcf_error *err)
{
    const struct template *around = text_b != NULL ? &t->pair : &t->single;
    struct token_list a = {0}, b = {0};
    mpcf_status status = encode_text(t, text_a, length_a, &a, err);

    if (status == MPCF_OK && text_b != NULL) {
        status = encode_text(t, text_b, length_b, &b, err);
    }
    if (status == MPCF_OK) {
        status = truncate_lists(around, max_tokens, &a, &b, err);
    }
    if (status == MPCF_OK) {
        status = assemble(t, around, &a, &b, out, err);
    }
    token_list_clear(&a);
    token_list_clear(&b);
    return status;
}

mpcf_status tokenizer_encode(const struct tokenizer *t, const char *text_a, const char *text_b,
                             size_t max_tokens, struct encoding *out, mpcf_error *err)
{
    return tokenizer_encode_bytes(t, text_a, strlen(text_a), text_b,
                                  text_b != NULL ? strlen(text_b) : 0, max_tokens, out, err);
}

void encoding_clear(struct encoding *e)
{
    mpcf_free(e->ids);
    mpcf_free(e->type_ids);
    *e = (struct encoding){0};
}
