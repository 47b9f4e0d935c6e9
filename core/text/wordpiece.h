/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BERT's tokens: a normaliser, words at spaces and punctuation, longest pieces first
 * (Schuster and Nakajima 2012; Devlin et al. 2018).
 */
#ifndef MPCF_TEXT_WORDPIECE_H
#define MPCF_TEXT_WORDPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/token_list.h"
#include "text/unicode.h"
#include "text/vocabulary.h"

struct bert_normaliser {
    bool clean;   /* leave control characters out, all blanks become spaces */
    bool chinese; /* spaces around Chinese characters */
    bool strip;   /* decompose and leave accents out */
    bool lower;
};

struct wordpiece {
    struct bert_normaliser normaliser;
    int32_t unknown;       /* id */
    uint32_t continuation; /* node of VOCABULARY behind "##", or NOWHERE */
    size_t longest_word;   /* in code points; longer ones are unknown */
};

/* Adds the tokens of TEXT (valid UTF-8, no special tokens); LIST->failed: memory. */
void wordpiece_encode(const struct wordpiece *w, const struct vocabulary *v, const char *text,
                      size_t length, struct token_list *list);
/* The normal form alone, added to OUT. */
void bert_normalise(const struct bert_normaliser *n, const char *text, size_t length,
                    struct points *out);

#endif
