/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of wave_kernel.h, under the name WAVE_KERNEL_NAME. */
#include "protocol/wave_kernel.h"

#define HALF ((int64_t) 1 << (WAVE_ONE - 1))

/* X of 2 WAVE_ONE bits behind the point, of a number below 2 in magnitude. */
static inline int32_t nearest(int64_t x)
{
    return (int32_t) (uint32_t) ((uint64_t) (x + HALF) >> WAVE_ONE);
}

static inline int64_t times(int32_t a, int32_t b)
{
    return (int64_t) a * b;
}

/* Taylor's series of sin(pi z / 4) and cos(pi z / 4), z within [-1, 1]. */
static inline int32_t small_sine(int32_t z)
{
    const int32_t w = nearest(times(z, z));
    int32_t y = 336 + nearest(times(-2, w));

    y = -39273 + nearest(times(y, w));
    y = 2674041 + nearest(times(y, w));
    y = -86699834 + nearest(times(y, w));
    y = 843314857 + nearest(times(y, w));
    return nearest(times(y, z));
}

static inline int32_t small_cosine(int32_t z)
{
    const int32_t w = nearest(times(z, z));
    int32_t y = 3856 + nearest(times(-26, w));

    y = -350031 + nearest(times(y, w));
    y = 17023473 + nearest(times(y, w));
    y = -331168970 + nearest(times(y, w));
    return 1073741824 + nearest(times(y, w));
}

/* X, or -X where MINUS is all ones. */
static inline int32_t signed_by(int32_t x, int32_t minus)
{
    return (x ^ minus) - minus;
}

/* An eighth of a turn on both sides of a quarter's multiple. */
static void turn(int32_t *cos, int32_t *sin, const uint64_t *angle, uint64_t factor, unsigned bits,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t at = (uint32_t) (angle[i] * factor << (32 - bits)) + (1u << 29);
        const int32_t quarter = (int32_t) (at >> 30);
        const int32_t z = ((int32_t) (at & 0x3FFFFFFF) - (1 << 29)) * 2;
        const int32_t c = small_cosine(z), s = small_sine(z);
        const int32_t swap = (c ^ s) & (0 - (quarter & 1));
        cos[i] = signed_by(c ^ swap, 0 - ((quarter ^ quarter >> 1) & 1));
        sin[i] = signed_by(s ^ swap, 0 - (quarter >> 1));
    }
}

static void rotate(int32_t *cos, int32_t *sin, const int32_t *by_cos, const int32_t *by_sin,
                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t c = cos[i], s = sin[i];
        cos[i] = nearest(times(c, by_cos[i]) - times(s, by_sin[i]));
        sin[i] = nearest(times(s, by_cos[i]) + times(c, by_sin[i]));
    }
}

static void add(uint64_t *out, const struct wave_term *t, const int32_t *cos, const int32_t *sin,
                const uint64_t *c, const uint64_t *s, size_t n)
{
    const int32_t a = (int32_t) t->cosine, b = (int32_t) t->sine;
    const uint64_t unit = (uint64_t) 1 << t->shift;

    for (size_t i = 0; i < n; i++) {
        const int32_t by_c = nearest(times(a, cos[i]) + times(b, sin[i]));
        const int32_t by_s = nearest(times(b, cos[i]) - times(a, sin[i]));
        out[i] += unit * ((uint64_t) (int64_t) by_c * c[i] + (uint64_t) (int64_t) by_s * s[i]);
    }
}

static void round_to(uint64_t *out, const int32_t *number, unsigned places, size_t n)
{
    const unsigned shift = WAVE_ONE - places;
    const int64_t half = (int64_t) 1 << (shift - 1), above = (int64_t) 1 << WAVE_ONE;

    for (size_t i = 0; i < n; i++) { /* not negative while it is shifted */
        out[i] = ((uint64_t) (number[i] + above + half) >> shift) - ((uint64_t) 1 << places);
    }
}

const struct wave_kernel WAVE_KERNEL_NAME = {turn, rotate, add, round_to};
