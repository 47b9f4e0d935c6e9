/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over sines and cosines, by integers alone: parties that round one differently would end with noise.
 * Numbers of 2^WAVE_ONE are 1; all are within 2^-26 of what they should be.
 */
#ifndef MPCF_PROTOCOL_WAVE_KERNEL_H
#define MPCF_PROTOCOL_WAVE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define WAVE_ONE 30

/* A harmonic in fixed point: how it is rounded where a party adds it up. */
struct wave_term {
    int64_t cosine, sine; /* coefficients, below 2^24 */
    unsigned shift;       /* of what is added */
};

struct wave_kernel {
    /* COS, SIN [n] of FACTOR ANGLE / 2^BITS turns, BITS 2 to 32. */
    void (*turn)(int32_t *cos, int32_t *sin, const uint64_t *angle, uint64_t factor, unsigned bits,
                 size_t n);
    /* (COS, SIN) turned on by (BY_COS, BY_SIN). */
    void (*rotate)(int32_t *cos, int32_t *sin, const int32_t *by_cos, const int32_t *by_sin,
                   size_t n);
    /* OUT += (a [c] + b [s]) 2^shift, (a, b) being T's coefficients turned by (COS, SIN), of shares C and S. */
    void (*add)(uint64_t *out, const struct wave_term *t, const int32_t *cos, const int32_t *sin,
                const uint64_t *c, const uint64_t *s, size_t n);
    /* OUT = NUMBER, of PLACES bits behind the point, rounded. */
    void (*round)(uint64_t *out, const int32_t *number, unsigned places, size_t n);
};

extern const struct wave_kernel wave_kernel_portable;
#if defined(__x86_64__)
extern const struct wave_kernel wave_kernel_avx2, wave_kernel_avx512;
#endif
/* Of this processor's level. */
const struct wave_kernel *wave_kernel(void);

#endif
