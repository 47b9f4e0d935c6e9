/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a text is taken apart, put in order and together again: by utf8proc, where the tables made from
 * the tokenizers' own Unicode say that both agree.
 */
#include "text/normal_forms.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"

#define MOST_PARTS 32 /* U+FDFA has 18, no other as many */

static void add_decomposed(struct points *out, uint32_t point, bool compatible)
{
    const unsigned bits = compatible ? UNICODE_DECOMPOSED | UNICODE_COMPATIBLE : UNICODE_DECOMPOSED;
    utf8proc_int32_t parts[MOST_PARTS];
    int boundary = 0;
    utf8proc_ssize_t count = 0;

    if (point < 0x80 || (unicode_class(point) & bits) == 0) {
        points_add(out, point);
        return;
    }
    count =
        utf8proc_decompose_char((utf8proc_int32_t) point, parts, MOST_PARTS,
                                UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0), &boundary);
    assert(count > 0 && count <= MOST_PARTS);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        points_add(out, (uint32_t) parts[i]);
    }
}

/* Combining class; 0 also for marks that the tokenizers' Unicode does not have yet. */
static unsigned order_of(uint32_t point)
{
    if (point < 0x300 || (unicode_class(point) & UNICODE_ORDERED) == 0) {
        return 0;
    }
    return (unsigned) utf8proc_get_property((utf8proc_int32_t) point)->combining_class;
}

/* Canonical ordering of a run of marks: a counting sort, so that a hostile run takes no longer
 * than others. False: memory. */
static bool order_run(uint32_t *points, size_t count)
{
    size_t starts[257] = {0};
    uint32_t *sorted = NULL;
    bool in_order = true;

    for (size_t i = 0; i + 1 < count && in_order; i++) {
        in_order = order_of(points[i]) <= order_of(points[i + 1]);
    }
    if (in_order) {
        return true;
    }
    sorted = mpcf_alloc_array(count, sizeof(*sorted));
    if (sorted == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        starts[order_of(points[i]) + 1]++;
    }
    for (size_t k = 0; k < 256; k++) {
        starts[k + 1] += starts[k];
    }
    for (size_t i = 0; i < count; i++) {
        sorted[starts[order_of(points[i])]++] = points[i];
    }
    memcpy(points, sorted, count * sizeof(*points));
    mpcf_free(sorted);
    return true;
}

static bool put_in_order(uint32_t *points, size_t count)
{
    for (size_t first = 0, end = 0; first < count; first = end) {
        end = first + 1;
        if (order_of(points[first]) == 0) {
            continue;
        }
        while (end < count && order_of(points[end]) != 0) {
            end++;
        }
        if (!order_run(points + first, end - first)) {
            return false;
        }
    }
    return true;
}

/* What the two make together, or 0: never a point that the tokenizers do not put together. */
static uint32_t composed(uint32_t first, uint32_t second)
{
    utf8proc_int32_t pair[2] = {(utf8proc_int32_t) first, (utf8proc_int32_t) second};

    if (first < 0x80 && second < 0x300) {
        return 0;
    }
    if (utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE) != 1 ||
        (unicode_class((uint32_t) pair[0]) & UNICODE_COMPOSED) == 0) {
        return 0;
    }
    return (uint32_t) pair[0];
}

/* Puts together, in place from FIRST on, what is decomposed and in order; P->head follows. */
static void compose(struct points *p, size_t first)
{
    size_t kept = first, starter = SIZE_MAX, head = p->head;
    unsigned last = 0; /* class of the last that was kept behind the starter */

    for (size_t i = first; i < p->count; i++) {
        const uint32_t point = p->data[i];
        const unsigned order = order_of(point);
        const bool is_blocked = starter == SIZE_MAX || (kept > starter + 1 && last >= order);
        const uint32_t both = is_blocked ? 0 : composed(p->data[starter], point);

        if (both != 0) {
            p->data[starter] = both;
            head -= i < p->head;
            continue;
        }
        if (order == 0) {
            starter = kept;
        }
        last = order;
        p->data[kept++] = point;
    }
    p->count = kept;
    p->head = head;
}

void normal_form(enum normal_form form, const struct points *in, struct points *out)
{
    const bool compatible = form == NORMAL_FORM_KD || form == NORMAL_FORM_KC;
    const size_t first = out->count;

    for (size_t i = 0; i < in->count; i++) {
        add_decomposed(out, in->data[i], compatible);
        if (i < in->head) {
            out->head = out->count;
        }
    }
    if (!out->failed && out->count > first &&
        !put_in_order(out->data + first, out->count - first)) {
        out->failed = true;
    }
    if (form == NORMAL_FORM_C || form == NORMAL_FORM_KC) {
        compose(out, first);
    }
}
