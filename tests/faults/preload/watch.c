/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bytes of a stream are one message.
 */
#include "watch.h"

#include <string.h>

#define HASH_START UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

static uint64_t hash_more(uint64_t hash, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ data[i]) * HASH_PRIME;
    }
    return hash;
}

static uint64_t length_of(const uint8_t *head)
{
    uint64_t length = 0;

    for (unsigned i = 0; i < 8; i++) {
        length |= (uint64_t) head[i] << (8 * i);
    }
    return length;
}

static size_t smaller(uint64_t a, size_t b)
{
    return a < b ? (size_t) a : b;
}

/* What goes out of band is no message: nothing follows, or the reason of a farewell. */
static void begin(struct watch *w)
{
    w->head_length = 0;
    w->length = w->left = length_of(w->head);
    w->is_beside = w->length >= FRAMING_RESERVED;
    if (w->is_beside) {
        w->left = w->length == FRAMING_FAREWELL ? length_of(w->head + 8) : 0;
    }
    w->hash = HASH_START;
}

/* How many of the bytes it took. */
static size_t take(struct watch *w, const uint8_t *data, size_t length)
{
    size_t some = smaller(w->left, length);

    if (some > 0) {
        w->hash = hash_more(w->hash, data, some);
        w->left -= some;
        return some;
    }
    some = smaller(sizeof w->head - w->head_length, length);
    memcpy(w->head + w->head_length, data, some);
    w->head_length += some;
    return some;
}

void watch_bytes(struct watch *w, bool framed, const void *data, size_t length,
                 watch_message *message, void *context)
{
    const uint8_t *at = data;

    if (!framed) {
        message(context, length, hash_more(HASH_START, at, length));
        return;
    }
    while (length > 0) {
        const bool within = w->left > 0;
        const size_t some = take(w, at, length);

        at += some;
        length -= some;
        if (within && w->left == 0 && !w->is_beside) {
            message(context, w->length, w->hash);
        } else if (!within && w->head_length == sizeof w->head) {
            begin(w);
        }
    }
}
