/* SPDX-License-Identifier: Apache-2.0 */
/* The list of merges, and how it grows. */
#include "text/merges.h"

#include "base/memory.h"

static mpcf_status make_room(struct merges *m, size_t capacity, mpcf_error *err)
{
    int32_t *grown = mpcf_grow_array(m->merged, m->count, capacity, sizeof(*grown));

    if (grown == NULL) {
        return mpcf_fail_memory(err, capacity * sizeof(*grown), "merges");
    }
    m->merged = grown;
    m->capacity = capacity;
    return MPCF_OK;
}

mpcf_status merges_reserve(struct merges *m, size_t count, mpcf_error *err)
{
    if (count > m->capacity) {
        MPCF_TRY(make_room(m, count, err));
    }
    return pair_map_reserve(&m->ranks, count + count / 2) /* most look-ups find nothing */
               ? MPCF_OK
               : mpcf_fail_memory(err, count * sizeof(struct pair_slot), "merges");
}

mpcf_status merges_add(struct merges *m, int32_t left, int32_t right, int32_t id, mpcf_error *err)
{
    if (m->count == m->capacity) {
        MPCF_TRY(make_room(m, m->capacity == 0 ? 1024 : 2 * m->capacity, err));
    }
    if (!pair_map_put(&m->ranks, (uint32_t) left, (uint32_t) right, (uint32_t) m->count)) {
        return mpcf_fail_memory(err, 2 * m->ranks.capacity * sizeof(struct pair_slot), "merges");
    }
    m->merged[m->count++] = id;
    return MPCF_OK;
}

void merges_clear(struct merges *m)
{
    pair_map_clear(&m->ranks);
    mpcf_free(m->merged);
    *m = (struct merges){0};
}
