/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame on its way out, in up to three pieces: what was left of another, a head, a content.
 */
#ifndef MPCF_CHANNEL_OUTGOING_H
#define MPCF_CHANNEL_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTGOING_PIECES = 3 };

struct outgoing {
    const uint8_t *piece[OUTGOING_PIECES];
    size_t length[OUTGOING_PIECES];
    size_t at, done; /* current piece, bytes of it that have moved */
};

/* To be called where all is filled in: the first piece that is not empty is the current one. */
void outgoing_begin(struct outgoing *j);
bool outgoing_is_over(const struct outgoing *j);
/* The rest of the current piece; NULL and 0 where all has gone. */
const uint8_t *outgoing_data(const struct outgoing *j);
size_t outgoing_left(const struct outgoing *j);
/* MOVED bytes of the current piece have gone. */
void outgoing_move(struct outgoing *j, size_t moved);
/* Bytes that have gone of head and content. */
size_t outgoing_gone(const struct outgoing *j);

#endif
