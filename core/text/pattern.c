/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pattern is found in a text. */
#include "text/pattern.h"

#include <string.h>
#include <time.h>

#include <oniguruma.h>
#include <pthread.h>

#include "base/memory.h"
#include "base/text.h"

/* Steps back that one search may take, and for each byte: a tenth of a second or so. */
#define MOST_RETRIES          ((unsigned long) 1000000)
#define MOST_RETRIES_PER_BYTE 4
/* Processor time of all searches in a text, whatever its length and for each byte. */
#define MOST_NS          500000000LL
#define MOST_NS_PER_BYTE 10000LL
#define SEARCHES_A_LOOK  16 /* at the clock */

/* --- parts --- */

void parts_begin(struct parts *p, size_t length)
{
    p->left_ns = MOST_NS + (length < 1 << 30 ? (long long) length : 1 << 30) * MOST_NS_PER_BYTE;
}

void parts_add(struct parts *p, size_t first, size_t end, bool is_match)
{
    if (p->count == p->capacity && !p->failed) {
        size_t capacity = p->capacity == 0 ? 64 : 2 * p->capacity;
        struct part *grown = mpcf_grow_array(p->items, p->count, capacity, sizeof(*grown));

        p->failed = grown == NULL;
        if (grown != NULL) {
            p->items = grown;
            p->capacity = capacity;
        }
    }
    if (!p->failed) {
        p->items[p->count++] = (struct part){.first = first, .end = end, .is_match = is_match};
    }
}

void parts_empty(struct parts *p)
{
    p->count = 0;
}

void parts_clear(struct parts *p)
{
    mpcf_free(p->items);
    mpcf_free(p->bytes);
    *p = (struct parts){0};
}

/* --- patterns --- */

static pthread_once_t is_ready = PTHREAD_ONCE_INIT;

static void make_ready(void)
{
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};

    (void) onig_initialize(encodings, 1);
    (void) onig_set_parse_depth_limit(100);
}

/* [:punct:] of Oniguruma 6.9.9 and later has symbols as well; it stands in brackets alone. */
static void write_dialect(const char *expression, size_t length, struct text_buffer *out)
{
    static const char old[] = "[:punct:]", not_old[] = "[:^punct:]";
    size_t depth = 0;

    for (size_t at = 0, bytes = 0; at < length; at += bytes) {
        const char *here = expression + at;
        const size_t left = length - at;

        bytes = *here == '\\' && left > 1 ? 2 : 1;
        if (depth > 0 && left >= sizeof(old) - 1 && memcmp(here, old, sizeof(old) - 1) == 0) {
            text_append(out, "[\\p{P}\\p{S}]");
            bytes = sizeof(old) - 1;
            continue;
        }
        if (depth > 0 && left >= sizeof(not_old) - 1 &&
            memcmp(here, not_old, sizeof(not_old) - 1) == 0) {
            text_append(out, "[^\\p{P}\\p{S}]");
            bytes = sizeof(not_old) - 1;
            continue;
        }
        depth += *here == '[';
        depth -= *here == ']' && depth > 0;
        text_append_bytes(out, here, bytes);
    }
}

static mpcf_status refuse(const char *expression, size_t length, int result, OnigErrorInfo *info,
                          mpcf_error *err)
{
    OnigUChar why[ONIG_MAX_ERROR_MESSAGE_LEN + 1] = "";

    if (result == ONIGERR_MEMORY) {
        return mpcf_fail_memory(err, length, "an expression");
    }
    (void) onig_error_code_to_str(why, result, info);
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "expression '%.*s': %s",
                     (int) (length < 80 ? length : 80), expression, (const char *) why);
}

mpcf_status pattern_set_expression(struct pattern *p, const char *expression, size_t length,
                                   mpcf_error *err)
{
    struct text_buffer dialect = {0};
    OnigErrorInfo info = {0};
    regex_t *made = NULL;
    int result = ONIG_NORMAL;

    (void) pthread_once(&is_ready, make_ready);
    write_dialect(expression, length, &dialect);
    result = dialect.failed
                 ? ONIGERR_MEMORY
                 : onig_new(&made, (const OnigUChar *) text_string(&dialect),
                            (const OnigUChar *) text_string(&dialect) + dialect.length,
                            ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, OnigDefaultSyntax, &info);
    text_clear(&dialect);
    p->expression = result == ONIG_NORMAL ? made : NULL;
    return result == ONIG_NORMAL ? MPCF_OK : refuse(expression, length, result, &info, err);
}

mpcf_status pattern_set_string(struct pattern *p, const char *text, size_t length, mpcf_error *err)
{
    struct points points = {0};

    if (length == 0) {
        return pattern_set_expression(p, text, length, err); /* is found everywhere */
    }
    points_add_utf8(&points, text, length);
    if (points.failed) {
        points_clear(&points);
        return mpcf_fail_memory(err, length * sizeof(uint32_t), "a pattern");
    }
    p->text = points.data;
    p->length = points.count;
    return MPCF_OK;
}

void pattern_clear(struct pattern *p)
{
    mpcf_free(p->text);
    if (p->expression != NULL) {
        onig_free(p->expression);
    }
    *p = (struct pattern){0};
}

/* --- searches --- */

static void find_string(const struct pattern *p, const uint32_t *points, size_t count,
                        struct parts *parts)
{
    size_t behind = 0; /* the last match */

    for (size_t at = 0; at + p->length <= count;) {
        if (points[at] != *p->text ||
            memcmp(points + at, p->text, p->length * sizeof(*points)) != 0) {
            at++;
            continue;
        }
        if (at > behind) {
            parts_add(parts, behind, at, false);
        }
        at += p->length;
        parts_add(parts, at - p->length, at, true);
        behind = at;
    }
    if (behind < count) {
        parts_add(parts, behind, count, false);
    }
}

/* A text as Oniguruma reads it, and how far its bytes have been counted as points. */
struct searched {
    const OnigUChar *bytes;
    size_t length;
    size_t byte, point;
};

/* The point at BYTE, which is not before the last that was asked for. */
static size_t point_at(struct searched *s, size_t byte)
{
    for (; s->byte < byte; s->byte++) {
        s->point += (s->bytes[s->byte] & 0xc0) != 0x80;
    }
    return s->point;
}

static long long processor_ns(void)
{
    struct timespec now = {0};

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (long long) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Takes what was used since *SINCE from what there is. */
static mpcf_status look_at_clock(struct parts *parts, long long *since, mpcf_error *err)
{
    const long long now = processor_ns();

    parts->left_ns -= now - *since;
    *since = now;
    return parts->left_ns > 0 ? MPCF_OK
                              : mpcf_fail(err, MPCF_E_UNSUPPORTED,
                                          "the tokenizer's expression takes too long on a text");
}

/* The next match at or behind FROM; *RESULT: where, or ONIG_MISMATCH. */
static mpcf_status search(const struct pattern *p, const struct searched *s, size_t from,
                          OnigRegion *region, OnigMatchParam *limits, int *result, mpcf_error *err)
{
    const OnigUChar *end = s->bytes + s->length;

    onig_region_clear(region);
    *result = onig_search_with_param(p->expression, s->bytes, end, s->bytes + from, end, region,
                                     ONIG_OPTION_NONE, limits);
    if (*result == ONIGERR_MEMORY) {
        return mpcf_fail_memory(err, s->length, "a search");
    }
    if (*result < 0 && *result != ONIG_MISMATCH) {
        OnigUChar why[ONIG_MAX_ERROR_MESSAGE_LEN + 1] = "";

        (void) onig_error_code_to_str(why, *result);
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "the tokenizer's expression on a text of %zu bytes: %s", s->length,
                         (const char *) why);
    }
    return MPCF_OK;
}

static size_t bytes_of_point(const struct searched *s, size_t at)
{
    size_t bytes = 1;

    while (at + bytes < s->length && (s->bytes[at + bytes] & 0xc0) == 0x80) {
        bytes++;
    }
    return bytes;
}

/* The bytes from FIRST to END, as points. */
static void add_part(struct searched *s, size_t first, size_t end, bool matches,
                     struct parts *parts)
{
    if (first < end || matches) {
        const size_t point = point_at(s, first);

        parts_add(parts, point, point_at(s, end), matches);
    }
}

/* An empty match right behind another one does not count. */
static mpcf_status find_all(const struct pattern *p, struct searched *s, OnigRegion *region,
                            OnigMatchParam *limits, struct parts *parts, mpcf_error *err)
{
    size_t from = 0, behind = 0, last_end = SIZE_MAX;
    long long since = processor_ns();

    for (unsigned searches = 1; from <= s->length; searches++) {
        int found = 0;

        if (searches % SEARCHES_A_LOOK == 0) {
            MPCF_TRY(look_at_clock(parts, &since, err));
        }
        MPCF_TRY(search(p, s, from, region, limits, &found, err));
        if (found == ONIG_MISMATCH) {
            break;
        }
        size_t first = (size_t) region->beg[0], end = (size_t) region->end[0];

        if (first == end && end == last_end) {
            from += bytes_of_point(s, from);
            continue;
        }
        add_part(s, behind, first, false, parts);
        add_part(s, first, end, true, parts);
        from = behind = last_end = end;
    }
    add_part(s, behind, s->length, false, parts);
    return look_at_clock(parts, &since, err);
}

static mpcf_status find_expression(const struct pattern *p, struct searched *s, struct parts *parts,
                                   mpcf_error *err)
{
    OnigRegion *region = onig_region_new();
    OnigMatchParam *limits = onig_new_match_param();
    const unsigned long retries = MOST_RETRIES + MOST_RETRIES_PER_BYTE * s->length;
    mpcf_status status = MPCF_OK;

    if (region == NULL || limits == NULL) {
        status = mpcf_fail_memory(err, sizeof(*region), "a search");
    } else {
        (void) onig_initialize_match_param(limits);
        (void) onig_set_retry_limit_in_match_of_match_param(limits, retries);
        (void) onig_set_retry_limit_in_search_of_match_param(limits, retries);
        status = find_all(p, s, region, limits, parts, err);
    }
    if (region != NULL) {
        onig_region_free(region, 1);
    }
    if (limits != NULL) {
        onig_free_match_param(limits);
    }
    return status;
}

/* The text in UTF-8, in the memory of PARTS; newer characters as older ones, for an Oniguruma that is
 * older than the tokenizers'. */
static bool write_bytes(struct parts *parts, const uint32_t *points, size_t count, size_t *length)
{
    size_t at = 0;

    if (count > parts->byte_capacity / 4) {
        mpcf_free(parts->bytes);
        parts->byte_capacity = 0;
        parts->bytes = mpcf_alloc_array(count + 16, 4);
        if (parts->bytes == NULL) {
            return false;
        }
        parts->byte_capacity = 4 * (count + 16);
    }
    for (size_t i = 0; i < count; i++) {
        at += unicode_encode(unicode_stand_in(points[i]), parts->bytes + at);
    }
    *length = at;
    return true;
}

mpcf_status pattern_find(const struct pattern *p, const uint32_t *points, size_t count,
                         struct parts *parts, mpcf_error *err)
{
    struct searched s = {0};

    if (count == 0) {
        return MPCF_OK; /* an empty text has no matches, not even empty ones */
    }
    if (p->expression == NULL) {
        find_string(p, points, count, parts);
    } else {
        if (!write_bytes(parts, points, count, &s.length)) {
            return mpcf_fail_memory(err, 4 * count, "a text");
        }
        s.bytes = (const OnigUChar *) parts->bytes;
        MPCF_TRY(find_expression(p, &s, parts, err));
    }
    return parts->failed
               ? mpcf_fail_memory(err, parts->count * sizeof(struct part), "a text's parts")
               : MPCF_OK;
}
