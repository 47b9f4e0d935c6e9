/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a code point is, its lower case and its decomposition: by tables made from the tokenizers'
 * own Unicode, and by utf8proc where both agree.
 */
#include "text/unicode.h"

#include <assert.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"
#include "text/unicode_tables.h"

#define CAPITAL_I_DOT 0x130 /* the one whose lower case is two points */

unsigned unicode_class(uint32_t point)
{
    size_t low = 0, high = unicode_run_count;

    if (point < 0x80) {
        return unicode_ascii[point];
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (unicode_runs[middle].last < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < unicode_run_count && unicode_runs[low].first <= point ? unicode_runs[low].bits : 0;
}

static uint32_t lower_of(uint32_t point)
{
    size_t low = 0, high = unicode_lower_count;

    if (point < 0x80) {
        return point >= 'A' && point <= 'Z' ? point + 32 : point;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (unicode_lowers[middle].last < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == unicode_lower_count || unicode_lowers[low].first > point ||
        (point - unicode_lowers[low].first) % unicode_lowers[low].step != 0) {
        return point;
    }
    return (uint32_t) ((int32_t) point + unicode_lowers[low].delta);
}

void unicode_add_lower(struct points *p, uint32_t point)
{
    if (point == CAPITAL_I_DOT) {
        points_add(p, 'i');
        points_add(p, 0x307);
        return;
    }
    points_add(p, lower_of(point));
}

bool unicode_has_upper(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;

        at += unicode_next(text + at, length - at, &point);
        if (point == CAPITAL_I_DOT || lower_of(point) != point) {
            return true;
        }
    }
    return false;
}

void points_add(struct points *p, uint32_t point)
{
    if (p->count == p->capacity && !p->failed) {
        size_t capacity = p->capacity == 0 ? 256 : 2 * p->capacity;
        uint32_t *grown = mpcf_grow_array(p->data, p->count, capacity, sizeof(*grown));

        p->failed = grown == NULL;
        if (grown != NULL) {
            p->data = grown;
            p->capacity = capacity;
        }
    }
    if (!p->failed) {
        p->data[p->count++] = point;
    }
}

void points_clear(struct points *p)
{
    mpcf_free(p->data);
    *p = (struct points){0};
}

size_t unicode_next(const char *text, size_t length, uint32_t *point)
{
    utf8proc_int32_t found = 0;
    utf8proc_ssize_t bytes = 0;

    if ((unsigned char) *text < 0x80) {
        *point = (unsigned char) *text;
        return 1;
    }
    bytes = utf8proc_iterate((const utf8proc_uint8_t *) text, (utf8proc_ssize_t) length, &found);
    assert(bytes > 0); /* callers check that it is UTF-8 */
    *point = (uint32_t) found;
    return bytes > 0 ? (size_t) bytes : 1;
}

size_t unicode_encode(uint32_t point, char bytes[4])
{
    return (size_t) utf8proc_encode_char((utf8proc_int32_t) point, (utf8proc_uint8_t *) bytes);
}

void points_add_utf8(struct points *p, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;

        at += unicode_next(text + at, length - at, &point);
        points_add(p, point);
    }
}

static void add_decomposed(struct points *out, uint32_t point)
{
    utf8proc_int32_t parts[8];
    int boundary = 0;
    utf8proc_ssize_t count = 0;

    if (point < 0x80 || (unicode_class(point) & UNICODE_DECOMPOSED) == 0) {
        points_add(out, point);
        return;
    }
    count =
        utf8proc_decompose_char((utf8proc_int32_t) point, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
    assert(count > 0 && count <= 8); /* no canonical decomposition has more than 4 */
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

void unicode_decompose(const uint32_t *in, size_t count, struct points *out)
{
    size_t first = out->count;

    for (size_t i = 0; i < count; i++) {
        add_decomposed(out, in[i]);
    }
    if (!out->failed && out->count > first &&
        !put_in_order(out->data + first, out->count - first)) {
        out->failed = true;
    }
}
