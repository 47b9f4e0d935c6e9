/* SPDX-License-Identifier: Apache-2.0 */
/* What a text becomes by SentencePiece's compiled table, and whether the table can be read. */
#include "text/precompiled.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/memory.h"
#include "base/text.h"
#include "text/graphemes.h"

#define SHORT 6 /* bytes from which a visible character is not looked up whole */

/* A unit of the trie: label in bits 0 to 7 and 31, whether a value hangs there in bit 8, where its
 * children are in bits 9 to 30. */
static uint32_t unit_label(uint32_t unit)
{
    return unit & (UINT32_C(1) << 31 | 0xff);
}

static bool unit_has_leaf(uint32_t unit)
{
    return (unit >> 8 & 1) != 0;
}

static size_t unit_offset(uint32_t unit)
{
    return (size_t) (unit >> 10) << ((unit & (UINT32_C(1) << 9)) >> 6);
}

/* Where the replacement of the shortest beginning of KEY is; NULL: none. */
static const char *find(const struct precompiled *p, const char *key, size_t length)
{
    size_t node = unit_offset(p->units[0]);

    for (size_t i = 0; i < length && key[i] != '\0'; i++) {
        const unsigned char byte = (unsigned char) key[i];
        uint32_t unit = 0;

        node ^= byte;
        if (node >= p->unit_count || unit_label(p->units[node]) != byte) {
            return NULL;
        }
        unit = p->units[node];
        node ^= unit_offset(unit);
        if (unit_has_leaf(unit)) {
            const size_t at = node < p->unit_count ? p->units[node] & INT32_MAX : SIZE_MAX;

            /* In the middle of a character there is no string, nor behind the last. */
            return at <= p->string_bytes && ((unsigned char) p->strings[at] & 0xc0) != 0x80
                       ? p->strings + at
                       : NULL;
        }
    }
    return NULL;
}

static void add_point(const struct precompiled *p, uint32_t point, struct points *out)
{
    char bytes[4];
    const size_t length = unicode_encode(point, bytes);
    const char *found = find(p, bytes, length);

    if (found != NULL) {
        points_add_utf8(out, found, strlen(found));
    } else {
        points_add(out, point);
    }
}

/* One visible character of COUNT points, whole where it is short and in the table. */
static void add_grapheme(const struct precompiled *p, const uint32_t *points, size_t count,
                         struct points *out)
{
    char bytes[SHORT + 3];
    const char *found = NULL;
    size_t length = 0, i = 0;

    for (; i < count && length < SHORT; i++) {
        length += unicode_encode(points[i], bytes + length);
    }
    if (count > 1 && length < SHORT) {
        found = find(p, bytes, length);
    }
    if (found != NULL) {
        points_add_utf8(out, found, strlen(found));
        return;
    }
    for (i = 0; i < count; i++) {
        add_point(p, points[i], out);
    }
}

/* An ASCII character that the table leaves as it is, and that nothing joins. */
static bool is_plain(const struct precompiled *p, const uint32_t *points, size_t count)
{
    return points[0] < 0x80 && points[0] != '\r' && !p->changes[points[0]] &&
           (count == 1 || points[1] < 0x80);
}

void precompiled_normalise(const struct precompiled *p, const struct points *in, struct points *out)
{
    for (size_t at = 0; at < in->count;) {
        const bool is_first = at < in->head;

        if (is_plain(p, in->data + at, in->count - at)) {
            points_add(out, in->data[at++]);
        } else {
            const size_t length = grapheme_length(in->data + at, in->count - at);

            add_grapheme(p, in->data + at, length, out);
            at += length;
        }
        if (is_first) {
            out->head = out->count;
        }
    }
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
           (uint32_t) bytes[3] << 24;
}

static mpcf_status copy_parts(struct precompiled *p, const unsigned char *bytes, size_t length,
                              mpcf_error *err)
{
    const unsigned char *units = bytes + sizeof(uint32_t);
    const size_t used = sizeof(uint32_t) * (1 + p->unit_count);

    p->string_bytes = length - used;
    p->units = mpcf_alloc_array(p->unit_count, sizeof(*p->units));
    p->strings = mpcf_alloc_array(p->string_bytes + 1, 1);
    if (p->units == NULL || p->strings == NULL) {
        return mpcf_fail_memory(err, length, "a precompiled_charsmap");
    }
    for (size_t i = 0; i < p->unit_count; i++) {
        p->units[i] = little_endian(units + sizeof(uint32_t) * i);
    }
    memcpy(p->strings, bytes + used, p->string_bytes);
    for (size_t i = 0; i < 128; i++) {
        const char key = (char) i;

        p->changes[i] = find(p, &key, 1) != NULL;
    }
    return MPCF_OK;
}

mpcf_status precompiled_read(struct precompiled *p, const void *bytes, size_t length,
                             const char *name, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    *p = (struct precompiled){0};
    if (length < sizeof(uint32_t) || little_endian(bytes) > length - sizeof(uint32_t)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: precompiled_charsmap of %zu bytes is cut", name,
                         length);
    }
    p->unit_count = little_endian(bytes) / sizeof(uint32_t);
    if (p->unit_count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: precompiled_charsmap has no trie", name);
    }
    status = copy_parts(p, bytes, length, err);
    if (status == MPCF_OK && text_utf8_valid(p->strings, p->string_bytes) != p->string_bytes) {
        status = mpcf_fail(err, MPCF_E_FORMAT,
                           "%s: the replacements in precompiled_charsmap are not UTF-8", name);
    }
    if (status != MPCF_OK) {
        precompiled_clear(p);
    }
    return status;
}

/* OpenSSL pads and trims as it likes, so the form is checked before. */
static bool is_base64(const char *text, size_t length)
{
    const size_t digits = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789+/");

    return length % 4 == 0 && length <= INT_MAX && length - digits <= 2 &&
           strspn(text + digits, "=") == length - digits;
}

mpcf_status precompiled_read_base64(struct precompiled *p, const char *text, const char *name,
                                    mpcf_error *err)
{
    const size_t length = strlen(text), padding = length - strcspn(text, "=");
    unsigned char *bytes = NULL;
    mpcf_status status = MPCF_OK;

    *p = (struct precompiled){0};
    if (!is_base64(text, length)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: precompiled_charsmap is not base64", name);
    }
    bytes = mpcf_alloc_array(length / 4 * 3 + 1, 1);
    if (bytes == NULL) {
        return mpcf_fail_memory(err, length, "a precompiled_charsmap");
    }
    (void) EVP_DecodeBlock(bytes, (const unsigned char *) text, (int) length);
    status = precompiled_read(p, bytes, length / 4 * 3 - padding, name, err);
    mpcf_free(bytes);
    return status;
}

void precompiled_clear(struct precompiled *p)
{
    mpcf_free(p->units);
    mpcf_free(p->strings);
    *p = (struct precompiled){0};
}
