/* SPDX-License-Identifier: Apache-2.0 */
/* Digits of keys, in the same time for all keys. */
#include "channel/key_hex.h"

/* 0 to 15. */
static char hex_digit(unsigned value)
{
    const unsigned letter = (9u - value) >> 8 & 1u; /* 1 from 10 on */

    return (char) ('0' + value + letter * ('a' - '0' - 10));
}

void key_hex_print(const uint8_t key[KEY_HEX_BYTES], char *text)
{
    for (size_t i = 0; i < KEY_HEX_BYTES; i++) {
        *text++ = hex_digit(key[i] >> 4);
        *text++ = hex_digit(key[i] & 15);
    }
}

/* All bits where X, which may be negative, is in [0, END), else none. */
static unsigned mask_below(unsigned x, unsigned end)
{
    return 0u - (((x - end) & ~x) >> 31);
}

/* The value of a hexadecimal digit, or all bits. */
static unsigned hex_value(unsigned char c)
{
    const unsigned digit = c - (unsigned) '0', letter = (c | 0x20u) - (unsigned) 'a';
    const unsigned is_digit = mask_below(digit, 10), is_letter = mask_below(letter, 6);

    return (digit & is_digit) | ((letter + 10u) & is_letter) | ~(is_digit | is_letter);
}

bool key_hex_parse(const char *hex, uint8_t key[KEY_HEX_BYTES])
{
    unsigned wrong = 0;

    for (size_t i = 0; i < KEY_HEX_BYTES; i++) {
        unsigned high = hex_value((unsigned char) hex[2 * i]);
        unsigned low = hex_value((unsigned char) hex[2 * i + 1]);
        wrong |= high | low;
        key[i] = (uint8_t) (high << 4 | low);
    }
    return wrong <= 15;
}
