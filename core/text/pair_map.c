/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table with open addressing, at most half full. */
#include "text/pair_map.h"

#include "base/memory.h"

/* The slot of (A, B), or the free one where it belongs. */
static struct pair_slot *find(const struct pair_map *m, uint32_t a, uint32_t b)
{
    uint64_t mixed = ((uint64_t) a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = m->capacity - 1;
    size_t at = (size_t) (mixed ^ mixed >> 32) & mask;

    while (m->slots[at].used != 0 && (m->slots[at].a != a || m->slots[at].b != b)) {
        at = (at + 1) & mask;
    }
    return &m->slots[at];
}

bool pair_map_get(const struct pair_map *m, uint32_t a, uint32_t b, uint32_t *value)
{
    const struct pair_slot *slot = NULL;

    if (m->count == 0) {
        return false;
    }
    slot = find(m, a, b);
    if (slot->used != 0) {
        *value = slot->value;
    }
    return slot->used != 0;
}

static bool grow(struct pair_map *m)
{
    struct pair_map bigger = {.capacity = m->capacity == 0 ? 1024 : 2 * m->capacity,
                              .count = m->count};

    bigger.slots = mpcf_alloc_array(bigger.capacity, sizeof(*bigger.slots));
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < m->capacity; i++) {
        if (m->slots[i].used != 0) {
            *find(&bigger, m->slots[i].a, m->slots[i].b) = m->slots[i];
        }
    }
    mpcf_free(m->slots);
    *m = bigger;
    return true;
}

bool pair_map_put(struct pair_map *m, uint32_t a, uint32_t b, uint32_t value)
{
    struct pair_slot *slot = NULL;

    if (2 * (m->count + 1) > m->capacity && !grow(m)) {
        return false;
    }
    slot = find(m, a, b);
    m->count += slot->used == 0;
    *slot = (struct pair_slot){.a = a, .b = b, .value = value, .used = 1};
    return true;
}

void pair_map_clear(struct pair_map *m)
{
    mpcf_free(m->slots);
    *m = (struct pair_map){0};
}
