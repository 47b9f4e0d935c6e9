/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table with open addressing, at most seven eighths full. */
#include "text/pair_map.h"

#include "base/memory.h"

/* The slot of (A, B), or the free one where it belongs. */
static struct pair_slot *find(const struct pair_map *m, uint32_t a, uint32_t b)
{
    uint64_t mixed = ((uint64_t) a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t) (((mixed ^ mixed >> 32) & UINT32_MAX) * m->capacity >> 32);

    while (m->slots[at].after != 0 && (m->slots[at].a != a || m->slots[at].b != b)) {
        at = at + 1 < m->capacity ? at + 1 : 0;
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
    if (slot->after != 0) {
        *value = slot->after - 1;
    }
    return slot->after != 0;
}

static bool is_full(const struct pair_map *m, size_t count)
{
    return count > m->capacity - m->capacity / 8;
}

static bool resize(struct pair_map *m, size_t capacity)
{
    struct pair_map other = {.capacity = capacity, .count = m->count};

    other.slots = capacity < UINT32_MAX ? mpcf_alloc_array(capacity, sizeof(*other.slots)) : NULL;
    if (other.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < m->capacity; i++) {
        if (m->slots[i].after != 0) {
            *find(&other, m->slots[i].a, m->slots[i].b) = m->slots[i];
        }
    }
    mpcf_free(m->slots);
    *m = other;
    return true;
}

bool pair_map_reserve(struct pair_map *m, size_t count)
{
    return count == 0 || !is_full(m, count) || resize(m, count + count / 7 + 8);
}

bool pair_map_put(struct pair_map *m, uint32_t a, uint32_t b, uint32_t value)
{
    struct pair_slot *slot = NULL;

    if (is_full(m, m->count + 1) && !resize(m, m->capacity == 0 ? 1024 : 2 * m->capacity)) {
        return false;
    }
    slot = find(m, a, b);
    m->count += slot->after == 0;
    *slot = (struct pair_slot){.a = a, .b = b, .after = value + 1};
    return true;
}

void pair_map_clear(struct pair_map *m)
{
    mpcf_free(m->slots);
    *m = (struct pair_map){0};
}
