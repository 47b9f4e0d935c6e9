/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a text becomes the tokens of byte-level BPE: cut into words, each word's bytes joined by the
 * merges.
 */
#include "text/byte_bpe.h"

#include <string.h>

#include "base/memory.h"
#include "text/merging.h"
#include "text/unicode.h"

/* The character that stands for BYTE: itself where it can be seen, else the next free one
 * from U+0100. */
static uint32_t point_of_byte(unsigned byte)
{
    unsigned hidden = 0;

    for (unsigned b = 0; b < 256; b++) {
        bool seen = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;

        if (b == byte) {
            return seen ? b : 0x100 + hidden;
        }
        hidden += !seen;
    }
    return 0;
}

void byte_bpe_find_bytes(struct byte_bpe *b, const struct vocabulary *v)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[4];
        size_t length = unicode_encode(point_of_byte(byte), text);

        b->bytes[byte] = vocabulary_find(v, text, length);
    }
}

mpcf_status byte_bpe_add_merge(struct byte_bpe *b, const struct vocabulary *v, const char *left,
                               size_t left_length, const char *right, size_t right_length,
                               mpcf_error *err)
{
    uint32_t node = vocabulary_walk(v, left, left_length);
    int32_t first = vocabulary_id(v, node);
    int32_t second = vocabulary_find(v, right, right_length);

    for (size_t at = 0; at < right_length;) {
        uint32_t point = 0;

        at += unicode_next(right + at, right_length - at, &point);
        node = vocabulary_step(v, node, point);
    }
    if (first == VOCABULARY_NONE || second == VOCABULARY_NONE ||
        vocabulary_id(v, node) == VOCABULARY_NONE) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "merge %zu ('%.*s' '%.*s') is not made of tokens of the vocabulary",
                         b->merges.count + 1, (int) (left_length < 40 ? left_length : 40), left,
                         (int) (right_length < 40 ? right_length : 40), right);
    }
    return merges_add(&b->merges, first, second, vocabulary_id(v, node), err);
}

void byte_bpe_clear(struct byte_bpe *b)
{
    merges_clear(&b->merges);
    *b = (struct byte_bpe){0};
}

enum sort { SORT_SPACE, SORT_LETTER, SORT_NUMBER, SORT_OTHER };

static enum sort sort_of(uint32_t point)
{
    unsigned bits = unicode_class(point);

    if ((bits & UNICODE_BPE_SPACE) != 0) {
        return SORT_SPACE;
    }
    if ((bits & UNICODE_LETTER) != 0) {
        return SORT_LETTER;
    }
    return (bits & UNICODE_NUMBER) != 0 ? SORT_NUMBER : SORT_OTHER;
}

/* Bytes of "'s" and its like at TEXT, or 0. */
static size_t contraction(const char *text, size_t length)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);

        if (n <= length && memcmp(text, endings[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

/* Bytes of the run of SORT at TEXT; *LAST: bytes of its last point. */
static size_t run_of(const char *text, size_t length, enum sort sort, size_t *last)
{
    size_t at = 0;

    while (at < length) {
        uint32_t point = 0;
        size_t bytes = unicode_next(text + at, length - at, &point);

        if (sort_of(point) != sort) {
            break;
        }
        *last = bytes;
        at += bytes;
    }
    return at;
}

size_t byte_bpe_word(const char *text, size_t length)
{
    size_t space = 0, end = 0, last = 0;
    uint32_t point = 0;

    if (*text == '\'' && contraction(text, length) > 0) {
        return contraction(text, length);
    }
    space = *text == ' ' && length > 1;
    (void) unicode_next(text + space, length - space, &point);
    if (sort_of(point) != SORT_SPACE) {
        return space + run_of(text + space, length - space, sort_of(point), &last);
    }
    /* Blanks: the last of several goes with the word behind them. */
    end = run_of(text, length, SORT_SPACE, &last);
    return end < length && end > last ? end - last : end;
}

/* The word as the vocabulary writes it, or VOCABULARY_NONE. */
static int32_t whole_word(const struct vocabulary *v, const char *text, size_t length)
{
    uint32_t node = v->node_count == 0 ? VOCABULARY_NOWHERE : VOCABULARY_ROOT;

    for (size_t i = 0; i < length && node != VOCABULARY_NOWHERE; i++) {
        node = vocabulary_step(v, node, point_of_byte((unsigned char) text[i]));
    }
    return vocabulary_id(v, node);
}

static void add_word(const struct byte_bpe *b, const struct vocabulary *v, struct merging *m,
                     const char *text, size_t length, struct token_list *list)
{
    int32_t whole = b->whole_words ? whole_word(v, text, length) : VOCABULARY_NONE;

    if (whole != VOCABULARY_NONE) {
        token_list_add(list, whole);
        return;
    }
    merging_begin(m);
    for (size_t i = 0; i < length; i++) {
        int32_t id = b->bytes[(unsigned char) text[i]];

        if (id != VOCABULARY_NONE) {
            merging_add(m, id);
        }
    }
    merging_run(m, &b->merges, list);
}

void byte_bpe_encode(const struct byte_bpe *b, const struct vocabulary *v, const char *text,
                     size_t length, struct token_list *list)
{
    struct merging m = {0};
    char *spaced = NULL;

    if (b->prefix_space && length > 0 && *text != ' ') {
        spaced = mpcf_alloc_array(length + 1, 1);
        if (spaced == NULL) {
            list->failed = true;
            return;
        }
        *spaced = ' ';
        memcpy(spaced + 1, text, length);
        text = spaced;
        length++;
    }
    for (size_t at = 0, word = 0; at < length; at += word) {
        word = byte_bpe_word(text + at, length - at);
        add_word(b, v, &m, text + at, word, list);
    }
    list->failed = list->failed || m.failed;
    merging_clear(&m);
    mpcf_free(spaced);
}
