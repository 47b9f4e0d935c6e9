/* SPDX-License-Identifier: Apache-2.0 */
/* What each of the steps makes of a text. */
#include "text/normalisers.h"

#include "base/memory.h"
#include "text/byte_level.h"

void normaliser_clear(struct normaliser *n)
{
    pattern_clear(&n->pattern);
    points_clear(&n->content);
    precompiled_clear(&n->precompiled);
}

mpcf_status normalisers_add(struct normalisers *list, struct normaliser *n, mpcf_error *err)
{
    if (list->count == NORMALISERS_MOST) {
        normaliser_clear(n);
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "more than %d normalisers", NORMALISERS_MOST);
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : 2 * list->capacity;
        struct normaliser *grown =
            mpcf_grow_array(list->items, list->count, capacity, sizeof(*grown));

        if (grown == NULL) {
            normaliser_clear(n);
            return mpcf_fail_memory(err, capacity * sizeof(*grown), "a tokenizer's normalisers");
        }
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *n;
    return MPCF_OK;
}

struct normaliser *normalisers_find(const struct normalisers *list, enum normaliser_kind kind)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind) {
            return &list->items[i];
        }
    }
    return NULL;
}

void normalisers_clear(struct normalisers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        normaliser_clear(&list->items[i]);
    }
    mpcf_free(list->items);
    *list = (struct normalisers){0};
}

/* Ends what became of the point AT of IN. */
static void mark(const struct points *in, size_t at, struct points *out)
{
    if (at < in->head) {
        out->head = out->count;
    }
}

static void lower(const struct points *in, struct points *out)
{
    for (size_t i = 0; i < in->count; i++) {
        unicode_add_lower(out, in->data[i]);
        mark(in, i, out);
    }
}

static void drop_accents(const struct points *in, struct points *out)
{
    for (size_t i = 0; i < in->count; i++) {
        if ((unicode_class(in->data[i]) & UNICODE_COMBINING) == 0) {
            points_add(out, in->data[i]);
            mark(in, i, out);
        }
    }
}

static bool is_blank(uint32_t point)
{
    return (unicode_class(point) & UNICODE_SPACE) != 0;
}

static void strip(const struct normaliser *n, const struct points *in, struct points *out)
{
    size_t first = 0, end = in->count;

    while (n->left && first < end && is_blank(in->data[first])) {
        first++;
    }
    while (n->right && end > first && is_blank(in->data[end - 1])) {
        end--;
    }
    for (size_t i = first; i < end; i++) {
        points_add(out, in->data[i]);
        mark(in, i, out);
    }
}

static mpcf_status replace(const struct normaliser *n, const struct points *in, struct parts *parts,
                           struct points *out, mpcf_error *err)
{
    parts_empty(parts);
    MPCF_TRY(pattern_find(&n->pattern, in->data, in->count, parts, err));
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *p = &parts->items[i];

        if (p->is_match) {
            points_add_all(out, n->content.data, n->content.count);
            mark(in, p->end > 0 ? p->end - 1 : 0, out);
        }
        for (size_t k = p->first; !p->is_match && k < p->end; k++) {
            points_add(out, in->data[k]);
            mark(in, k, out);
        }
    }
    return MPCF_OK;
}

static void prepend(const struct normaliser *n, const struct points *in, struct points *out)
{
    if (in->count == 0) {
        return;
    }
    points_add_all(out, n->content.data, n->content.count);
    points_add_all(out, in->data, in->count);
    out->head = in->head > 0 ? in->head + n->content.count : 0;
}

/* As google/sentencepiece's "nmt" rules have it. */
static bool nmt_drops(uint32_t point)
{
    return (point >= 0x01 && point <= 0x08) || point == 0x0b || (point >= 0x0e && point <= 0x1f) ||
           point == 0x7f || point == 0x8f || point == 0x9f;
}

static bool nmt_blank(uint32_t point)
{
    static const uint32_t blanks[] = {0x09,   0x0a,   0x0c,   0x0d,   0x1680,
                                      0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd};

    for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++) {
        if (blanks[i] == point) {
            return true;
        }
    }
    return point >= 0x200b && point <= 0x200f;
}

static void nmt(const struct points *in, struct points *out)
{
    for (size_t i = 0; i < in->count; i++) {
        if (!nmt_drops(in->data[i])) {
            points_add(out, nmt_blank(in->data[i]) ? ' ' : in->data[i]);
            mark(in, i, out);
        }
    }
}

static void bytes(const struct points *in, struct points *out)
{
    for (size_t i = 0; i < in->count; i++) {
        byte_level_add(out, in->data[i]);
        mark(in, i, out);
    }
}

static mpcf_status run_one(const struct normaliser *n, const struct points *in, struct parts *parts,
                           struct points *out, mpcf_error *err)
{
    switch (n->kind) {
    case NORMALISER_BERT:
        bert_normalise(&n->bert, in, out);
        break;
    case NORMALISER_LOWER:
        lower(in, out);
        break;
    case NORMALISER_FORM:
        normal_form(n->form, in, out);
        break;
    case NORMALISER_ACCENTS:
        drop_accents(in, out);
        break;
    case NORMALISER_STRIP:
        strip(n, in, out);
        break;
    case NORMALISER_REPLACE:
        return replace(n, in, parts, out, err);
    case NORMALISER_PREPEND:
        prepend(n, in, out);
        break;
    case NORMALISER_NMT:
        nmt(in, out);
        break;
    case NORMALISER_BYTES:
        bytes(in, out);
        break;
    case NORMALISER_PRECOMPILED:
        precompiled_normalise(&n->precompiled, in, out);
        break;
    }
    return MPCF_OK;
}

void normalising_clear(struct normalising *n)
{
    points_clear(&n->other);
    parts_clear(&n->parts);
}

mpcf_status normalisers_run(const struct normalisers *list, struct points *text,
                            struct normalising *run, mpcf_error *err)
{
    for (size_t i = 0; i < list->count && !text->failed; i++) {
        struct points made = {0};

        points_empty(&run->other);
        MPCF_TRY(run_one(&list->items[i], text, &run->parts, &run->other, err));
        made = run->other;
        run->other = *text;
        *text = made;
    }
    return text->failed ? mpcf_fail_memory(err, text->count * sizeof(*text->data), "a text")
                        : MPCF_OK;
}
