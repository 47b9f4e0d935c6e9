/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): words by GPT-2's
 * regular expression, bytes as tokens, the pair of lowest rank joined first.
 */
#ifndef MPCF_TEXT_BYTE_BPE_H
#define MPCF_TEXT_BYTE_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/merges.h"
#include "text/token_list.h"
#include "text/vocabulary.h"

struct byte_bpe {
    int32_t bytes[256]; /* id of each byte; VOCABULARY_NONE: it is left out */
    struct merges merges;
    bool prefix_space; /* text that does not begin with a space gets one */
    bool whole_words;  /* a word that is in the vocabulary is not cut */
};

/* Ids of the bytes, from the characters that stand for them in V. */
void byte_bpe_find_bytes(struct byte_bpe *b, const struct vocabulary *v);
/* Adds the next merge: LEFT and RIGHT as written in the file. MPCF_E_FORMAT: one of them, or
 * both joined, is not in V. */
mpcf_status byte_bpe_add_merge(struct byte_bpe *b, const struct vocabulary *v, const char *left,
                               size_t left_length, const char *right, size_t right_length,
                               mpcf_error *err);
void byte_bpe_clear(struct byte_bpe *b);

/* Adds the tokens of TEXT (valid UTF-8, no special tokens); LIST->failed: memory. */
void byte_bpe_encode(const struct byte_bpe *b, const struct vocabulary *v, const char *text,
                     size_t length, struct token_list *list);
/* Bytes of the first word of LENGTH > 0: one match of
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
size_t byte_bpe_word(const char *text, size_t length);

#endif
