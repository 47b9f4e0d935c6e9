/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How shared bits are opened: half of them out, the other half in.
 */
#include "protocol/bits.h"

#include "base/memory.h"

mpcf_status bits_open_send(struct party *p, const struct step *s, const uint64_t *bits,
                           size_t words, uint64_t **half, struct message *out, mpcf_error *err)
{
    uint64_t *own = share_pool_take(p->pool, words);

    if (own == NULL) {
        return mpcf_fail_memory(err, words * sizeof *own, "opened bits");
    }
    random_fill(&p->random, p->role, s, ITEM_BIT, 0, own, words);
    for (size_t i = 0; i < words; i++) {
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
        for (size_t j = 0; j < n; j++) {
            half[i + j] ^= other[j];
        }
    }
}
