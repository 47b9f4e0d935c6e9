/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How BERT cleans a text before it is cut into words (Devlin et al. 2018).
 */
#ifndef MPCF_TEXT_BERT_NORMALISER_H
#define MPCF_TEXT_BERT_NORMALISER_H

#include <stdbool.h>

#include "text/unicode.h"

struct bert_normaliser {
    bool clean;   /* leave control characters out, all blanks become spaces */
    bool chinese; /* spaces around Chinese characters */
    bool strip;   /* decompose and leave accents out */
    bool lower;
};

/* Adds the normal form of IN to OUT, whose head grows by what comes of IN's. */
void bert_normalise(const struct bert_normaliser *n, const struct points *in, struct points *out);

#endif
