/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from pairs of 32-bit numbers to one: edges of a vocabulary's tree, merges.
 */
#ifndef MPCF_TEXT_PAIR_MAP_H
#define MPCF_TEXT_PAIR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pair_slot {
    uint32_t a, b;
    uint32_t after; /* the value + 1; 0: the slot is free */
};

/* All zero: empty. */
struct pair_map {
    struct pair_slot *slots;
    size_t capacity, count; /* capacity: below 2^32 */
};

/* Room for COUNT pairs in all, in 14 bytes each: growing takes up to four times as much. The less
 * of it is used, the faster it is. False: memory. */
bool pair_map_reserve(struct pair_map *m, size_t count);

/* False: not there. */
bool pair_map_get(const struct pair_map *m, uint32_t a, uint32_t b, uint32_t *value);
/* Adds or replaces; VALUE is below UINT32_MAX. False: memory. */
bool pair_map_put(struct pair_map *m, uint32_t a, uint32_t b, uint32_t value);
void pair_map_clear(struct pair_map *m);

#endif
