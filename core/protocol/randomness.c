/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which words of whose stream a step uses for an item.
 */
#include "protocol/randomness.h"

#include <assert.h>

#include "base/memory.h"
#include "bits/bits.h"
#include "protocol/opened_kernel.h"

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

void random_fill_narrow(const struct randomness *r, enum role role, uint32_t step, unsigned item,
                        unsigned bits, size_t first, uint64_t *out, size_t n)
{
    uint64_t words[256];
    const size_t most = 2 * sizeof words / sizeof *words;

    if (bits > 32) {
        random_fill_of(r, role, step, item, first, out, n);
        return;
    }
    for (size_t i = 0, count = 0; i < n; i += count) {
        const size_t at = (first + i) / 2, odd = (first + i) % 2;
        count = n - i < most - odd ? n - i : most - odd;
        random_fill_of(r, role, step, item, at, words, (odd + count + 1) / 2);
        if (odd != 0) {
            out[i] = words[0] >> 32;
        }
        opened_kernel()->halves(out + i + odd, words + odd, count - odd);
    }
    mpcf_wipe(words, sizeof words);
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
