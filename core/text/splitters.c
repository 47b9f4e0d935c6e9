/* SPDX-License-Identifier: Apache-2.0 */
/* How each of the steps cuts a piece. */
#include "text/splitters.h"

#include "base/memory.h"
#include "text/byte_level.h"

mpcf_status splitters_add(struct splitters *list, struct splitter *s, mpcf_error *err)
{
    if (list->count == SPLITTERS_MOST) {
        pattern_clear(&s->pattern);
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "more than %d splitters", SPLITTERS_MOST);
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : 2 * list->capacity;
        struct splitter *grown =
            mpcf_grow_array(list->items, list->count, capacity, sizeof(*grown));

        if (grown == NULL) {
            pattern_clear(&s->pattern);
            return mpcf_fail_memory(err, capacity * sizeof(*grown), "a tokenizer's splitters");
        }
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *s;
    return MPCF_OK;
}

void splitters_clear(struct splitters *list)
{
    for (size_t i = 0; i < list->count; i++) {
        pattern_clear(&list->items[i].pattern);
    }
    mpcf_free(list->items);
    *list = (struct splitters){0};
}

void splitting_clear(struct splitting *s)
{
    pieces_clear(&s->pieces);
    pieces_clear(&s->other);
    parts_clear(&s->parts);
    points_clear(&s->text);
}

/* A piece that is being cut: COUNT points, the first HEAD of the text's beginning. */
struct piece {
    const uint32_t *points;
    size_t count, head;
};

/* Adds the points [FIRST, END) to what may become a piece of OUT. */
static void take(const struct piece *in, size_t first, size_t end, struct pieces *out)
{
    points_add_all(&out->points, in->points + first, end - first);
    if (first < in->head) {
        out->points.head += (end < in->head ? end : in->head) - first;
    }
}

static void take_piece(const struct piece *in, size_t first, size_t end, struct pieces *out)
{
    take(in, first, end, out);
    pieces_end(out);
}

/* At points of CUTS; those of ALONE are a piece of their own. */
static void cut_at(const struct piece *in, unsigned cuts, unsigned alone, struct pieces *out)
{
    size_t first = 0;

    for (size_t i = 0; i < in->count; i++) {
        unsigned bits = unicode_class(in->points[i]);

        if ((bits & (cuts | alone)) == 0) {
            continue;
        }
        take_piece(in, first, i, out);
        if ((bits & alone) != 0) {
            take_piece(in, i, i + 1, out);
        }
        first = i + 1;
    }
    take_piece(in, first, in->count, out);
}

/* Runs of word characters, and of what is neither those nor blanks. */
static void cut_words(const struct piece *in, struct pieces *out)
{
    unsigned before = UNICODE_SPACE;

    for (size_t i = 0; i < in->count; i++) {
        unsigned sort = unicode_class(in->points[i]) & (UNICODE_WORD | UNICODE_SPACE);

        if (sort != before) {
            pieces_end(out);
        }
        if ((sort & UNICODE_SPACE) == 0) {
            take(in, i, i + 1, out);
        }
        before = sort;
    }
    pieces_end(out);
}

/* Each point of CLASS is a match. */
static void find_class(const struct piece *in, unsigned class, struct parts *parts)
{
    size_t behind = 0;

    for (size_t i = 0; i < in->count; i++) {
        if ((unicode_class(in->points[i]) & class) == 0) {
            continue;
        }
        if (i > behind) {
            parts_add(parts, behind, i, false);
        }
        parts_add(parts, i, i + 1, true);
        behind = i + 1;
    }
    if (behind < in->count) {
        parts_add(parts, behind, in->count, false);
    }
}

/* Whether the part goes into one piece with the one before it. */
static bool joins(enum split_behaviour behaviour, bool before, bool is_match)
{
    if (behaviour == SPLIT_CONTIGUOUS) {
        return before == is_match;
    }
    return behaviour == SPLIT_MERGED_WITH_PREVIOUS && is_match && !before;
}

/* A match goes with what follows, unless that is a match as well. */
static void cut_before(const struct piece *in, const struct parts *parts, struct pieces *out)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *p = &parts->items[i];

        take(in, p->first, p->end, out);
        if (!p->is_match || i + 1 == parts->count || parts->items[i + 1].is_match) {
            pieces_end(out);
        }
    }
}

static void cut_by_parts(const struct piece *in, const struct parts *parts,
                         enum split_behaviour behaviour, struct pieces *out)
{
    bool before = false;

    if (behaviour == SPLIT_MERGED_WITH_NEXT) {
        cut_before(in, parts, out);
        return;
    }
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *p = &parts->items[i];

        if (!joins(behaviour, before, p->is_match)) {
            pieces_end(out);
        }
        if (behaviour != SPLIT_REMOVED || !p->is_match) {
            take(in, p->first, p->end, out);
        }
        before = p->is_match;
    }
    pieces_end(out);
}

static mpcf_status cut_by_pattern(const struct splitter *s, const struct piece *in,
                                  struct splitting *run, struct pieces *out, mpcf_error *err)
{
    MPCF_TRY(pattern_find(&s->pattern, in->points, in->count, &run->parts, err));
    for (size_t i = 0; s->invert && i < run->parts.count; i++) {
        run->parts.items[i].is_match = !run->parts.items[i].is_match;
    }
    cut_by_parts(in, &run->parts, s->behaviour, out);
    return MPCF_OK;
}

/* IN with a CHARACTER before it, in TEXT. */
static void put_before(struct piece *in, uint32_t character, struct points *text)
{
    points_empty(text);
    points_add(text, character);
    points_add_all(text, in->points, in->count);
    if (!text->failed) {
        *in = (struct piece){
            .points = text->data, .count = text->count, .head = in->head > 0 ? in->head + 1 : 0};
    }
}

static void cut_bytes(const struct splitter *s, struct piece in, struct splitting *run,
                      struct pieces *out)
{
    if (s->prefix_space && *in.points != ' ') {
        put_before(&in, ' ', &run->text);
    }
    for (size_t at = 0, word = 0; at < in.count; at += word) {
        word = s->cuts ? byte_level_word(in.points + at, in.count - at) : in.count;
        for (size_t i = at; i < at + word; i++) {
            const size_t before = out->points.count;

            byte_level_add(&out->points, in.points[i]);
            out->points.head += i < in.head ? out->points.count - before : 0;
        }
        pieces_end(out);
    }
}

static bool gets_prefix(const struct splitter *s, const struct piece *in)
{
    if (*in->points == s->character || *in->points == ' ') {
        return false;
    }
    return s->prefix == PREFIX_ALWAYS || (s->prefix == PREFIX_FIRST && in->head > 0);
}

static void cut_metaspace(const struct splitter *s, struct piece in, struct splitting *run,
                          struct pieces *out)
{
    if (gets_prefix(s, &in)) {
        put_before(&in, s->character, &run->text);
    }
    for (size_t i = 0; i < in.count; i++) {
        const uint32_t point = in.points[i] == ' ' ? s->character : in.points[i];

        if (s->cuts && point == s->character) {
            pieces_end(out);
        }
        points_add(&out->points, point);
        out->points.head += i < in.head;
    }
    pieces_end(out);
}

static mpcf_status cut_piece(const struct splitter *s, const struct piece *in,
                             struct splitting *run, struct pieces *out, mpcf_error *err)
{
    parts_empty(&run->parts);
    switch (s->kind) {
    case SPLITTER_BERT:
        cut_at(in, UNICODE_SPACE, UNICODE_PUNCTUATION, out);
        break;
    case SPLITTER_WHITESPACE:
        cut_words(in, out);
        break;
    case SPLITTER_BLANKS:
        cut_at(in, UNICODE_SPACE, 0, out);
        break;
    case SPLITTER_DIGITS:
    case SPLITTER_PUNCTUATION:
        find_class(in, s->kind == SPLITTER_DIGITS ? UNICODE_NUMERIC : UNICODE_PUNCTUATION,
                   &run->parts);
        cut_by_parts(in, &run->parts, s->behaviour, out);
        break;
    case SPLITTER_PATTERN:
        return cut_by_pattern(s, in, run, out, err);
    case SPLITTER_BYTE_LEVEL:
        cut_bytes(s, *in, run, out);
        break;
    case SPLITTER_METASPACE:
        cut_metaspace(s, *in, run, out);
        break;
    }
    return MPCF_OK;
}

/* All of RUN->pieces by one step. */
static mpcf_status cut_all(const struct splitter *s, struct splitting *run, mpcf_error *err)
{
    const struct pieces *in = &run->pieces;

    pieces_empty(&run->other);
    for (size_t i = 0; i < in->count; i++) {
        const size_t first = pieces_begin_of(in, i), end = in->ends[i];
        const size_t head = in->points.head > first ? in->points.head - first : 0;
        const struct piece piece = {.points = in->points.data + first,
                                    .count = end - first,
                                    .head = head < end - first ? head : end - first};

        MPCF_TRY(cut_piece(s, &piece, run, &run->other, err));
    }
    return MPCF_OK;
}

static bool has_failed(const struct splitting *run)
{
    return run->pieces.points.failed || run->parts.failed || run->text.failed;
}

mpcf_status splitters_run(const struct splitters *list, struct splitting *run, mpcf_error *err)
{
    for (size_t i = 0; i < list->count && !has_failed(run); i++) {
        struct pieces cut = {0};

        MPCF_TRY(cut_all(&list->items[i], run, err));
        cut = run->other;
        run->other = run->pieces;
        run->pieces = cut;
    }
    return has_failed(run) ? mpcf_fail_memory(err, run->pieces.points.count * sizeof(uint32_t),
                                              "a text's pieces")
                           : MPCF_OK;
}
