/* SPDX-License-Identifier: Apache-2.0 */
/* Places buffers: the largest first, each at the lowest place that is free all its life. */
#include "float_engine/float_place.h"

#include <stdlib.h>

#include "base/memory.h"

#define ALIGNMENT 16 /* floats: a cache line */

static int larger_first(const void *a, const void *b)
{
    const struct span *const *x = a;
    const struct span *const *y = b;

    if ((*x)->count != (*y)->count) {
        return (*x)->count > (*y)->count ? -1 : 1;
    }
    return (*x)->begin < (*y)->begin ? -1 : (*x)->begin > (*y)->begin;
}

static size_t rounded(size_t count)
{
    return (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* PLACED is in the order of offsets. */
static size_t lowest_place(struct span *const *placed, size_t count, const struct span *s)
{
    size_t offset = 0;

    for (size_t i = 0; i < count; i++) {
        const struct span *other = placed[i];

        if (other->end < s->begin || s->end < other->begin) {
            continue;
        }
        if (offset + rounded(s->count) <= other->offset) {
            break;
        }
        if (other->offset + rounded(other->count) > offset) {
            offset = other->offset + rounded(other->count);
        }
    }
    return offset;
}

mpcf_status plan_place(struct span **spans, size_t count, size_t *floats, mpcf_error *err)
{
    struct span **placed = mpcf_alloc_array(count + 1, sizeof(*placed));
    size_t used = 0;

    if (placed == NULL) {
        return mpcf_fail_memory(err, (count + 1) * sizeof(*placed), "plan");
    }
    qsort(spans, count, sizeof(*spans), larger_first);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;

        spans[i]->offset = lowest_place(placed, i, spans[i]);
        for (; at > 0 && placed[at - 1]->offset > spans[i]->offset; at--) {
            placed[at] = placed[at - 1];
        }
        placed[at] = spans[i];
        if (spans[i]->offset + rounded(spans[i]->count) > used) {
            used = spans[i]->offset + rounded(spans[i]->count);
        }
    }
    mpcf_free(placed);
    *floats = used;
    return MPCF_OK;
}
