/* SPDX-License-Identifier: Apache-2.0 */
/* Bits as syllables, and back. */
#include "channel/spoken.h"

#include <string.h>

#define WORD 5
static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";

void spoken_print(const uint8_t bytes[SPOKEN_BYTES], char text[SPOKEN_SIZE])
{
    for (size_t i = 0; i < SPOKEN_BYTES; i += 2) {
        const unsigned bits = (unsigned) bytes[i] << 8 | bytes[i + 1];
        *text++ = consonants[bits >> 12];
        *text++ = vowels[bits >> 10 & 3];
        *text++ = consonants[bits >> 6 & 15];
        *text++ = vowels[bits >> 4 & 3];
        *text++ = consonants[bits & 15];
        *text++ = i + 2 < SPOKEN_BYTES ? ' ' : '\0';
    }
}

/* The place of C, in either case, in LETTERS; -1: none. */
static int place_of(char c, const char *letters)
{
    const char lower = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    const char *found = lower == '\0' ? NULL : strchr(letters, lower);

    return found == NULL ? -1 : (int) (found - letters);
}

static bool parse_word(const char *text, uint8_t out[2])
{
    static const unsigned widths[WORD] = {4, 2, 4, 2, 4};
    unsigned bits = 0;

    for (size_t i = 0; i < WORD; i++) {
        const int place = place_of(text[i], i % 2 == 0 ? consonants : vowels);
        if (place < 0) {
            return false;
        }
        bits = bits << widths[i] | (unsigned) place;
    }
    out[0] = (uint8_t) (bits >> 8);
    out[1] = (uint8_t) bits;
    return true;
}

static bool parse_digits(const char *text, uint8_t bytes[SPOKEN_BYTES])
{
    for (size_t i = 0; i < SPOKEN_BYTES; i++) {
        const int high = place_of(text[2 * i], "0123456789abcdef");
        const int low = place_of(text[2 * i + 1], "0123456789abcdef");
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t) (high * 16 + low);
    }
    return true;
}

bool spoken_parse(const char *text, size_t length, uint8_t bytes[SPOKEN_BYTES])
{
    if (length == (size_t) 2 * SPOKEN_BYTES) {
        return parse_digits(text, bytes);
    }
    if (length != SPOKEN_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < SPOKEN_BYTES / 2; i++) {
        const size_t at = i * (WORD + 1);
        const bool is_last = i + 1 == SPOKEN_BYTES / 2;
        if (!parse_word(text + at, bytes + 2 * i) ||
            (!is_last && text[at + WORD] != ' ' && text[at + WORD] != '-')) {
            return false;
        }
    }
    return true;
}
