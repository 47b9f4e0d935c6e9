/* SPDX-License-Identifier: Apache-2.0 */
/* Where one visible character ends: a machine that reads code points and says when to stop. */
#include "text/graphemes.h"

#include "text/grapheme_tables.h"

/* The order of make_grapheme_tables.py. */
enum grapheme_kind {
    KIND_OTHER,
    KIND_CR,
    KIND_LF,
    KIND_CONTROL,
    KIND_EXTEND,
    KIND_JOINER,
    KIND_REGIONAL,
    KIND_PREPEND,
    KIND_SPACING,
    KIND_L,
    KIND_V,
    KIND_T,
    KIND_LV,
    KIND_LVT,
    KIND_PICTOGRAPH
};
enum grapheme_conjunct { CONJUNCT_NONE, CONJUNCT_CONSONANT, CONJUNCT_LINKER, CONJUNCT_EXTEND };

#define HANGUL_FIRST 0xac00u
#define HANGUL_LAST  0xd7a3u
#define HANGUL_TAILS 28u

/* What was read of a visible character so far. */
struct reading {
    enum grapheme_kind last;
    bool is_pictograph; /* a pictograph and what extends it, perhaps a joiner last */
    bool odd_regionals;
    bool has_consonant; /* a consonant, and only linkers and what extends it behind */
    bool has_linker;
};

static struct grapheme_run run_of(uint32_t point)
{
    struct grapheme_run none = {.first = point, .last = point};
    size_t low = 0, high = grapheme_run_count;

    if (point < 0x80) {
        none.kind = point == '\r'                   ? KIND_CR
                    : point == '\n'                 ? KIND_LF
                    : point < 0x20 || point == 0x7f ? KIND_CONTROL
                                                    : KIND_OTHER;
        return none;
    }
    if (point >= HANGUL_FIRST && point <= HANGUL_LAST) {
        none.kind = (point - HANGUL_FIRST) % HANGUL_TAILS == 0 ? KIND_LV : KIND_LVT;
        return none;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (grapheme_runs[middle].last < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < grapheme_run_count && grapheme_runs[low].first <= point ? grapheme_runs[low]
                                                                         : none;
}

static bool is_control(enum grapheme_kind kind)
{
    return kind == KIND_CR || kind == KIND_LF || kind == KIND_CONTROL;
}

/* GB6 to GB8. */
static bool joins_hangul(enum grapheme_kind before, enum grapheme_kind after)
{
    switch (before) {
    case KIND_L:
        return after == KIND_L || after == KIND_V || after == KIND_LV || after == KIND_LVT;
    case KIND_LV:
    case KIND_V:
        return after == KIND_V || after == KIND_T;
    case KIND_LVT:
    case KIND_T:
        return after == KIND_T;
    default:
        return false;
    }
}

/* Whether AFTER belongs to what R has read. */
static bool joins(const struct reading *r, const struct grapheme_run *after)
{
    const enum grapheme_kind kind = (enum grapheme_kind) after->kind;

    if (is_control(r->last) || is_control(kind)) {
        return r->last == KIND_CR && kind == KIND_LF; /* GB3 to GB5 */
    }
    if (kind == KIND_EXTEND || kind == KIND_JOINER || kind == KIND_SPACING ||
        r->last == KIND_PREPEND || joins_hangul(r->last, kind)) {
        return true; /* GB6 to GB9b */
    }
    if (after->conjunct == CONJUNCT_CONSONANT && r->has_consonant && r->has_linker) {
        return true; /* GB9c */
    }
    if (kind == KIND_PICTOGRAPH && r->is_pictograph && r->last == KIND_JOINER) {
        return true; /* GB11 */
    }
    return kind == KIND_REGIONAL && r->last == KIND_REGIONAL && r->odd_regionals; /* GB12, 13 */
}

static void read_one(struct reading *r, const struct grapheme_run *one)
{
    const enum grapheme_kind kind = (enum grapheme_kind) one->kind;
    const bool goes_on = one->conjunct == CONJUNCT_LINKER || one->conjunct == CONJUNCT_EXTEND;

    r->is_pictograph = kind == KIND_PICTOGRAPH || (r->is_pictograph && r->last != KIND_JOINER &&
                                                   (kind == KIND_EXTEND || kind == KIND_JOINER));
    r->odd_regionals = kind == KIND_REGIONAL && !(r->last == KIND_REGIONAL && r->odd_regionals);
    if (one->conjunct == CONJUNCT_CONSONANT) {
        r->has_consonant = true;
        r->has_linker = false;
    } else {
        r->has_consonant = r->has_consonant && goes_on;
        r->has_linker = r->has_linker || one->conjunct == CONJUNCT_LINKER;
    }
    r->last = kind;
}

size_t grapheme_length(const uint32_t *points, size_t count)
{
    struct reading r = {.last = KIND_OTHER};
    struct grapheme_run one = run_of(points[0]);
    size_t length = 1;

    read_one(&r, &one);
    for (; length < count; length++) {
        one = run_of(points[length]);
        if (!joins(&r, &one)) {
            break;
        }
        read_one(&r, &one);
    }
    return length;
}
