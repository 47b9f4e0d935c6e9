/* SPDX-License-Identifier: Apache-2.0 */
/* A stream is read as a packed array: of a word's 64 bits none is left out. */
#include "protocol/dealt_numbers.h"

#include "base/memory.h"
#include "ring/ring.h"

void dealt_numbers_of_provider(const struct dealt_numbers *d, size_t first, uint64_t *out,
                               size_t count)
{
    uint64_t words[BLOCK_LENGTH + 2];
    const size_t begin = first * d->ring / 64, end = ((first + count) * d->ring + 63) / 64;
    const struct packed_array bits = {(uint8_t *) words + first * d->ring % 64 / 8, d->ring};

    random_fill(d->random, ROLE_PROVIDER, d->step, ITEM_SHARE, begin, words, end - begin);
    packed_read(bits, 0, out, count);
    mpcf_wipe(words, sizeof words);
}

void dealt_numbers_read(const struct dealt_numbers *d, enum role role, size_t first, uint64_t *out,
                        size_t count)
{
    if (role == ROLE_PROVIDER) {
        dealt_numbers_of_provider(d, first, out, count);
    } else {
        packed_read(d->sent, first, out, count);
    }
}

void dealt_numbers_send(const struct dealt_numbers *d, size_t first, uint64_t *numbers,
                        size_t count)
{
    uint64_t share[BLOCK_LENGTH];

    dealt_numbers_of_provider(d, first, share, count);
    ring_sub(numbers, numbers, share, count);
    packed_write(d->sent, first, numbers, count);
    mpcf_wipe(share, sizeof share);
}
