/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a Unigram's pieces, byte by byte. Inside core/text only.
 */
#ifndef MPCF_TEXT_UNIGRAM_TREE_H
#define MPCF_TEXT_UNIGRAM_TREE_H

#include "text/unigram.h"

#define UNIGRAM_NOWHERE UINT32_MAX

/* The child of NODE (0: the root) by BYTE, or NOWHERE. */
uint32_t unigram_step(const struct unigram *u, uint32_t node, unsigned char byte);
/* The tree of COUNT pieces, which it sorts; what it took is in U even where it fails. */
mpcf_status unigram_grow(struct unigram *u, struct unigram_piece *pieces, size_t count,
                         mpcf_error *err);

#endif
