/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of AES-128, expanded from a seed.
 */
#ifndef MPCF_PRG_PRG_KEY_H
#define MPCF_PRG_PRG_KEY_H

#include <stdint.h>

#define PRG_KEY_BYTES 16

struct prg_key {
    _Alignas(16) uint8_t round_keys[11 * 16];
};

/* Wipe with mpcf_wipe() when done. */
void prg_key_expand(struct prg_key *key, const uint8_t seed[PRG_KEY_BYTES]);

#endif
