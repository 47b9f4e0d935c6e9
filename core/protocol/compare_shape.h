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
    unsigned opened; /* K = m + 1 bits; m where all thresholds are 0 */
    unsigned groups; /* of the low K - 1 bits, COMPARE_GROUP_BITS each */
    unsigned rounds; /* 1 + levels of the tree, whose joins are of four groups at most */
    size_t thresholds, elements; /* T, n */
    size_t words;                /* of one plane: W */
    size_t planes;               /* one-hot planes of r and its top bit */
};
struct compare compare_of(const struct program *p, const struct step *s);
/* Bits of group G: fewer in the highest where they do not come out even. */
unsigned compare_group_bits(const struct compare *c, unsigned g);

/*
 * What round ROUND >= 1 does: GROUPS of them become COUNT, WIDTH of them one; the highest of these may have fewer, or
 * be one group that stays as it is. As many rounds as with the widest joins, which are as narrow as that leaves room for.
 */
#define COMPARE_WIDTH_MAX 4
struct compare_join {
    size_t groups, width, count;
};
struct compare_join compare_join(const struct compare *c, unsigned round);
/* Groups of join Q. */
size_t compare_join_width(const struct compare_join *j, size_t q);
/* Planes of a threshold that are opened, and products of masks that are dealt, before join Q (all: COUNT). */
size_t compare_opened_before(const struct compare_join *j, size_t q);
size_t compare_products_before(const struct compare_join *j, size_t q);
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
