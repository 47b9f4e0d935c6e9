/* SPDX-License-Identifier: Apache-2.0 */
/*
 * c = x + r modulo 2^BITS of a step's first operand, r = r_0 + r_1 of streams ITEM_MASK_0: each party sends its share of x + r,
 * the user before the run where x is input-independent. As step_operations' send_offline, send and receive.
 */
#ifndef MPCF_PROTOCOL_MASK_OPENING_H
#define MPCF_PROTOCOL_MASK_OPENING_H

#include "protocol/step_operations.h"

void mask_opening_send_offline(const struct party *p, const struct step *s, unsigned bits,
                               struct message *out);
void mask_opening_send(const struct party *p, const struct step *s, unsigned bits,
                       struct message *out);
/* C: [elements of x], below 2^BITS. */
void mask_opening_receive(const struct party *p, const struct step *s, unsigned bits, uint64_t *c,
                          struct message *in);

#endif
