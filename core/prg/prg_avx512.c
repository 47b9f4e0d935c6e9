/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream by VAES: four blocks a vector, eight vectors in flight.
 */
#include "prg/prg_kernel.h"

#if defined(__VAES__) && defined(__AVX512BW__)

#include <stdbool.h>
#include <string.h>

#include <immintrin.h>

#define ROUNDS        10
#define IN_FLIGHT     8
#define VECTOR_BLOCKS 4
#define VECTOR_WORDS  8

#define INLINE static inline __attribute__((always_inline))

INLINE void load_keys(__m512i *keys, const struct prg_key *key)
{
    for (unsigned r = 0; r <= ROUNDS; r++) {
        keys[r] = _mm512_broadcast_i32x4(
            _mm_load_si128((const __m128i *) (const void *) (key->round_keys + 16 * r)));
    }
}

/* Block numbers stand in the high words of the blocks, here with their bytes as numbers. */
struct counters {
    __m512i numbers; /* (nonce, number) of the next four blocks, nonce byte-reversed too */
    __m512i reverse; /* the shuffle that makes them big-endian */
};

INLINE struct counters counters_at(const struct prg_counter *counter)
{
    uint64_t nonce;
    struct counters c;
    const __m512i step = _mm512_set_epi64(3, 0, 2, 0, 1, 0, 0, 0);

    memcpy(&nonce, counter->nonce, sizeof nonce);
    c.reverse =
        _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    c.numbers =
        _mm512_add_epi64(_mm512_broadcast_i32x4(_mm_set_epi64x(
                             (long long) counter->first, (long long) __builtin_bswap64(nonce))),
                         step);
    return c;
}

/* VECTORS, a constant, is at most IN_FLIGHT; only the words of MASK of the last one are stored. */
INLINE void encrypt(const __m512i *keys, struct counters *c, size_t vectors, __mmask8 mask,
                    uint64_t *out, bool adding)
{
    const __m512i four = _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0);
    __m512i x[IN_FLIGHT];

#pragma GCC unroll 8
    for (size_t i = 0; i < vectors; i++) {
        x[i] = _mm512_xor_si512(_mm512_shuffle_epi8(c->numbers, c->reverse), keys[0]);
        c->numbers = _mm512_add_epi64(c->numbers, four);
    }
#pragma GCC unroll 10
    for (unsigned r = 1; r < ROUNDS; r++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < vectors; i++) {
            x[i] = _mm512_aesenc_epi128(x[i], keys[r]);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < vectors; i++) {
        uint64_t *to = out + i * VECTOR_WORDS;

        x[i] = _mm512_aesenclast_epi128(x[i], keys[ROUNDS]);
        if (adding) {
            x[i] = _mm512_add_epi64(x[i], _mm512_maskz_loadu_epi64(mask, to));
        }
        _mm512_mask_storeu_epi64(to, mask, x[i]);
    }
}

INLINE void stream(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                   size_t blocks, bool adding)
{
    __m512i keys[ROUNDS + 1];
    struct counters c = counters_at(counter);

    load_keys(keys, key);
    for (; blocks >= IN_FLIGHT * VECTOR_BLOCKS; blocks -= IN_FLIGHT * VECTOR_BLOCKS) {
        encrypt(keys, &c, IN_FLIGHT, 0xff, out, adding);
        out += IN_FLIGHT * VECTOR_WORDS;
    }
    /* What is left, as few times the latency of the rounds as it takes. */
    if (blocks >= 4 * VECTOR_BLOCKS) {
        encrypt(keys, &c, 4, 0xff, out, adding);
        blocks -= 4 * VECTOR_BLOCKS;
        out += 4 * VECTOR_WORDS;
    }
    if (blocks >= 2 * VECTOR_BLOCKS) {
        encrypt(keys, &c, 2, 0xff, out, adding);
        blocks -= 2 * VECTOR_BLOCKS;
        out += 2 * VECTOR_WORDS;
    }
    if (blocks >= VECTOR_BLOCKS) {
        encrypt(keys, &c, 1, 0xff, out, adding);
        blocks -= VECTOR_BLOCKS;
        out += VECTOR_WORDS;
    }
    if (blocks > 0) {
        encrypt(keys, &c, 1, (__mmask8) ((1u << (blocks * PRG_BLOCK_WORDS)) - 1), out, adding);
    }
}

static void fill(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                 size_t blocks)
{
    stream(key, counter, out, blocks, false);
}

static void add(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                size_t blocks)
{
    stream(key, counter, out, blocks, true);
}

/* Of VECTORS (even, a constant, at most IN_FLIGHT) half from each half of the words. */
INLINE void hash_blocks(const __m512i *keys, __m512i keep, __m512i tweak, size_t vectors,
                        const uint64_t *low, const uint64_t *high, uint64_t *out_low,
                        uint64_t *out_high)
{
    __m512i x[IN_FLIGHT], y[IN_FLIGHT];

#pragma GCC unroll 4
    for (size_t i = 0; i < vectors; i += 2) {
        __m512i l = _mm512_loadu_si512(low + i / 2 * VECTOR_WORDS);
        const __m512i h = _mm512_loadu_si512(high + i / 2 * VECTOR_WORDS);
        l = _mm512_or_si512(_mm512_and_si512(l, keep), tweak);
        x[i] = _mm512_unpacklo_epi64(l, h);
        x[i + 1] = _mm512_unpackhi_epi64(l, h);
        y[i] = _mm512_xor_si512(x[i], keys[0]);
        y[i + 1] = _mm512_xor_si512(x[i + 1], keys[0]);
    }
#pragma GCC unroll 10
    for (unsigned r = 1; r < ROUNDS; r++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < vectors; i++) {
            y[i] = _mm512_aesenc_epi128(y[i], keys[r]);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < vectors; i++) {
        y[i] = _mm512_xor_si512(_mm512_aesenclast_epi128(y[i], keys[ROUNDS]), x[i]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < vectors; i += 2) {
        _mm512_storeu_si512(out_low + i / 2 * VECTOR_WORDS, _mm512_unpacklo_epi64(y[i], y[i + 1]));
        _mm512_storeu_si512(out_high + i / 2 * VECTOR_WORDS, _mm512_unpackhi_epi64(y[i], y[i + 1]));
    }
}

static void hash(const struct prg_key *key, unsigned tweak, const uint64_t *low,
                 const uint64_t *high, uint64_t *out_low, uint64_t *out_high, size_t blocks)
{
    enum { MANY = IN_FLIGHT * VECTOR_BLOCKS, FEW = 2 * VECTOR_BLOCKS };
    const __m512i keep = _mm512_set1_epi64(-4), tweaks = _mm512_set1_epi64((long long) tweak);
    __m512i keys[ROUNDS + 1];
    size_t i = 0;

    load_keys(keys, key);
    for (; i + MANY <= blocks; i += MANY) {
        hash_blocks(keys, keep, tweaks, IN_FLIGHT, low + i, high + i, out_low + i, out_high + i);
    }
    for (; i < blocks; i += FEW) {
        hash_blocks(keys, keep, tweaks, 2, low + i, high + i, out_low + i, out_high + i);
    }
}

const struct prg_kernel prg_kernel_avx512 = {fill, add, hash};

#endif
