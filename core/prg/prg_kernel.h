/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path of the pseudorandom stream provides; prg.c chooses one and cuts streams into
 * whole blocks.
 */
#ifndef MPCF_PRG_PRG_KERNEL_H
#define MPCF_PRG_PRG_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "prg/prg_key.h"

#define PRG_BLOCK_WORDS 2

/* AES of the counter blocks (NONCE, FIRST), (NONCE, FIRST + 1), ...: NONCE is the first eight
 * bytes of the block as they stand, the block number the last eight, big-endian. */
struct prg_counter {
    uint8_t nonce[8];
    uint64_t first;
};

struct prg_kernel {
    /* OUT [BLOCKS * PRG_BLOCK_WORDS] = the stream */
    void (*fill)(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                 size_t blocks);
    /* OUT += the stream */
    void (*add)(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                size_t blocks);
    /* prg_hash() */
    void (*hash)(const struct prg_key *key, unsigned tweak, const uint64_t *low,
                 const uint64_t *high, uint64_t *out_low, uint64_t *out_high, size_t blocks);
};

extern const struct prg_kernel prg_kernel_portable;
extern const struct prg_kernel prg_kernel_avx2;
extern const struct prg_kernel prg_kernel_avx512;

#endif
