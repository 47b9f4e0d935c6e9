/* SPDX-License-Identifier: Apache-2.0 */
/* How far a frame has gone. */
#include "channel/journey.h"

static void skip_empty(struct journey *j)
{
    while (j->at < JOURNEY_PIECES && j->done == j->length[j->at]) {
        j->at++;
        j->done = 0;
    }
}

void journey_begin(struct journey *j)
{
    j->at = j->done = 0;
    skip_empty(j);
}

bool journey_is_over(const struct journey *j)
{
    return j->at == JOURNEY_PIECES;
}

const uint8_t *journey_data(const struct journey *j)
{
    return journey_is_over(j) ? NULL : j->piece[j->at] + j->done;
}

size_t journey_left(const struct journey *j)
{
    return journey_is_over(j) ? 0 : j->length[j->at] - j->done;
}

void journey_move(struct journey *j, size_t moved)
{
    j->done += moved;
    skip_empty(j);
}

size_t journey_gone(const struct journey *j)
{
    size_t gone = 0;
    for (size_t i = 1; i < JOURNEY_PIECES; i++) {
        gone += i < j->at ? j->length[i] : i == j->at ? j->done : 0;
    }
    return gone;
}
