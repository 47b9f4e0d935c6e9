/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing to the bit, eight values a step: eight values of k bits are k whole bytes, so where
 * each byte comes from is the same in every step, and one byte permutation (VBMI) moves them.
 */
#include "ring/packed_size.h"
#include "ring/ring_kernel.h"

#if defined(__AVX512VBMI__)

#include <stdbool.h>
#include <string.h>

#include <immintrin.h>

#define LANES 8
/* Below so many values, making the tables costs more than they save. */
#define SHORTEST 48

#define INLINE static inline __attribute__((always_inline))

static uint64_t mask_of(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

/* The low COUNT of 64 bytes. */
static __mmask64 first_bytes(size_t count)
{
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static __mmask8 first_lanes(size_t count)
{
    return (__mmask8) ((1u << count) - 1);
}

struct spread {
    __m512i low, high; /* of each lane the eight bytes where its value begins; and the ninth */
    __m512i down, up;  /* the value's place in them */
    __m512i mask;
};

static struct spread spread_of(unsigned bits)
{
    uint8_t low[64], high[64] = {0};
    uint64_t down[LANES], up[LANES];
    struct spread s;

    for (unsigned i = 0; i < LANES; i++) {
        for (unsigned q = 0; q < 8; q++) {
            low[8 * i + q] = (uint8_t) (i * bits / 8 + q);
        }
        high[8 * i] = (uint8_t) (i * bits / 8 + 8);
        down[i] = i * bits % 8;
        up[i] = 64 - down[i];
    }
    s.low = _mm512_loadu_si512(low);
    s.high = _mm512_loadu_si512(high);
    s.down = _mm512_loadu_si512(down);
    s.up = _mm512_loadu_si512(up);
    s.mask = _mm512_set1_epi64((long long) mask_of(bits));
    return s;
}

INLINE __m512i spread_values(const struct spread *s, __m512i bytes, bool wide)
{
    __m512i x = _mm512_srlv_epi64(_mm512_permutexvar_epi8(s->low, bytes), s->down);

    if (wide) {
        const __mmask64 first_of_each = UINT64_C(0x0101010101010101);
        const __m512i ninth = _mm512_maskz_permutexvar_epi8(first_of_each, s->high, bytes);

        x = _mm512_or_si512(x, _mm512_sllv_epi64(ninth, s->up));
    }
    return _mm512_and_si512(x, s->mask);
}

INLINE void unpack_all(uint64_t *x, const uint8_t *in, size_t n, unsigned bits, bool wide)
{
    const struct spread s = spread_of(bits);
    const __mmask64 mask = first_bytes(bits);

    for (; n >= LANES; n -= LANES) {
        _mm512_storeu_si512(x, spread_values(&s, _mm512_maskz_loadu_epi8(mask, in), wide));
        x += LANES;
        in += bits;
    }
    if (n > 0) {
        const __mmask64 rest = first_bytes(ring_packed_size(n, bits));

        _mm512_mask_storeu_epi64(x, first_lanes(n),
                                 spread_values(&s, _mm512_maskz_loadu_epi8(rest, in), wide));
    }
}

static void unpack(uint64_t *x, const uint8_t *in, size_t n, unsigned bits)
{
    if (n < SHORTEST) {
        ring_bits_kernel_portable.unpack(x, in, n, bits);
    } else if (bits > 57) {
        unpack_all(x, in, n, bits, true);
    } else {
        unpack_all(x, in, n, bits, false);
    }
}

/* Eight bits and more: a byte of the output has bits of at most two values. */
struct gather {
    __m512i first, second; /* byte of the shifted values (+ 64: of what fell out above) */
    __mmask64 has_second;
    __m512i up, down;
    __m512i mask;
};

static uint8_t place_of(unsigned lane, unsigned byte, unsigned bits)
{
    unsigned at = byte - lane * bits / 8;

    return (uint8_t) (at < 8 ? 8 * lane + at : 64 + 8 * lane);
}

static struct gather gather_of(unsigned bits)
{
    uint8_t first[64] = {0}, second[64] = {0};
    uint64_t up[LANES], down[LANES];
    struct gather g = {.has_second = 0};

    for (unsigned j = 0; j < bits; j++) {
        unsigned lane = 8 * j / bits, last = (8 * j + 7) / bits;

        first[j] = place_of(lane, j, bits);
        if (last != lane) {
            second[j] = place_of(last, j, bits);
            g.has_second |= UINT64_C(1) << j;
        }
    }
    for (unsigned i = 0; i < LANES; i++) {
        up[i] = i * bits % 8;
        down[i] = 64 - up[i];
    }
    g.first = _mm512_loadu_si512(first);
    g.second = _mm512_loadu_si512(second);
    g.up = _mm512_loadu_si512(up);
    g.down = _mm512_loadu_si512(down);
    g.mask = _mm512_set1_epi64((long long) mask_of(bits));
    return g;
}

INLINE __m512i gathered(const struct gather *g, __m512i x, bool wide)
{
    __m512i low, above, one, other;

    x = _mm512_and_si512(x, g->mask);
    low = _mm512_sllv_epi64(x, g->up);
    if (!wide) {
        one = _mm512_permutexvar_epi8(g->first, low);
        other = _mm512_maskz_permutexvar_epi8(g->has_second, g->second, low);
    } else {
        above = _mm512_srlv_epi64(x, g->down);
        one = _mm512_permutex2var_epi8(low, g->first, above);
        other = _mm512_maskz_permutex2var_epi8(g->has_second, low, g->second, above);
    }
    return _mm512_or_si512(one, other);
}

INLINE void pack_all(uint8_t *out, const uint64_t *x, size_t n, unsigned bits, bool wide)
{
    const struct gather g = gather_of(bits);
    const __mmask64 mask = first_bytes(bits);

    for (; n >= LANES; n -= LANES) {
        _mm512_mask_storeu_epi8(out, mask, gathered(&g, _mm512_loadu_si512(x), wide));
        x += LANES;
        out += bits;
    }
    if (n > 0) {
        const __m512i rest = _mm512_maskz_loadu_epi64(first_lanes(n), x);

        _mm512_mask_storeu_epi8(out, first_bytes(ring_packed_size(n, bits)),
                                gathered(&g, rest, wide));
    }
}

/* Below eight bits: the low bytes, and of these the low bits (pext). */
static void pack_narrow(uint8_t *out, const uint64_t *x, size_t n, unsigned bits)
{
    const uint64_t low_bits = mask_of(bits) * UINT64_C(0x0101010101010101);
    const uint8_t *end = out + ring_packed_size(n, bits);

    for (; n > 0; n -= n < LANES ? n : LANES) {
        size_t lanes = n < LANES ? n : LANES;
        __m128i bytes = _mm512_cvtepi64_epi8(_mm512_maskz_loadu_epi64(first_lanes(lanes), x));
        uint64_t word = _pext_u64((uint64_t) _mm_cvtsi128_si64(bytes), low_bits);

        /* A whole word where there is room: the next step writes over what is too much. */
        if (end - out >= 8) {
            memcpy(out, &word, 8);
        } else {
            memcpy(out, &word, ring_packed_size(lanes, bits));
        }
        x += lanes;
        out += bits;
    }
}

static void pack(uint8_t *out, const uint64_t *x, size_t n, unsigned bits)
{
    if (n < SHORTEST) {
        ring_bits_kernel_portable.pack(out, x, n, bits);
    } else if (bits < 8) {
        pack_narrow(out, x, n, bits);
    } else if (bits <= 57) {
        pack_all(out, x, n, bits, false);
    } else {
        pack_all(out, x, n, bits, true);
    }
}

const struct ring_bits_kernel ring_bits_kernel_avx512ifma = {pack, unpack};

#endif
