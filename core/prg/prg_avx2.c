/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream by AES-NI: eight blocks in flight hide the latency of the rounds.
 */
#include "prg/prg_kernel.h"

#if defined(__AES__)

#include <stdbool.h>
#include <string.h>

#include <immintrin.h>

#define ROUNDS    10
#define IN_FLIGHT 8

#define INLINE static inline __attribute__((always_inline))

INLINE void load_keys(__m128i *keys, const struct prg_key *key)
{
    for (unsigned r = 0; r <= ROUNDS; r++) {
        keys[r] = _mm_load_si128((const __m128i *) (const void *) (key->round_keys + 16 * r));
    }
}

INLINE __m128i counter_block(uint64_t nonce, uint64_t number)
{
    return _mm_set_epi64x((long long) __builtin_bswap64(number), (long long) nonce);
}

/* COUNT, a constant, is at most IN_FLIGHT. */
INLINE void encrypt(const __m128i *keys, uint64_t nonce, uint64_t number, size_t count,
                    uint64_t *out, bool adding)
{
    __m128i x[IN_FLIGHT];

#pragma GCC unroll 8
    for (size_t i = 0; i < count; i++) {
        x[i] = _mm_xor_si128(counter_block(nonce, number + i), keys[0]);
    }
#pragma GCC unroll 10
    for (unsigned r = 1; r < ROUNDS; r++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < count; i++) {
            x[i] = _mm_aesenc_si128(x[i], keys[r]);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < count; i++) {
        __m128i *to = (__m128i *) (void *) (out + i * PRG_BLOCK_WORDS);

        x[i] = _mm_aesenclast_si128(x[i], keys[ROUNDS]);
        if (adding) {
            x[i] = _mm_add_epi64(x[i], _mm_loadu_si128(to));
        }
        _mm_storeu_si128(to, x[i]);
    }
}

INLINE void stream(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                   size_t blocks, bool adding)
{
    __m128i keys[ROUNDS + 1];
    uint64_t nonce;
    uint64_t number = counter->first;

    memcpy(&nonce, counter->nonce, sizeof nonce);
    load_keys(keys, key);
    for (; blocks >= IN_FLIGHT; blocks -= IN_FLIGHT) {
        encrypt(keys, nonce, number, IN_FLIGHT, out, adding);
        number += IN_FLIGHT;
        out += IN_FLIGHT * PRG_BLOCK_WORDS;
    }
    for (; blocks > 0; blocks--) {
        encrypt(keys, nonce, number++, 1, out, adding);
        out += PRG_BLOCK_WORDS;
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

/* Eight blocks, two from each pair of words. */
INLINE void hash_blocks(const __m128i *keys, __m128i keep, __m128i tweak, const uint64_t *low,
                        const uint64_t *high, uint64_t *out_low, uint64_t *out_high)
{
    __m128i x[IN_FLIGHT], y[IN_FLIGHT];

#pragma GCC unroll 4
    for (size_t i = 0; i < IN_FLIGHT; i += 2) {
        __m128i l = _mm_loadu_si128((const __m128i *) (const void *) (low + i));
        const __m128i h = _mm_loadu_si128((const __m128i *) (const void *) (high + i));
        l = _mm_or_si128(_mm_and_si128(l, keep), tweak);
        x[i] = _mm_unpacklo_epi64(l, h);
        x[i + 1] = _mm_unpackhi_epi64(l, h);
        y[i] = _mm_xor_si128(x[i], keys[0]);
        y[i + 1] = _mm_xor_si128(x[i + 1], keys[0]);
    }
#pragma GCC unroll 10
    for (unsigned r = 1; r < ROUNDS; r++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < IN_FLIGHT; i++) {
            y[i] = _mm_aesenc_si128(y[i], keys[r]);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        y[i] = _mm_xor_si128(_mm_aesenclast_si128(y[i], keys[ROUNDS]), x[i]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < IN_FLIGHT; i += 2) {
        _mm_storeu_si128((__m128i *) (void *) (out_low + i), _mm_unpacklo_epi64(y[i], y[i + 1]));
        _mm_storeu_si128((__m128i *) (void *) (out_high + i), _mm_unpackhi_epi64(y[i], y[i + 1]));
    }
}

static void hash(const struct prg_key *key, unsigned tweak, const uint64_t *low,
                 const uint64_t *high, uint64_t *out_low, uint64_t *out_high, size_t blocks)
{
    const __m128i keep = _mm_set1_epi64x(-4), tweaks = _mm_set1_epi64x((long long) tweak);
    __m128i keys[ROUNDS + 1];

    load_keys(keys, key);
    for (size_t i = 0; i < blocks; i += IN_FLIGHT) {
        hash_blocks(keys, keep, tweaks, low + i, high + i, out_low + i, out_high + i);
    }
}

const struct prg_kernel prg_kernel_avx2 = {fill, add, hash};

#endif
