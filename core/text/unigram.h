/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unigram tokens (Kudo 2018): of all ways to cut a text into pieces, the one of the highest sum of
 * scores, as the tokenizers library finds it: from left to right in doubles, and of two equal sums
 * the one whose last piece begins first. A character that is no piece costs the lowest score less
 * 10, and neighbours of that kind become one unknown token.
 */
#ifndef MPCF_TEXT_UNIGRAM_H
#define MPCF_TEXT_UNIGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/piece_tree.h"
#include "text/token_list.h"

/* All zero: empty. */
struct unigram {
    struct piece_tree tree;
    double *scores; /* of each id */
    size_t count;
    double lowest;
    int32_t unknown;
    bool falls_back;    /* to bytes, where each of an unknown token is a piece */
    int32_t bytes[256]; /* ids of "<0x00>" to "<0xFF>"; -1: no piece */
};

/* Gives piece I the id I; UNKNOWN is one of the COUNT. The call sorts PIECES, which are not needed
 * behind it, and takes 17 bytes for each byte of their texts, 8 for each of them. */
mpcf_status unigram_build(struct unigram *u, struct piece *pieces, size_t count, size_t unknown,
                          bool falls_back, const char *name, mpcf_error *err);
void unigram_clear(struct unigram *u);

/* Adds the tokens of COUNT points, in 16 bytes for each of them; LIST->failed: memory. */
void unigram_encode(const struct unigram *u, const uint32_t *points, size_t count,
                    struct token_list *list);

#endif
