/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte-pair encoding (Sennrich et al. 2016): a word's characters as tokens, the pair of lowest rank
 * joined first.
 */
#ifndef MPCF_TEXT_BPE_H
#define MPCF_TEXT_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/merges.h"
#include "text/merging.h"
#include "text/token_list.h"
#include "text/unicode.h"
#include "text/vocabulary.h"

#define BPE_NEAR 0x180 /* points whose tokens are at hand: all that bytes are written with */
/* Id of an unk_token that is no word: a text that needs it is an error. */
#define BPE_MISSING (-2)

/* All zero but UNKNOWN: bytes as characters, no merges. */
struct bpe {
    struct merges merges;
    int32_t unknown;      /* for a character without a token; VOCABULARY_NONE: it is left out */
    bool fuse_unknown;    /* neighbours are one unknown token */
    bool whole_words;     /* a word that is in the vocabulary is not cut */
    bool byte_fallback;   /* a character without a token is bytes, "<0x0A>", where all are there */
    struct points prefix; /* before all characters but the first */
    struct points suffix; /* behind the last */
    int32_t near[BPE_NEAR]; /* ids of single points, where they have neither prefix nor suffix */
    int32_t bytes[256];     /* ids of "<0x00>" to "<0xFF>", or VOCABULARY_NONE */
};

/* Finds in V what words are made of; call once V is whole. */
void bpe_find_tokens(struct bpe *b, const struct vocabulary *v);
/* Adds the next merge: LEFT and RIGHT as written in the file; PREFIX is there. MPCF_E_FORMAT: one of
 * them, or both joined, is not in V. */
mpcf_status bpe_add_merge(struct bpe *b, const struct vocabulary *v, const char *left,
                          size_t left_length, const char *right, size_t right_length,
                          mpcf_error *err);
void bpe_clear(struct bpe *b);

/* Adds the tokens of a word, COUNT > 0, with M as memory. False: it needs BPE_MISSING. */
bool bpe_encode(const struct bpe *b, const struct vocabulary *v, struct merging *m,
                const uint32_t *points, size_t count, struct token_list *list);

#endif
