/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key schedule of AES-128 (FIPS 197, section 5.2), the same for every path. The S-box is
 * computed, four bytes of a word at once: no table is indexed by the key.
 */
#include "prg/prg_key.h"

#include <string.h>

#define EACH_BYTE UINT32_C(0x01010101)

static uint32_t times_x(uint32_t a)
{
    return ((a & (0x7f * EACH_BYTE)) << 1) ^ (((a >> 7) & EACH_BYTE) * 0x1b);
}

static uint32_t field_multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (unsigned bit = 0; bit < 8; bit++) {
        product ^= a & (((b >> bit) & EACH_BYTE) * 0xff);
        a = times_x(a);
    }
    return product;
}

/* a^254: the inverse, and 0 of 0. */
static uint32_t field_invert(uint32_t a)
{
    uint32_t a2 = field_multiply(a, a);
    uint32_t a3 = field_multiply(a2, a);
    uint32_t a6 = field_multiply(a3, a3);
    uint32_t a12 = field_multiply(a6, a6);
    uint32_t power = field_multiply(a12, a3);

    for (unsigned i = 0; i < 4; i++) {
        power = field_multiply(power, power);
    }
    return field_multiply(field_multiply(power, a12), a2);
}

static uint32_t rotate_bytes(uint32_t a, unsigned by)
{
    uint32_t low = ((UINT32_C(1) << (8 - by)) - 1) * EACH_BYTE;

    return ((a & low) << by) | ((a & ~low) >> (8 - by));
}

static uint32_t substitute(uint32_t word)
{
    uint32_t a = field_invert(word);

    return a ^ rotate_bytes(a, 1) ^ rotate_bytes(a, 2) ^ rotate_bytes(a, 3) ^ rotate_bytes(a, 4) ^
           (0x63 * EACH_BYTE);
}

static uint32_t load_word(const uint8_t *at)
{
    return at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
}

static void store_word(uint8_t *at, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t) (word >> (8 * i));
    }
}

void prg_key_expand(struct prg_key *key, const uint8_t seed[PRG_KEY_BYTES])
{
    uint32_t round_constant = 1;

    memcpy(key->round_keys, seed, PRG_KEY_BYTES);
    for (size_t at = 16; at < sizeof key->round_keys; at += 4) {
        uint32_t word = load_word(key->round_keys + at - 4);

        if (at % 16 == 0) {
            word = substitute(word >> 8 | word << 24) ^ round_constant;
            round_constant = times_x(round_constant);
        }
        store_word(key->round_keys + at, word ^ load_word(key->round_keys + at - 16));
    }
}
