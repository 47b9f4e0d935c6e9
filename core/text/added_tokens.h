/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that are recognised in the text as they stand, before anything else looks at it:
 * "[SEP]", "<mask>".
 */
#ifndef MPCF_TEXT_ADDED_TOKENS_H
#define MPCF_TEXT_ADDED_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/vocabulary.h"

struct added_token {
    int32_t id;
    bool strip_left, strip_right; /* takes the blanks beside it */
};

/* All zero: empty. */
struct added_tokens {
    struct added_token *items;
    size_t count, capacity;
    struct vocabulary tree; /* content to number in ITEMS */
    bool begins[256];       /* first bytes */
};

/* Room for COUNT whose contents have BYTES together. */
mpcf_status added_tokens_reserve(struct added_tokens *a, size_t count, size_t bytes,
                                 mpcf_error *err);
mpcf_status added_tokens_add(struct added_tokens *a, const char *content, size_t length,
                             const struct added_token *token, mpcf_error *err);
void added_tokens_clear(struct added_tokens *a);

/* The first token at or after FROM, the longest of those that begin there, as TEXT[*first,
 * *end) with the blanks it takes, none of them before FROM. False: none. */
bool added_tokens_find(const struct added_tokens *a, const char *text, size_t length, size_t from,
                       size_t *first, size_t *end, int32_t *id);

#endif
