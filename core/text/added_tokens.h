/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that are recognised in the text, before the model looks at it: "[SEP]", "<mask>", words that
 * somebody added. Some are looked for in the text as it stands, then others in what is left, once that
 * is normalised.
 */
#ifndef MPCF_TEXT_ADDED_TOKENS_H
#define MPCF_TEXT_ADDED_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/normalisers.h"
#include "text/pair_map.h"
#include "text/vocabulary.h"

struct added_token {
    char *content; /* UTF-8, without a final zero */
    size_t length;
    int32_t id;
    bool is_normalised;           /* looked for in the normalised text, itself normalised */
    bool single_word;             /* not beside a letter */
    bool strip_left, strip_right; /* takes the blanks beside it */
};

/* What is looked for at once. */
struct added_tree {
    struct vocabulary contents; /* to numbers of items */
    bool begins[256];           /* low bytes of first points */
};

/* Bytes of a content. */
#define ADDED_TOKEN_LONGEST 1000

/* All zero: none. */
struct added_tokens {
    struct added_token *items;
    size_t count, capacity;
    struct pair_map numbers; /* of hashed contents */
    int32_t largest_id;      /* of the items; of none: 0 */
    struct added_tree raw, normalised;
};

mpcf_status added_tokens_reserve(struct added_tokens *a, size_t count, mpcf_error *err);
/* The token of this content, or NULL. */
const struct added_token *added_tokens_find(const struct added_tokens *a, const char *content,
                                            size_t length);
/* Copies TOKEN, whose content is neither empty nor too long. One whose content is there keeps its id
 * and its place; what else the newer one says counts. */
mpcf_status added_tokens_add(struct added_tokens *a, const struct added_token *token,
                             mpcf_error *err);
/* Makes the trees anew; call once all tokens are there, and the normalisers. MPCF_E_UNSUPPORTED: two
 * tokens become the same. */
mpcf_status added_tokens_finish(struct added_tokens *a, const struct normalisers *normalisers,
                                mpcf_error *err);
void added_tokens_clear(struct added_tokens *a);

/* How far a text has been looked at; all zero: not at all. */
struct added_cursor {
    size_t at;                 /* where the next match may begin */
    size_t behind;             /* end of the last one, with the blanks that it took */
    size_t blanks, blanks_end; /* the blanks that one took behind it */
};

/* The next token, the longest of those that begin first, as points [*first, *end) with the blanks it
 * takes; before it stands text from the old C->behind to *first, where that is more than nothing.
 * False: none; text from C->behind on is left. */
bool added_tokens_next(const struct added_tokens *a, const struct added_tree *tree,
                       const uint32_t *points, size_t count, struct added_cursor *c, size_t *first,
                       int32_t *id);

#endif
