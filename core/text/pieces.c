/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a text's pieces, and how it grows. */
#include "text/pieces.h"

#include "base/memory.h"

void pieces_end(struct pieces *p)
{
    if (p->points.count == pieces_begin_of(p, p->count)) {
        return;
    }
    if (p->count == p->capacity && !p->points.failed) {
        size_t capacity = p->capacity == 0 ? 64 : 2 * p->capacity;
        size_t *grown = mpcf_grow_array(p->ends, p->count, capacity, sizeof(*grown));

        p->points.failed = grown == NULL;
        if (grown != NULL) {
            p->ends = grown;
            p->capacity = capacity;
        }
    }
    if (!p->points.failed) {
        p->ends[p->count++] = p->points.count;
    }
}

void pieces_add(struct pieces *p, const uint32_t *points, size_t count)
{
    points_add_all(&p->points, points, count);
    pieces_end(p);
}

void pieces_empty(struct pieces *p)
{
    points_empty(&p->points);
    p->count = 0;
}

void pieces_clear(struct pieces *p)
{
    points_clear(&p->points);
    mpcf_free(p->ends);
    *p = (struct pieces){0};
}
