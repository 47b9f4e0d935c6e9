/* SPDX-License-Identifier: Apache-2.0 */
/* How BERT cleans a text, cuts it into words and the words into pieces. */
#include "text/wordpiece.h"

/* Cleaning and spaces around Chinese characters. */
static void add_clean(const struct bert_normaliser *n, uint32_t point, struct points *out)
{
    unsigned bits = unicode_class(point);

    if (n->clean && (bits & UNICODE_DROP) != 0) {
        return;
    }
    if (n->clean && (bits & UNICODE_BLANK) != 0) {
        points_add(out, ' ');
    } else if (n->chinese && (bits & UNICODE_CHINESE) != 0) {
        points_add(out, ' ');
        points_add(out, point);
        points_add(out, ' ');
    } else {
        points_add(out, point);
    }
}

static void strip_marks(struct points *p, size_t first)
{
    size_t kept = first;

    for (size_t i = first; i < p->count; i++) {
        if (p->data[i] < 0x300 || (unicode_class(p->data[i]) & UNICODE_MARK) == 0) {
            p->data[kept++] = p->data[i];
        }
    }
    p->count = kept;
}

void bert_normalise(const struct bert_normaliser *n, const char *text, size_t length,
                    struct points *out)
{
    struct points clean = {0}, stripped = {0};
    const struct points *from = &clean;

    for (size_t at = 0; at < length;) {
        uint32_t point = 0;

        at += unicode_next(text + at, length - at, &point);
        add_clean(n, point, &clean);
    }
    if (n->strip && !clean.failed) {
        unicode_decompose(clean.data, clean.count, &stripped);
        strip_marks(&stripped, 0);
        from = &stripped;
    }
    for (size_t i = 0; i < from->count; i++) {
        if (n->lower) {
            unicode_add_lower(out, from->data[i]);
        } else {
            points_add(out, from->data[i]);
        }
    }
    out->failed = out->failed || clean.failed || stripped.failed;
    points_clear(&clean);
    points_clear(&stripped);
}

/* The longest piece at the start of COUNT points, or VOCABULARY_NONE; *LENGTH in points. */
static int32_t longest_piece(const struct vocabulary *v, uint32_t node, const uint32_t *points,
                             size_t count, size_t *length)
{
    int32_t best = VOCABULARY_NONE;

    for (size_t i = 0; i < count && node != VOCABULARY_NOWHERE; i++) {
        node = vocabulary_step(v, node, points[i]);
        if (vocabulary_id(v, node) != VOCABULARY_NONE) {
            best = vocabulary_id(v, node);
            *length = i + 1;
        }
    }
    return best;
}

/* A word that cannot be cut whole is one unknown token. */
static void add_word(const struct wordpiece *w, const struct vocabulary *v, const uint32_t *points,
                     size_t count, struct token_list *list)
{
    size_t before = list->count, at = 0, length = 0;

    while (at < count && count <= w->longest_word) {
        int32_t id = longest_piece(v, at == 0 ? VOCABULARY_ROOT : w->continuation, points + at,
                                   count - at, &length);

        if (id == VOCABULARY_NONE) {
            break;
        }
        token_list_add(list, id);
        at += length;
    }
    if (at < count) {
        list->count = before;
        token_list_add(list, w->unknown);
    }
}

static void add_words(const struct wordpiece *w, const struct vocabulary *v, const struct points *p,
                      struct token_list *list)
{
    size_t first = 0;

    for (size_t i = 0; i < p->count; i++) {
        unsigned bits = unicode_class(p->data[i]);

        if ((bits & (UNICODE_SPACE | UNICODE_PUNCTUATION)) == 0) {
            continue;
        }
        if (i > first) {
            add_word(w, v, p->data + first, i - first, list);
        }
        if ((bits & UNICODE_PUNCTUATION) != 0) {
            add_word(w, v, p->data + i, 1, list);
        }
        first = i + 1;
    }
    if (p->count > first) {
        add_word(w, v, p->data + first, p->count - first, list);
    }
}

void wordpiece_encode(const struct wordpiece *w, const struct vocabulary *v, const char *text,
                      size_t length, struct token_list *list)
{
    struct points points = {0};

    bert_normalise(&w->normaliser, text, length, &points);
    add_words(w, v, &points, list);
    list->failed = list->failed || points.failed;
    points_clear(&points);
}
