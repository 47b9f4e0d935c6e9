/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a distributed point function on r, opened from the root down to intervals that grow with their
 * distance from a public c: what both parties need to evaluate a function of x = c - r by pieces whose
 * widths are a fixed part of x, without a comparison.
 *
 * The tree halves [0, 2^K): a node of depth d holds the 2^l numbers, l = K - d, that begin with the same d
 * bits. Where r lies in the node that is J nodes below the one of c,
 *     x = 2^l (J + g - t),   g = (c mod 2^l) / 2^l, t = (r mod 2^l) / 2^l, both in [0, 1):
 * an interval of x that is public, and narrow against x where J is large. So the parties go down from the
 * root; at every second depth, a *stop*, nodes from J = TREE_NEAR on end and count, nearer ones are halved twice more.
 * There are 3 TREE_NEAR nodes to count for two octaves of x, whatever c is: which they are is a matter of
 * c's bits, by which lists are selected, not addressed.
 *
 * Each party holds for every node a seed and a bit: the same for both off the way to r, independent and
 * complementary on it. A correction of 128 bits a depth, known to both, keeps that so; at a stop another
 * one makes (1, t - 1/2, (t - 1/2)^2) of what the seeds of the node on the way expand to, in fixed point, so
 * that the parties have shares of these at the interval that x is in, and of zeros at all others.
 *
 * Security: who holds one seed sees corrections that are masked by the other's expansion. Seeds have 126
 * bits; their expansion is prg_hash() under a key of the step's own, drawn for the run: N seeds under one key
 * are told from random ones with T evaluations of AES at advantage at most about N T / 2^126.
 * Sources: Boyle, Gilboa, Ishai, "Function secret sharing: improvements and extensions" (CCS 2016): the
 * tree; Boneh, Boyle, Corrigan-Gibbs, Gilboa, Ishai, "Lightweight techniques for private heavy hitters" (S&P
 * 2021): payloads at several depths; Boyle et al., "Function secret sharing for mixed-mode and fixed-point
 * secure computation" (EUROCRYPT 2021): a gate on c = x + r. Theirs compares c with shifted thresholds; here
 * the nodes themselves are the pieces, so that r mod 2^l is at hand in place of r, and nothing wraps.
 */
#ifndef MPCF_PROTOCOL_INTERVAL_TREE_H
#define MPCF_PROTOCOL_INTERVAL_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "channel/role.h"
#include "prg/prg.h"
#include "protocol/interval_kernel.h"

struct tree {
    unsigned bits;   /* K, of c and r; x is from 0 to 2^(K-1) - 1 */
    unsigned finest; /* l of the last stop */
    unsigned depth;  /* of the last stop */
    unsigned first;  /* depth of the first one */
    unsigned stops;
    unsigned ring; /* of payloads */
};

/* FINEST is below BITS. */
struct tree tree_of(unsigned bits, unsigned finest, unsigned ring);
/* Of a key: words of corrections, and numbers of RING bits. */
size_t tree_words(const struct tree *t);
size_t tree_payloads(const struct tree *t);

/* N keys, N <= TREE_ROWS: R[n]; SEEDS [2][2 n] of provider and user, random; to WORDS [n][tree_words()] and
 * PAYLOADS [n][tree_payloads()], both for either party. */
void tree_deal(const struct tree *t, const struct prg_key *hash, const uint64_t *r,
               uint64_t *const seeds[2], size_t n, uint64_t *words, uint64_t *payloads);

/* A function, by its series at J = 0 .. on the nodes of the last stop: on a stop before it is 2^DOWN times less, and
 * again. */
struct tree_function {
    int64_t series[TREE_SERIES][TREE_NODES];
    unsigned down;
};

/* OUT[n] = ROLE's share of the function at C[n] - r: N keys as above, SEEDS its own. */
void tree_walk(const struct tree *t, const struct prg_key *hash, enum role role, const uint64_t *c,
               const uint64_t *seeds, const uint64_t *words, const uint64_t *payloads, size_t n,
               const struct tree_function *function, uint64_t *out);

#endif
