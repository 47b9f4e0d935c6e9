/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of all lengths out of a corpus's own words: what it may be asked but does not have.
 */
#ifndef MPCF_CORPUS_OTHER_LENGTHS_H
#define MPCF_CORPUS_OTHER_LENGTHS_H

#include "corpus/corpus.h"

/*
 * *OUT: of the rows of CORPUS, which T and MAX_TOKENS made, always the same
 *
 *   - the empty text;
 *   - short ones: every other is one token of a row, those between have 1, 2, 3, 4, 6, 8, 12, 16 and so on,
 *     from changing places of changing rows;
 *   - long ones of MAX_TOKENS, which go from one row to the next.
 *
 * Special tokens stand around them as T puts them. Of pairs either text or both are short, the second may be
 * empty or missing, and each half of a long one is. The short ones have an eighth of the corpus's tokens, 64
 * texts at least, and so have the long ones, 4 at least. NULL: no row is known to begin and end as T's texts
 * do.
 */
mpcf_status other_lengths_create(const struct tokenizer *t, const struct corpus *corpus,
                                 size_t max_tokens, struct corpus **out, mpcf_error *err);

#endif
