/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One word being joined from bytes: a linked list of tokens and a heap of the pairs that could
 * be joined, so that a word of n bytes takes n log n steps.
 */
#ifndef MPCF_TEXT_MERGING_H
#define MPCF_TEXT_MERGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/merges.h"
#include "text/token_list.h"

#define MERGING_END UINT32_MAX

struct symbol {
    int32_t id;             /* VOCABULARY_NONE: joined into the one before it */
    uint32_t before, after; /* MERGING_END: none */
};

struct candidate {
    uint32_t rank, at; /* joins the symbol AT and the one after it */
    int32_t left, right;
};

/* All zero: empty; used for one word after the other. */
struct merging {
    struct symbol *symbols;
    size_t count, capacity;
    struct candidate *heap;
    size_t heap_count, heap_capacity;
    bool failed; /* memory */
};

void merging_begin(struct merging *m);
void merging_add(struct merging *m, int32_t id);
/* Joins by MERGES, and adds what is left to LIST. */
void merging_run(struct merging *m, const struct merges *merges, struct token_list *list);
void merging_clear(struct merging *m);

#endif
