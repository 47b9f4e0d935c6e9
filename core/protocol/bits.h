/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bits, 64 elements a word.
 */
#ifndef MPCF_PROTOCOL_BITS_H
#define MPCF_PROTOCOL_BITS_H

#include "protocol/step_operations.h"

/* Opening of bits under the step's ITEM_BIT streams: own half b xor rho of WORDS words, written
 * to OUT and kept (of the pool) in *HALF; then the other half is taken in. */
mpcf_status bits_open_send(struct party *p, const struct step *s, const uint64_t *bits,
                           size_t words, uint64_t **half, struct message *out, mpcf_error *err);
void bits_open_receive(uint64_t *half, size_t words, struct message *in);

#endif
