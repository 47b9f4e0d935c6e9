/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that two splits share: what was learnt by heart says nothing of other texts.
 */
#ifndef MPCF_CORPUS_SAME_TEXTS_H
#define MPCF_CORPUS_SAME_TEXTS_H

#include "corpus/corpus.h"

/* *ROWS of CORPUS whose text is one of OTHER's, too: as ids, by a digest of 64 bits each. */
mpcf_status corpus_same_texts(const struct corpus *corpus, const struct corpus *other, size_t *rows,
                              mpcf_error *err);

#endif
