/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which words of whose stream a step uses for an item.
 */
#include "protocol/randomness.h"

#include <assert.h>

#include "base/memory.h"
#include "bits/bits.h"

void random_fill_of(const struct randomness *r, enum role role, uint32_t step, unsigned item,
                    size_t first, uint64_t *out, size_t n)
{
    assert(role == ROLE_PROVIDER || role == ROLE_USER);
    assert(r->key[role] != NULL && step < 1u << 24 && item < 256);
    struct prg_stream stream = {.inference = r->inference, .step = step, .item = (uint8_t) item};
    if (r->observe != NULL) {
        r->observe(r->observe_context, role, stream, first, n);
    }
    prg_fill(r->key[role], stream, first, out, n);
}

void random_fill(const struct randomness *r, enum role role, const struct step *s, unsigned item,
                 size_t first, uint64_t *out, size_t n)
{
    random_fill_of(r, role, s->index, item, first, out, n);
}

void random_fill_bits(const struct randomness *r, enum role role, const struct step *s,
                      unsigned item, size_t first, uint64_t *out, size_t n)
{
    uint64_t words[16];

    assert(first % 64 == 0 && n <= 1024);
    random_fill(r, role, s, item, first / 64, words, (n + 63) / 64);
    bit_spread(out, words, n);
    mpcf_wipe(words, sizeof words);
}
