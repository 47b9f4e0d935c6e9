/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How vocab.txt and merges.txt are read, and which special tokens go with them.
 */
#include "text/tokenizer_plain.h"

#include <string.h>

#include "base/text.h"
#include "text/tokenizer_parts.h"

#define LONGEST_WORD 100 /* Hugging Face's default for WordPiece */

/* The next line of *DATA without its end, which moves behind it; false: no more. */
static bool next_line(const char **data, size_t *left, const char **line, size_t *length)
{
    const char *end = NULL;

    if (*left == 0) {
        return false;
    }
    *line = *data;
    end = memchr(*data, '\n', *left);
    *length = end != NULL ? (size_t) (end - *data) : *left;
    *left -= *length + (end != NULL);
    *data += *length + (end != NULL);
    if (*length > 0 && (*line)[*length - 1] == '\r') {
        (*length)--;
    }
    return true;
}

static mpcf_status check_utf8(const char *line, size_t length, const char *name, size_t number,
                              mpcf_error *err)
{
    if (text_utf8_valid(line, length) != length) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: not UTF-8", name, number);
    }
    return MPCF_OK;
}

/* Without the white space at its end, which is none of the word's. */
static size_t trimmed(const char *line, size_t length)
{
    size_t kept = 0;

    for (size_t at = 0; at < length;) {
        uint32_t point = 0;

        at += unicode_next(line + at, length - at, &point);
        kept = (unicode_class(point) & UNICODE_SPACE) != 0 ? kept : at;
    }
    return kept;
}

/* For a judgement of whether texts are to be lower-cased. */
static void count_letters(struct tokenizer *t, const char *word, size_t length)
{
    bool has_letter = false;

    if (length == 0 || *word == '[' || (length > 2 && memcmp(word, "##", 2) == 0)) {
        return;
    }
    for (size_t at = 0; at < length && !has_letter;) {
        uint32_t point = 0;

        at += unicode_next(word + at, length - at, &point);
        has_letter = (unicode_class(point) & UNICODE_LETTER) != 0;
    }
    t->words_with_letters += has_letter;
    t->words_with_capitals += has_letter && unicode_has_upper(word, length);
}

/* An empty line is a word as well: added tokens are counted behind all words. One behind the network's
 * last word is the end of the file. */
static mpcf_status add_line(struct tokenizer *t, const char *line, size_t length, size_t number,
                            const char *name, mpcf_error *err)
{
    const size_t kept = trimmed(line, length);

    if (kept == 0 && (long long) number >= t->spec.vocab_size) {
        return MPCF_OK;
    }
    count_letters(t, line, kept);
    return tokenizer_add_word(t, line, kept, (long long) number, name, err);
}

mpcf_status tokenizer_load_words(struct tokenizer *t, const char *data, size_t length,
                                 const char *name, mpcf_error *err)
{
    const char *line = NULL;
    size_t bytes = 0, number = 0;

    MPCF_TRY(vocabulary_reserve(&t->vocabulary, length, err));
    while (next_line(&data, &length, &line, &bytes)) {
        MPCF_TRY(check_utf8(line, bytes, name, number + 1, err));
        MPCF_TRY(add_line(t, line, bytes, number++, name, err));
    }
    if (t->vocabulary.word_count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: no words", name);
    }
    return MPCF_OK;
}

static size_t count_lines(const char *data, size_t length)
{
    size_t count = 1;

    for (size_t i = 0; i < length; i++) {
        count += data[i] == '\n';
    }
    return count;
}

mpcf_status tokenizer_load_merges(struct tokenizer *t, const char *data, size_t length,
                                  const char *name, mpcf_error *err)
{
    const char *line = NULL;
    size_t bytes = 0;

    MPCF_TRY(merges_reserve(&t->bpe.merges, count_lines(data, length), err));
    for (size_t number = 1; next_line(&data, &length, &line, &bytes); number++) {
        const char *space = memchr(line, ' ', bytes);

        if (bytes == 0 || (bytes >= 8 && memcmp(line, "#version", 8) == 0)) {
            continue;
        }
        MPCF_TRY(check_utf8(line, bytes, name, number, err));
        if (space == NULL) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s:%zu: expected two tokens and a space", name,
                             number);
        }
        mpcf_status status = bpe_add_merge(&t->bpe, &t->vocabulary, line, (size_t) (space - line),
                                           space + 1, bytes - 1 - (size_t) (space - line), err);

        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "%s:%zu", name, number);
        }
    }
    return MPCF_OK;
}
