/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudorandom streams: AES-128-CTR, seekable, one stream id per use.
 *
 * The stream of (inference, step, item) under one key never overlaps another's: the counter
 * block is inference (32 bits), step (24), item (8), block number (64). Every CPU path gives
 * the same bytes.
 */
#ifndef MPCF_PRG_PRG_H
#define MPCF_PRG_PRG_H

#include <stddef.h>
#include <stdint.h>

#include "prg/prg_key.h"

struct prg_stream {
    uint32_t inference;
    uint32_t step; /* below 2^24 */
    uint8_t item;
};

/* OUT[i] = 64-bit word FIRST + i of the stream. */
void prg_fill(const struct prg_key *key, struct prg_stream stream, uint64_t first, uint64_t *out,
              size_t n);
/* OUT[i] += the same words. */
void prg_add(const struct prg_key *key, struct prg_stream stream, uint64_t first, uint64_t *out,
             size_t n);
/* OUT[i] = AES(x) xor x, of blocks whose words lie apart: x is block I of IN with TWEAK (0 to 3) for its lowest
 * two bits. BLOCKS is a multiple of PRG_HASH_BLOCKS; OUT is not IN. As good as random to who does not know
 * block I, AES under KEY being a random permutation that all know: Guo, Katz, Wang, Yu, "Efficient and
 * secure multiparty computation from fixed-key block ciphers" (S&P 2020), section 7.2. */
#define PRG_HASH_BLOCKS 8
void prg_hash(const struct prg_key *key, unsigned tweak, const uint64_t *low, const uint64_t *high,
              uint64_t *out_low, uint64_t *out_high, size_t blocks);
/* LENGTH secret bytes of the system; aborts only where the system has none. */
void prg_system_random(void *out, size_t length);

#endif
