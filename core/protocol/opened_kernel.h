/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elementwise loops of steps that open under a mask of K bits (lift.h, truncate_extend.c), N elements each.
 * Arrays of one call do not overlap unless they are the same word for word.
 */
#ifndef MPCF_PROTOCOL_OPENED_KERNEL_H
#define MPCF_PROTOCOL_OPENED_KERNEL_H

#include <stddef.h>
#include <stdint.h>

struct opened_product {
    unsigned opened[2]; /* K of x and of y */
    uint64_t provides;  /* 1 or 0 */
    uint64_t power[3];  /* 2^K, 2^K', 2^(K+K'), of u v r', u' v' r, u u' v v' */
};

struct opened_truncation {
    unsigned opened, shift; /* K, f */
    uint64_t offset;        /* C's, 2^(K-2) >> f at the provider */
    uint64_t provides, power;
};

struct opened_kernel {
    /* Of a0 in R and a1 in OTHER: r = -(a0 + a1) modulo 2^K into R, and w into W. */
    void (*mask)(uint64_t *r, uint64_t *w, const uint64_t *other, unsigned opened, size_t n);
    /* OUT = X's top bit of K, times Y where there is one. */
    void (*top)(uint64_t *out, const uint64_t *x, unsigned opened, const uint64_t *y, size_t n);
    /* Of e, and shares of w in C, of v in TOPS, of r in Q: c into C and q into Q. */
    void (*lift)(uint64_t *c, uint64_t *q, const uint64_t *e, const uint64_t *tops, unsigned opened,
                 size_t n);
    /* Z += C (C - 2 q) + 2^K u CROSS, C^2 at the provider alone. */
    void (*square)(uint64_t *z, const uint64_t *c, const uint64_t *q, const uint64_t *cross,
                   unsigned opened, uint64_t provides, size_t n);
    /* Z += C C' - C q' - C' q; u and u' into C and D. */
    void (*product)(const struct opened_product *k, uint64_t *z, uint64_t *c, const uint64_t *q,
                    uint64_t *d, const uint64_t *p, size_t n);
    /* Z += the crosses of U and U2. */
    void (*crosses)(const struct opened_product *k, uint64_t *z, const uint64_t *u,
                    const uint64_t *u2, uint64_t *const *cross, size_t n);
    /* A dealt truncation: of a0 in A, a1 in B, r >> f less HIGH into HIGH, v less TOP into TOP. */
    void (*deal_truncation)(const struct opened_truncation *k, const uint64_t *a, const uint64_t *b,
                            uint64_t *high, uint64_t *top, size_t n);
    /* OUT = the truncation's share, of both halves of c and the shares of r >> f and of v. */
    void (*truncate)(const struct opened_truncation *k, uint64_t *out, const uint64_t *own,
                     const uint64_t *other, const uint64_t *high, const uint64_t *top, size_t n);
    /* OUT = X + MASK + OFFSET. */
    void (*add_offset)(uint64_t *out, const uint64_t *x, const uint64_t *mask, uint64_t offset,
                       size_t n);
};

extern const struct opened_kernel opened_kernel_portable;
extern const struct opened_kernel opened_kernel_avx2;
extern const struct opened_kernel opened_kernel_avx512;

/* Of this processor. */
const struct opened_kernel *opened_kernel(void);

#endif
