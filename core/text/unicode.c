/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a code point is, and its lower case: by tables made from the tokenizers' own Unicode.
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

uint32_t unicode_stand_in(uint32_t point)
{
    size_t low = 0, high = unicode_stand_in_count;

    if (point < unicode_stand_ins[0].first) {
        return point;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (unicode_stand_ins[middle].last < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < unicode_stand_in_count && unicode_stand_ins[low].first <= point
               ? unicode_stand_ins[low].point
               : point;
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

bool points_reserve(struct points *p, size_t count)
{
    size_t capacity = p->capacity == 0 ? 256 : p->capacity;
    uint32_t *grown = NULL;

    if (p->failed || count <= p->capacity - p->count) {
        return !p->failed;
    }
    while (capacity - p->count < count) {
        capacity *= 2;
    }
    grown = mpcf_grow_array(p->data, p->count, capacity, sizeof(*grown));
    p->failed = grown == NULL;
    if (grown != NULL) {
        p->data = grown;
        p->capacity = capacity;
    }
    return grown != NULL;
}

void points_add_all(struct points *p, const uint32_t *points, size_t count)
{
    if (count > 0 && points_reserve(p, count)) {
        memcpy(p->data + p->count, points, count * sizeof(*points));
        p->count += count;
    }
}

void points_empty(struct points *p)
{
    p->count = 0;
    p->head = 0;
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
