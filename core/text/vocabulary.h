/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and their ids, as a tree of code points: a text walks it for the longest word.
 */
#ifndef MPCF_TEXT_VOCABULARY_H
#define MPCF_TEXT_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/pair_map.h"

#define VOCABULARY_NONE    (-1)
#define VOCABULARY_ROOT    0u
#define VOCABULARY_NOWHERE UINT32_MAX

/* All zero: empty. */
struct vocabulary {
    struct pair_map edges; /* (node, point) to node */
    int32_t *ids;          /* of each node; VOCABULARY_NONE: no word ends here */
    size_t node_count, node_capacity;
    size_t word_count;
    int32_t largest_id;
};

/* Room for words of BYTES in all, at 18 bytes each: without it, growing takes more than that. */
mpcf_status vocabulary_reserve(struct vocabulary *v, size_t bytes, mpcf_error *err);
/* WORD is valid UTF-8; one that is there already gets the new id. */
mpcf_status vocabulary_add(struct vocabulary *v, const char *word, size_t length, int32_t id,
                           mpcf_error *err);
mpcf_status vocabulary_add_points(struct vocabulary *v, const uint32_t *points, size_t count,
                                  int32_t id, mpcf_error *err);
void vocabulary_clear(struct vocabulary *v);

/* The node behind POINT, or VOCABULARY_NOWHERE. */
uint32_t vocabulary_step(const struct vocabulary *v, uint32_t node, uint32_t point);
/* The node behind all of WORD. */
uint32_t vocabulary_walk(const struct vocabulary *v, const char *word, size_t length);
uint32_t vocabulary_walk_points(const struct vocabulary *v, const uint32_t *points, size_t count);
/* Id of the word that ends at NODE (which may be NOWHERE), or VOCABULARY_NONE. */
int32_t vocabulary_id(const struct vocabulary *v, uint32_t node);
int32_t vocabulary_find(const struct vocabulary *v, const char *word, size_t length);

#endif
