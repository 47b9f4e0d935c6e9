/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame on its way out, in up to three pieces: what was left of another, a head, a content.
 */
#ifndef MPCF_CHANNEL_JOURNEY_H
#define MPCF_CHANNEL_JOURNEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNEY_PIECES = 3 };

struct journey {
    const uint8_t *piece[JOURNEY_PIECES];
    size_t length[JOURNEY_PIECES];
    size_t at, done; /* current piece, bytes of it that have moved */
};

/* To be called where all is filled in: the first piece that is not empty is the current one. */
void journey_begin(struct journey *j);
bool journey_is_over(const struct journey *j);
/* The rest of the current piece; NULL and 0 where all has gone. */
const uint8_t *journey_data(const struct journey *j);
size_t journey_left(const struct journey *j);
/* MOVED bytes of the current piece have gone. */
void journey_move(struct journey *j, size_t moved);
/* Bytes that have gone of head and content. */
size_t journey_gone(const struct journey *j);

#endif
