/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operands that are opened in their own width and lifted to the result's ring in the same step.
 *
 * An opening e = x - a modulo 2^K (opening.h), K = m + 1, is of x with the mask r = -a mod 2^K. With
 * c = e + 2^(m-1) modulo 2^K, C = c - 2^(m-1), u = 1 - msb(c), v = msb(r):
 *     x = C - q,   q = r - u v 2^K,   over the integers, for every |x| < 2^(m-1):
 * x + 2^(m-1) + r wraps just where v = 1 and msb(c) = 0, as x + 2^(m-1) < 2^(K-1). u and C are public,
 * q has shares in any ring, and so have its products. Of r = w 2^K - a0 - a1 (a0, a1 below 2^K, w 0, 1
 * or 2) the parties have all but w: the dealer shares w and v modulo 2^(k-K), as they are multiplied
 * by 2^K.
 * Source: as TRUNCATE_EXTEND, Escudero, Ghosh, Keller, Rachuri, Scholl (2020), with products of the
 * mask and of its top bit in place of the shifted mask.
 */
#ifndef MPCF_PROTOCOL_LIFT_H
#define MPCF_PROTOCOL_LIFT_H

#include "protocol/opening.h"

/* Column ring_needed of the kinds that lift. */
unsigned lift_ring_needed(const struct program *p, const struct step *s, size_t i);
/* The openings, the correction of opening_cost(), and w and v of each operand. */
void lift_cost(const struct program *p, const struct step *s, struct step_cost *cost);
/* Bits of what is multiplied by 2^BELOW in the result's ring. */
unsigned lift_high(const struct program *p, const struct step *s, unsigned below);

/* One operand, for one role. */
struct lift {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    unsigned operand, opened, high; /* K, k - K or 0 */
    struct packed_array wraps, tops;
    const uint64_t *e; /* parties */
};

struct lift lift_of(const struct program *p, const struct randomness *r, const struct step *s,
                    enum role role, unsigned operand);
/* The next COUNT numbers of BITS bits in M, the dealer's to write and the user's to read; the provider
 * has its shares from its seed, and reads nothing. */
struct packed_array lift_array(const struct lift *l, struct message *m, size_t count,
                               unsigned bits);
/* Those of w and v. */
void lift_place(struct lift *l, struct message *m);
/* Dealer: r of N elements from FIRST on, and w; OTHER is scratch. */
void lift_mask(const struct lift *l, size_t first, uint64_t *r, uint64_t *w, uint64_t *other,
               size_t n);
/* Dealer: writes the corrections of w, which is overwritten, and of r's top bit. */
void lift_write(const struct lift *l, size_t first, const uint64_t *r, uint64_t *w, uint64_t *other,
                size_t n);
/* A party: c, below 2^K, and its share of q. */
void lift_open(const struct lift *l, size_t first, uint64_t *c, uint64_t *q, uint64_t *other,
               size_t n);
/* C and u of c. */
static inline uint64_t lift_centre(const struct lift *l, uint64_t c)
{
    return c - (UINT64_C(1) << (l->opened - 2));
}
static inline uint64_t lift_below(const struct lift *l, uint64_t c)
{
    return 1 - (c >> (l->opened - 1));
}

/* --- Corrections of BITS bits, where there are any --- */

/* Dealer: X, which is overwritten, minus the provider's share of ITEM. */
void lift_correct(const struct lift *l, unsigned item, struct packed_array to, size_t first,
                  uint64_t *x, uint64_t *share, size_t n);
/* A party's share. */
void lift_share(const struct lift *l, unsigned item, struct packed_array from, size_t first,
                uint64_t *out, size_t n);

#endif
