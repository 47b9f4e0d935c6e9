/* SPDX-License-Identifier: Apache-2.0 */
#include "support/streams.h"

#include <assert.h>

void streams_observe(void *context, enum role role, struct prg_stream stream, uint64_t first,
                     size_t n)
{
    struct streams *s = context;
    assert(role != ROLE_DEALER && stream.step < STREAMS_STEPS); /* a thread of its own */
    uint64_t *words = &s->words[role][stream.step][stream.item];
    (void) pthread_mutex_lock(&s->lock);
    if (first + n > *words) {
        *words = first + n;
    }
    (void) pthread_mutex_unlock(&s->lock);
}

uint64_t streams_words(const struct streams *s, enum role role, size_t step)
{
    uint64_t words = 0;
    for (size_t item = 0; item < 256; item++) {
        words += s->words[role][step][item];
    }
    return words;
}
