/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that is cut into pieces, each of which the next step or the model takes alone.
 */
#ifndef MPCF_TEXT_PIECES_H
#define MPCF_TEXT_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "text/unicode.h"

/* All zero: none. Piece i is points[ends[i - 1], ends[i]), from 0 for the first; none is empty. */
struct pieces {
    struct points points;
    size_t *ends;
    size_t count, capacity;
};

/* What was added to POINTS since the last one is a piece, where it is anything. */
void pieces_end(struct pieces *p);
/* The COUNT points as one piece. */
void pieces_add(struct pieces *p, const uint32_t *points, size_t count);
/* None, but the memory stays. */
void pieces_empty(struct pieces *p);
void pieces_clear(struct pieces *p);

static inline size_t pieces_begin_of(const struct pieces *p, size_t index)
{
    return index == 0 ? 0 : p->ends[index - 1];
}

#endif
