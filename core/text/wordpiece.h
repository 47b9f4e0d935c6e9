/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BERT's tokens: the longest piece that a word begins with, then the longest of what is left
 * (Schuster and Nakajima 2012; Devlin et al. 2018).
 */
#ifndef MPCF_TEXT_WORDPIECE_H
#define MPCF_TEXT_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include "text/token_list.h"
#include "text/vocabulary.h"

struct wordpiece {
    int32_t unknown;       /* id */
    uint32_t continuation; /* node of the vocabulary behind "##", or NOWHERE */
    size_t longest_word;   /* in code points; longer ones are unknown */
};

/* Adds the tokens of a word, COUNT > 0; one that cannot be cut whole is one unknown token. */
void wordpiece_encode(const struct wordpiece *w, const struct vocabulary *v, const uint32_t *points,
                      size_t count, struct token_list *list);

#endif
