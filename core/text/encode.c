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

/* Memory of one text on its way; all zero: none. */
struct way {
    const struct tokenizer *t;
    struct points raw, text;
    struct normalising normalising;
    struct splitting splitting;
    struct merging merging;
    struct token_list *list;
};

static void clear_way(struct way *w)
{
    points_clear(&w->raw);
    points_clear(&w->text);
    normalising_clear(&w->normalising);
    splitting_clear(&w->splitting);
    merging_clear(&w->merging);
}

/* What the model makes of a piece. */
static mpcf_status encode_piece(struct way *w, const uint32_t *points, size_t count,
                                mpcf_error *err)
{
    const struct tokenizer *t = w->t;
    int32_t id = VOCABULARY_NONE;

    switch (t->model) {
    case MODEL_WORDPIECE:
        wordpiece_encode(&t->wordpiece, &t->vocabulary, points, count, w->list);
        break;
    case MODEL_BPE:
        if (!bpe_encode(&t->bpe, &t->vocabulary, &w->merging, points, count, w->list)) {
            return mpcf_fail(
                err, MPCF_E_FORMAT,
                "a text has a character without a token, and the tokenizer's unk_token "
                "is not a token either");
        }
        break;
    case MODEL_WORD_LEVEL:
        id = vocabulary_id(&t->vocabulary, vocabulary_walk_points(&t->vocabulary, points, count));
        token_list_add(w->list, id != VOCABULARY_NONE ? id : t->unknown);
        break;
    case MODEL_UNIGRAM:
        unigram_encode(&t->unigram, points, count, w->list);
        break;
    case MODEL_NONE:
        break;
    }
    return MPCF_OK;
}

/* Text between added tokens, the first HEAD points of the text's beginning. */
static mpcf_status encode_plain(struct way *w, const uint32_t *points, size_t count, size_t head,
                                mpcf_error *err)
{
    const struct pieces *pieces = &w->splitting.pieces;

    pieces_empty(&w->splitting.pieces);
    pieces_add(&w->splitting.pieces, points, count);
    w->splitting.pieces.points.head = head;
    MPCF_TRY(splitters_run(&w->t->splitters, &w->splitting, err));
    for (size_t i = 0; i < pieces->count; i++) {
        const size_t first = pieces_begin_of(pieces, i);

        MPCF_TRY(encode_piece(w, pieces->points.data + first, pieces->ends[i] - first, err));
    }
    return pieces->points.failed || w->list->failed
               ? mpcf_fail_memory(err, count * sizeof(int32_t), "tokens")
               : MPCF_OK;
}

/* Text that has no tokens that are found as they stand: those of the normalised text are next. */
static mpcf_status encode_raw(struct way *w, size_t first, size_t end, mpcf_error *err)
{
    const struct points *text = &w->text;
    struct added_cursor c = {0};
    size_t from = 0, at = 0;
    int32_t id = 0;

    points_empty(&w->text);
    points_add_all(&w->text, w->raw.data + first, end - first);
    w->text.head = first == 0;
    MPCF_TRY(normalisers_run(&w->t->normalisers, &w->text, &w->normalising, err));
    for (; added_tokens_next(&w->t->added, &w->t->added.normalised, text->data, text->count, &c,
                             &at, &id);
         from = c.behind) {
        if (at > from) {
            MPCF_TRY(encode_plain(w, text->data + from, at - from,
                                  text->head > from ? text->head - from : 0, err));
        }
        token_list_add(w->list, id);
    }
    return from < text->count ? encode_plain(w, text->data + from, text->count - from,
                                             text->head > from ? text->head - from : 0, err)
                              : MPCF_OK;
}

static mpcf_status encode_all(struct way *w, mpcf_error *err)
{
    struct added_cursor c = {0};
    size_t from = 0, at = 0;
    int32_t id = 0;

    for (;
         added_tokens_next(&w->t->added, &w->t->added.raw, w->raw.data, w->raw.count, &c, &at, &id);
         from = c.behind) {
        if (at > from) {
            MPCF_TRY(encode_raw(w, from, at, err));
        }
        token_list_add(w->list, id);
    }
    return from < w->raw.count ? encode_raw(w, from, w->raw.count, err) : MPCF_OK;
}

static mpcf_status encode_text(const struct tokenizer *t, const char *text, size_t length,
                               struct token_list *list, mpcf_error *err)
{
    struct way w = {.t = t, .list = list};
    size_t good = text_utf8_valid(text, length);
    mpcf_status status = MPCF_OK;

    if (good < length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "text is not UTF-8 at byte %zu of %zu", good + 1,
                         length);
    }
    points_add_utf8(&w.raw, text, length);
    parts_begin(&w.normalising.parts, length);
    parts_begin(&w.splitting.parts, length);
    if (!w.raw.failed) {
        status = encode_all(&w, err);
    }
    if (status == MPCF_OK && (w.raw.failed || w.text.failed || list->failed)) {
        status = mpcf_fail_memory(err, length * sizeof(int32_t), "tokens");
    }
    clear_way(&w);
    return status;
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

/* An added token may be one that the network has not learnt: the reference fails there, too. */
static mpcf_status check_rows(const struct tokenizer *t, const struct encoding *e, mpcf_error *err)
{
    for (size_t i = 0; i < e->count; i++) {
        if (e->ids[i] >= t->spec.vocab_size) {
            return mpcf_fail(err, MPCF_E_FORMAT,
                             "a text has an added token of id %d, but the network knows %lld",
                             e->ids[i], (long long) t->spec.vocab_size);
        }
    }
    return MPCF_OK;
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
    mpcf_status status = check_rows(t, &e, err);
    if (status != MPCF_OK) {
        encoding_clear(&e);
        return status;
    }
    *out = e;
    return MPCF_OK;
}

/* Leaves COUNT ids: the first ones, or the last. */
static void cut(struct token_list *list, size_t count, bool left)
{
    if (left && list->ids != NULL && count > 0) {
        memmove(list->ids, list->ids + (list->count - count), count * sizeof(*list->ids));
    }
    list->count = count;
}

/* Cuts both lists to what MAX_TOKENS leave. */
static mpcf_status truncate_lists(const struct tokenizer *t, const struct template *around,
                                  size_t max_tokens, struct token_list *a, struct token_list *b,
                                  bool *is_cut, mpcf_error *err)
{
    size_t specials = count_specials(around), count_a = a->count, count_b = b->count;

    if (max_tokens < specials) {
        return mpcf_fail(err, MPCF_E_INVALID, "length of %zu tokens, but %zu are special ones",
                         max_tokens, specials);
    }
    cut_pair(max_tokens - specials, &count_a, &count_b);
    *is_cut = count_a < a->count || count_b < b->count;
    cut(a, count_a, t->truncates_left);
    cut(b, count_b, t->truncates_left);
    return MPCF_OK;
}

mpcf_status tokenizer_encode_bytes(const struct tokenizer *t, const char *text_a, size_t length_a,
                                   const char *text_b, size_t length_b, size_t max_tokens,
                                   struct encoding *out, mpcf_error *err)
{
    const struct template *around = text_b != NULL ? &t->pair : &t->single;
    struct token_list a = {0}, b = {0};
    bool is_cut = false;
    mpcf_status status = encode_text(t, text_a, length_a, &a, err);

    if (status == MPCF_OK && text_b != NULL) {
        status = encode_text(t, text_b, length_b, &b, err);
    }
    if (status == MPCF_OK) {
        status = truncate_lists(t, around, max_tokens, &a, &b, &is_cut, err);
    }
    if (status == MPCF_OK) {
        status = assemble(t, around, &a, &b, out, err);
    }
    if (status == MPCF_OK) {
        out->is_cut = is_cut;
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
