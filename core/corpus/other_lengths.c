/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts rows apart at their special tokens, and makes others of the pieces. */
#include "corpus/other_lengths.h"

#include <string.h>

#include "base/memory.h"
#include "text/encode.h"

enum { SHARE = 8, SHORT_LEAST = 64, LONG_LEAST = 4 };

/* --- What stands around texts --- */

/* As T encodes nothing, and a pair of nothing: HEAD tokens, (MIDDLE ones), TAIL ones. */
struct frame {
    struct encoding none, pair;
    size_t head, middle, tail;
};

/* Where a row has its texts; the second is none where !IS_PAIR. */
struct parts {
    const struct corpus_item *item;
    size_t begin[2], count[2], middle;
    bool is_pair;
};

static bool same(const int32_t *a, const int32_t *b, size_t count)
{
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

/* The longest head that ITEM begins with and whose rest it ends with. */
static bool find_head(struct frame *f, const struct corpus_item *item)
{
    const size_t all = f->none.count;

    for (size_t head = all + 1; head-- > 0 && all <= item->length;) {
        const size_t tail = all - head;

        if (same(f->none.ids, item->ids, head) &&
            same(f->none.ids + head, item->ids + item->length - tail, tail)) {
            f->head = head;
            f->tail = tail;
            f->middle = f->pair.count > all ? f->pair.count - all : 0;
            return true;
        }
    }
    return false;
}

/* Around an empty row all is head: another one tells. */
static bool find_frame(struct frame *f, const struct corpus *corpus)
{
    bool found = false;

    for (size_t i = 0; i < corpus->count && !(found && f->tail > 0); i++) {
        found = find_head(f, &corpus->items[i]) || found;
    }
    return found;
}

static bool find_parts(const struct frame *f, const struct corpus_item *item, struct parts *out)
{
    const size_t around = f->head + f->tail;
    size_t inside;

    if (item->length < around || !same(f->none.ids, item->ids, f->head) ||
        !same(f->none.ids + f->head, item->ids + item->length - f->tail, f->tail)) {
        return false;
    }
    inside = item->length - around;
    *out = (struct parts){.item = item, .begin = {f->head}, .count = {inside}};
    for (size_t i = 0; f->middle > 0 && i + f->middle <= inside; i++) {
        if (same(item->ids + f->head + i, f->pair.ids + f->head, f->middle)) {
            out->is_pair = true;
            out->middle = f->head + i;
            out->count[0] = i;
            out->begin[1] = f->head + i + f->middle;
            out->count[1] = inside - i - f->middle;
            return true;
        }
    }
    return true;
}

/* --- What is made of them --- */

/* A text, of at most ROOM tokens while it is put together. */
struct text {
    int32_t *ids, *types;
    size_t count, room;
};

struct making {
    const struct corpus *corpus;
    size_t max_tokens, longest; /* LONGEST: tokens of the longest text between special ones */
    struct frame frame;
    struct text *texts;
    size_t count, room;
    uint64_t rows, places; /* chosen so far */
};

/* One below BOUND: multiples of STEP / 2^32 lie evenly, however many there will be. */
static size_t spread(uint64_t *chosen, uint32_t step, size_t bound)
{
    const uint32_t x = (uint32_t) (++*chosen * step);

    return (size_t) (((uint64_t) x * bound) >> 32);
}

/* 1 / g and 1 / g^2 with g^3 = g + 1: pairs of multiples lie evenly in the square, too. */
static size_t some_row(struct making *m)
{
    return spread(&m->rows, UINT32_C(3242174889), m->corpus->count);
}

static size_t some_place(struct making *m, size_t bound)
{
    return spread(&m->places, UINT32_C(2447445414), bound);
}

static bool next_row(struct making *m, struct parts *p)
{
    for (size_t tries = 0; tries < m->corpus->count; tries++) {
        if (find_parts(&m->frame, &m->corpus->items[some_row(m)], p)) {
            return true;
        }
    }
    return false;
}

static void put(struct text *t, const struct corpus_item *from, size_t begin, size_t count)
{
    const size_t fits = count < t->room - t->count ? count : t->room - t->count;

    if (fits > 0) {
        memcpy(t->ids + t->count, from->ids + begin, fits * sizeof *t->ids);
        memcpy(t->types + t->count, from->types + begin, fits * sizeof *t->types);
        t->count += fits;
    }
}

/* *OUT: one more of M's. */
static mpcf_status begin_text(struct making *m, struct text **out, mpcf_error *err)
{
    struct text *t;

    if (m->count == m->room) {
        const size_t room = m->room == 0 ? 128 : 2 * m->room;

        t = mpcf_grow_array(m->texts, m->room, room, sizeof *t);
        if (t == NULL) {
            return mpcf_fail_memory(err, room * sizeof *t, "texts of a corpus");
        }
        m->texts = t;
        m->room = room;
    }
    t = &m->texts[m->count++];
    *t = (struct text){.room = m->max_tokens};
    t->ids = mpcf_alloc_array(m->max_tokens, sizeof *t->ids);
    t->types = mpcf_alloc_array(m->max_tokens, sizeof *t->types);
    *out = t;
    return t->ids != NULL && t->types != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, m->max_tokens * sizeof *t->ids, "a text");
}

/* COUNT tokens, or as many as there are, of text WHICH of P, from a place of its own. */
static void put_piece(struct making *m, struct text *t, const struct parts *p, size_t which,
                      size_t count)
{
    const size_t most = p->count[which], taken = count < most ? count : most;

    put(t, p->item, p->begin[which] + some_place(m, most - taken + 1), taken);
}

/* --- Short ones --- */

/* 1, 2, 3, 4, 6, 8, 12, .. up to LONGEST, and again. */
static size_t length_at(size_t longest, size_t i)
{
    size_t lengths[64] = {1}, count = 1, next;

    for (size_t octave = 2; count < 62 && octave <= longest; octave *= 2) {
        lengths[count++] = octave;
        next = octave + octave / 2;
        if (next <= longest) {
            lengths[count++] = next;
        }
    }
    return lengths[i % count];
}

/* How much of a pair's texts: both, or one with a token of the other, with nothing, or alone. */
static void put_short(struct making *m, struct text *t, const struct parts *p, size_t count,
                      size_t form)
{
    const struct frame *f = &m->frame;

    put(t, p->item, 0, f->head);
    put_piece(m, t, p, 0, p->is_pair && form % 5 == 1 ? 1 : count);
    if (p->is_pair && form % 5 != 4) {
        const size_t second[] = {count, count, 1, 0};

        put(t, p->item, p->middle, f->middle);
        put_piece(m, t, p, 1, second[form % 5]);
    }
    put(t, p->item, p->item->length - f->tail, f->tail);
}

static mpcf_status add_short(struct making *m, size_t number, size_t *tokens, mpcf_error *err)
{
    const size_t count = number % 2 == 0 ? 1 : length_at(m->longest, number / 2);
    struct parts p;
    struct text *t;

    if (!next_row(m, &p)) {
        return MPCF_OK;
    }
    MPCF_TRY(begin_text(m, &t, err));
    put_short(m, t, &p, count, number / 2);
    *tokens += t->count;
    return MPCF_OK;
}

static mpcf_status add_empty(struct making *m, mpcf_error *err)
{
    struct parts p;
    struct text *t;

    if (!next_row(m, &p)) {
        return MPCF_OK;
    }
    MPCF_TRY(begin_text(m, &t, err));
    put(t, p.item, 0, m->frame.head);
    if (p.is_pair) {
        put(t, p.item, p.middle, m->frame.middle);
    }
    put(t, p.item, p.item->length - m->frame.tail, m->frame.tail);
    return MPCF_OK;
}

/* --- Long ones --- */

/* Text WHICH of rows, one behind the other, up to END tokens. */
static void fill(struct making *m, struct text *t, size_t which, size_t end)
{
    const size_t room = t->room;
    struct parts p;

    t->room = end;
    for (size_t rows = 0; rows < end && t->count < end && next_row(m, &p); rows++) {
        put(t, p.item, p.begin[which], p.count[which]);
    }
    t->room = room;
}

static mpcf_status add_long(struct making *m, mpcf_error *err)
{
    const struct frame *f = &m->frame;
    struct parts p;
    struct text *t;
    size_t inside;

    if (m->max_tokens < f->head + f->middle + f->tail || !next_row(m, &p)) {
        return MPCF_OK;
    }
    MPCF_TRY(begin_text(m, &t, err));
    inside = m->max_tokens - f->head - f->tail - (p.is_pair ? f->middle : 0);
    put(t, p.item, 0, f->head);
    fill(m, t, 0, f->head + (p.is_pair ? inside / 2 : inside));
    if (p.is_pair) {
        put(t, p.item, p.middle, f->middle);
        fill(m, t, 1, m->max_tokens - f->tail);
    }
    put(t, p.item, p.item->length - f->tail, f->tail);
    return MPCF_OK;
}

static mpcf_status make(struct making *m, mpcf_error *err)
{
    size_t all = 0, tokens = 0;

    for (size_t i = 0; i < m->corpus->count; i++) {
        all += m->corpus->items[i].length;
    }
    MPCF_TRY(add_empty(m, err));
    for (size_t i = 0; i < SHORT_LEAST || (tokens < all / SHARE && i < all); i++) {
        MPCF_TRY(add_short(m, i, &tokens, err));
    }
    for (size_t i = 0; i < LONG_LEAST || (i + 1) * m->max_tokens <= all / SHARE; i++) {
        MPCF_TRY(add_long(m, err));
    }
    return MPCF_OK;
}

/* A text without a token is none. */
static mpcf_status finish(const struct making *m, struct corpus **out, mpcf_error *err)
{
    struct corpus_item *items = mpcf_alloc_array(m->count + 1, sizeof *items);
    mpcf_status status = MPCF_OK;
    size_t count = 0;

    if (items == NULL) {
        return mpcf_fail_memory(err, m->count * sizeof *items, "texts of a corpus");
    }
    for (size_t i = 0; i < m->count; i++) {
        const struct text *t = &m->texts[i];

        items[count] =
            (struct corpus_item){.ids = t->ids, .types = t->types, .length = t->count, .id = count};
        count += t->count > 0 ? 1 : 0;
    }
    if (count > 0) {
        status = corpus_from_items(items, count, m->corpus->pad_id, out, err);
    }
    mpcf_free(items);
    return status;
}

static mpcf_status make_frame(const struct tokenizer *t, size_t max_tokens, struct frame *f,
                              mpcf_error *err)
{
    MPCF_TRY(tokenizer_encode(t, "", NULL, max_tokens, &f->none, err));
    return tokenizer_encode(t, "", "", max_tokens, &f->pair, err);
}

static void forget(struct making *m)
{
    for (size_t i = 0; i < m->count; i++) {
        mpcf_free(m->texts[i].ids);
        mpcf_free(m->texts[i].types);
    }
    mpcf_free(m->texts);
    encoding_clear(&m->frame.none);
    encoding_clear(&m->frame.pair);
}

mpcf_status other_lengths_create(const struct tokenizer *t, const struct corpus *corpus,
                                 size_t max_tokens, struct corpus **out, mpcf_error *err)
{
    struct making m = {.corpus = corpus, .max_tokens = max_tokens};
    mpcf_status status = make_frame(t, max_tokens, &m.frame, err);

    *out = NULL;
    if (status == MPCF_OK && find_frame(&m.frame, corpus)) {
        m.longest = corpus->longest - m.frame.head - m.frame.tail;
        status = make(&m, err);
    }
    if (status == MPCF_OK) {
        status = finish(&m, out, err);
    }
    forget(&m);
    return status;
}
