/* SPDX-License-Identifier: Apache-2.0 */
/* Small work on strings: what somebody may have meant, whether bytes are UTF-8, text that grows. */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"

enum { WORD_LIMIT = 128 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_LIMIT + 1];
    size_t m = least(strlen(a), WORD_LIMIT), n = least(strlen(b), WORD_LIMIT);

    for (size_t j = 0; j <= n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[m % 3][n];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        size_t longer = strlen(word) > strlen(words[i]) ? strlen(word) : strlen(words[i]);
        size_t distance = text_distance(word, words[i]);

        if (distance < best_distance && distance <= (longer + 2) / 3) {
            best = words[i];
            best_distance = distance;
        }
    }
    return best;
}

size_t text_utf8_valid(const char *text, size_t length)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *) text;
    size_t at = 0;

    while (at < length) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t used =
            utf8proc_iterate(bytes + at, (utf8proc_ssize_t) (length - at), &point);

        if (used <= 0) {
            break;
        }
        at += (size_t) used;
    }
    return at;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return tail <= length && strcmp(text + length - tail, suffix) == 0;
}

static bool reserve(struct text_buffer *buffer, size_t more)
{
    size_t need = 0, capacity = buffer->capacity > 0 ? buffer->capacity : 256;
    char *grown = NULL;

    if (buffer->failed || __builtin_add_overflow(buffer->length, more, &need) ||
        need > SIZE_MAX / 4) {
        buffer->failed = true;
        return false;
    }
    if (need + 1 <= buffer->capacity) {
        return true;
    }
    while (capacity < need + 1) {
        capacity *= 2;
    }
    grown = mpcf_grow_array(buffer->data, buffer->length, capacity, 1);
    if (grown == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = grown;
    buffer->capacity = capacity;
    return true;
}

void text_append_bytes(struct text_buffer *buffer, const void *data, size_t length)
{
    if (reserve(buffer, length)) {
        memcpy(buffer->data + buffer->length, data, length);
        buffer->length += length;
        buffer->data[buffer->length] = '\0';
    }
}

void text_append(struct text_buffer *buffer, const char *text)
{
    text_append_bytes(buffer, text, strlen(text));
}

void text_printf(struct text_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    int length = 0;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) {
        buffer->failed = true;
    } else if (reserve(buffer, (size_t) length)) {
        (void) vsnprintf(buffer->data + buffer->length, (size_t) length + 1, format, again);
        buffer->length += (size_t) length;
    }
    va_end(again);
    va_end(arguments);
}

void text_append_real(struct text_buffer *buffer, double value)
{
    char text[40];
    int digits = 1;

    do {
        (void) snprintf(text, sizeof text, "%.*g", digits, value);
    } while (strtod(text, NULL) != value && ++digits <= 17);
    text_append(buffer, text);
}

const char *text_string(const struct text_buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}

void text_clear(struct text_buffer *buffer)
{
    mpcf_free(buffer->data);
    *buffer = (struct text_buffer){0};
}
