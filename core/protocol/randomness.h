/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correlated randomness that seeds give: streams addressed by inference, step and item, under
 * the key that the dealer shares with one party. The dealer knows both keys, a party its own.
 */
#ifndef MPCF_PROTOCOL_RANDOMNESS_H
#define MPCF_PROTOCOL_RANDOMNESS_H

#include <stddef.h>
#include <stdint.h>

#include "channel/role.h"
#include "prg/prg.h"
#include "program/program.h"

/* Items of a step; a row uses each for one purpose. */
enum random_item {
    ITEM_MASK_0 = 0, /* masks of opened operands; MASKED's A */
    ITEM_MASK_1,
    ITEM_SHARE, /* the provider's share of what the dealer corrects */
    ITEM_BIT,   /* masks of opened bits */
    ITEM_BIT_SHARE,
    ITEM_HIGH_SHARE, /* TRUNCATE_EXTEND: of r >> shift */
    ITEM_TREE = 16,  /* COMPARE: masks of round i */
    ITEM_TREE_SHARE = 32,
    ITEM_WRAP = 48, /* lifted operands: the provider's shares of w, of v, by operand */
    ITEM_TOP = 50,
    ITEM_CROSS = 52 /* and of products of v with masks */
};

/* Tests see each use: (role whose key, stream, first word, words). */
typedef void random_observe(void *context, enum role role, struct prg_stream stream, uint64_t first,
                            size_t n);

struct randomness {
    const struct prg_key *key[2]; /* by role; NULL: not known here */
    uint32_t inference;
    random_observe *observe; /* NULL outside tests */
    void *observe_context;
};

void random_fill(const struct randomness *r, enum role role, const struct step *s, unsigned item,
                 size_t first, uint64_t *out, size_t n);
/* The same of another step's stream. */
void random_fill_of(const struct randomness *r, enum role role, uint32_t step, unsigned item,
                    size_t first, uint64_t *out, size_t n);
/* N bits from bit FIRST on, a multiple of 64, as words of 0 or 1. N <= 1024. */
void random_fill_bits(const struct randomness *r, enum role role, const struct step *s,
                      unsigned item, size_t first, uint64_t *out, size_t n);

#endif
