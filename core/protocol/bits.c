/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/bits.h"

#include "base/memory.h"

void bits_expand(const uint64_t *words, uint64_t *out, size_t n)
{
    for (size_t i = 0; i < n; ++i) {
        out[i] = words[i / 64] >> (i % 64) & 1;
    }
}

void bits_collect(const uint64_t *x, uint64_t *words, size_t n)
{
    for (size_t w = 0; w < (n + 63) / 64; ++w) {
        uint64_t word = 0;
        size_t end = n - 64 * w < 64 ? n - 64 * w : 64;
        for (size_t i = 0; i < end; ++i) {
            word |= (x[64 * w + i] & 1) << i;
        }
        words[w] = word;
    }
}

/* Source: Warren, Hacker's Delight, section 7-3, for the bit order used here. */
void bits_transpose(uint64_t x[64])
{
    uint64_t mask = UINT64_C(0x00000000FFFFFFFF);
    for (unsigned j = 32; j != 0; j >>= 1, mask ^= mask << j) {
        for (unsigned k = 0; k < 64; k = ((k | j) + 1) & ~j) {
            uint64_t swap = ((x[k] >> j) ^ x[k | j]) & mask;
            x[k] ^= swap << j;
            x[k | j] ^= swap;
        }
    }
}

mpcf_status bits_open_send(struct party *p, const struct step *s, const uint64_t *bits,
                           size_t words, uint64_t **half, struct message *out, mpcf_error *err)
{
    uint64_t *own = share_pool_take(p->pool, words);
    if (own == NULL) {
        return mpcf_fail_memory(err, words * sizeof *own, "opened bits");
    }
    random_fill(&p->random, p->role, s, ITEM_BIT, 0, own, words);
    for (size_t i = 0; i < words; ++i) {
        own[i] ^= bits[i];
    }
    packed_write(message_array(out, words, 64), 0, own, words);
    *half = own;
    return MPCF_OK;
}

void bits_open_receive(uint64_t *half, size_t words, struct message *in)
{
    struct packed_array from = message_array(in, words, 64);
    uint64_t other[64];
    for (size_t i = 0; i < words; i += 64) {
        size_t n = words - i < 64 ? words - i : 64;
        packed_read(from, i, other, n);
        for (size_t j = 0; j < n; ++j) {
            half[i + j] ^= other[j];
        }
    }
}
