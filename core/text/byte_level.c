/* SPDX-License-Identifier: Apache-2.0 */
/* How a text is cut into GPT-2's words, and which characters its bytes are. */
#include "text/byte_level.h"

#include <stdbool.h>

/* What stands for BYTE: itself where it can be seen, else the next free character from U+0100. */
static uint32_t character_of(unsigned char byte)
{
    const uint32_t b = byte;

    /* Hidden: 0x00 to 0x20, 0x7f to 0xa0, 0xad. */
    if (b <= 0x20) {
        return 0x100 + b;
    }
    if (b >= 0x7f && b <= 0xa0) {
        return 0x121 + (b - 0x7f);
    }
    return b == 0xad ? 0x143 : b;
}

void byte_level_add(struct points *out, uint32_t point)
{
    char bytes[4];
    size_t length = 0;

    if (point < 0x80) {
        points_add(out, character_of((unsigned char) point));
        return;
    }
    length = unicode_encode(point, bytes);
    for (size_t i = 0; i < length; i++) {
        points_add(out, character_of((unsigned char) bytes[i]));
    }
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

/* Points of "'s" and its like, or 0. */
static size_t contraction(const uint32_t *points, size_t count)
{
    static const char endings[][3] = {"s", "t", "re", "ve", "m", "ll", "d"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = endings[i][1] == '\0' ? 2 : 3;

        if (n <= count && points[1] == (uint32_t) endings[i][0] &&
            (n == 2 || points[2] == (uint32_t) endings[i][1])) {
            return n;
        }
    }
    return 0;
}

static size_t run_of(const uint32_t *points, size_t count, enum sort sort)
{
    size_t at = 0;

    while (at < count && sort_of(points[at]) == sort) {
        at++;
    }
    return at;
}

size_t byte_level_word(const uint32_t *points, size_t count)
{
    size_t space = *points == ' ' && count > 1, end = 0;
    enum sort sort = sort_of(points[space]);

    if (*points == '\'' && contraction(points, count) > 0) {
        return contraction(points, count);
    }
    if (sort != SORT_SPACE) {
        return space + run_of(points + space, count - space, sort);
    }
    /* Blanks: the last of several goes with the word behind them. */
    end = run_of(points, count, SORT_SPACE);
    return end < count && end > 1 ? end - 1 : end;
}
