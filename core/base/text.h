/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings: nearest words for messages, UTF-8 checks, a growing buffer.
 */
#ifndef MPCF_BASE_TEXT_H
#define MPCF_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/export.h>

/* Levenshtein distance, with swaps of neighbours as one edit. */
size_t text_distance(const char *a, const char *b);
/* The word of WORDS (COUNT entries) nearest to WORD, or NULL where none is near enough
 * to be meant (distance above a third of the longer one, rounded up). */
const char *text_nearest(const char *word, const char *const *words, size_t count);
/* Bytes before the first that is not UTF-8 (LENGTH: all are). */
size_t text_utf8_valid(const char *text, size_t length);
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

/* Grows as it is written; once memory is short it stays failed and writes nothing. */
struct text_buffer {
    char *data; /* zero-terminated once anything was written */
    size_t length, capacity;
    bool failed;
};
void text_append(struct text_buffer *buffer, const char *text);
void text_append_bytes(struct text_buffer *buffer, const void *data, size_t length);
void text_printf(struct text_buffer *buffer, const char *format, ...) MPCF_PRINTF(2, 3);
/* The shortest text that reads back as VALUE: "1.1". */
void text_append_real(struct text_buffer *buffer, double value);
/* What was written, "" where nothing was; valid until the next write. */
const char *text_string(const struct text_buffer *buffer);
void text_clear(struct text_buffer *buffer);

#endif
