/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bits, 64 elements a word.
 */
#ifndef MPCF_PROTOCOL_BITS_H
#define MPCF_PROTOCOL_BITS_H

#include "protocol/step_row.h"

/* OUT[i] = bit i of WORDS, 0 or 1. */
void bits_expand(const uint64_t *words, uint64_t *out, size_t n);
/* Bit i of WORDS = lowest bit of X[i]; bits above N are 0. */
void bits_collect(const uint64_t *x, uint64_t *words, size_t n);
/* Transposes 64 numbers in place: afterwards bit e of x[j] is bit j of number e before. */
void bits_transpose(uint64_t x[64]);

/* Opening of bits under the step's ITEM_BIT streams: own half b xor rho of WORDS words, written
 * to OUT and kept (of the pool) in *HALF; then the other half is taken in. */
mpcf_status bits_open_send(struct party *p, const struct step *s, const uint64_t *bits,
                           size_t words, uint64_t **half, struct message *out, mpcf_error *err);
void bits_open_receive(uint64_t *half, size_t words, struct message *in);

#endif
