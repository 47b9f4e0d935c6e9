/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes of a COMPARE, for its two halves: the local first level and the tree above it.
 */
#ifndef MPCF_PROTOCOL_COMPARE_SHAPE_H
#define MPCF_PROTOCOL_COMPARE_SHAPE_H

#include "protocol/step_operations.h"

/* How many bits a group has, 1 to 4 (bits/bits.h); what follows from it. */
#define COMPARE_GROUP_BITS    4
#define COMPARE_GROUP_PLANES  ((1u << COMPARE_GROUP_BITS) - 1) /* of a whole group, one-hot */
#define COMPARE_MAGNITUDE_MAX 62
#define COMPARE_GROUPS_MAX    ((COMPARE_MAGNITUDE_MAX + COMPARE_GROUP_BITS - 1) / COMPARE_GROUP_BITS)

struct compare {
    const struct program *program;
    const struct step *step;
    unsigned opened;             /* K = m + 1 bits */
    unsigned groups;             /* of the low K - 1 bits, COMPARE_GROUP_BITS each */
    unsigned rounds;             /* 1 + levels of the tree */
    size_t thresholds, elements; /* T, n */
    size_t words;                /* of one plane: W */
    size_t planes;               /* one-hot planes of r and its top bit */
};
struct compare compare_of(const struct program *p, const struct step *s);
/* Bits of group G: fewer in the highest where they do not come out even. */
unsigned compare_group_bits(const struct compare *c, unsigned g);
/* Pairs that round ROUND >= 1 joins, and groups it starts with. */
size_t compare_pairs(const struct compare *c, unsigned round, size_t *groups);
/* THRESHOLD + 2^(m-1), within 0 .. 2^m. */
uint64_t compare_threshold(const struct compare *c, size_t threshold);

/* A party's planes between rounds, one block of the pool. */
struct compare_state {
    uint64_t *less, *equal; /* [T][groups][W] */
    uint64_t *top;          /* [T][W] */
    uint64_t *opened;       /* of this round */
};
struct compare_state compare_state_at(const struct compare *c, uint64_t *block);
size_t compare_state_words(const struct compare *c);

#endif
