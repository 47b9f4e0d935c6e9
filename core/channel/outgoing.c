/* SPDX-License-Identifier: Apache-2.0 */
/* How far a frame has gone. */
#include "channel/outgoing.h"

static void skip_empty(struct outgoing *j)
{
    while (j->at < OUTGOING_PIECES && j->done == j->length[j->at]) {
        j->at++;
        j->done = 0;
    }
}

void outgoing_begin(struct outgoing *j)
{
    j->at = j->done = 0;
    skip_empty(j);
}

bool outgoing_is_over(const struct outgoing *j)
{
    return j->at == OUTGOING_PIECES;
}

const uint8_t *outgoing_data(const struct outgoing *j)
{
    return outgoing_is_over(j) ? NULL : j->piece[j->at] + j->done;
}

size_t outgoing_left(const struct outgoing *j)
{
    return outgoing_is_over(j) ? 0 : j->length[j->at] - j->done;
}

void outgoing_move(struct outgoing *j, size_t moved)
{
    j->done += moved;
    skip_empty(j);
}

size_t outgoing_gone(const struct outgoing *j)
{
    size_t gone = 0;

    for (size_t i = 1; i < OUTGOING_PIECES; i++) {
        gone += i < j->at ? j->length[i] : i == j->at ? j->done : 0;
    }
    return gone;
}
