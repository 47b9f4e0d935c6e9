/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SELECT and LIFT_SELECT have in common: a shared bit times a value, in the clear, and the bit's opening.
 */
#ifndef MPCF_PROTOCOL_SELECT_H
#define MPCF_PROTOCOL_SELECT_H

#include "protocol/step_operations.h"

/* Columns of both kinds. */
const char *select_check(const struct program *p, const struct step *s);
void select_axes(const struct program *p, const struct step *s, struct value *out);
mpcf_status select_reference(struct reference_state *r, const struct step *s, mpcf_error *err);
mpcf_status select_send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err);
mpcf_status select_receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err);
/* A share of b x: D the opened bit, KNOWN that of x, CROSSED that of rho x; b = d + (1 - 2 d) rho. */
static inline uint64_t select_share(uint64_t d, uint64_t known, uint64_t crossed)
{
    return d * known + (1 - 2 * d) * crossed;
}
/* The end of compute(): the opened bits and the opening are read no more. */
void select_end(struct party *p, const struct step *s);
/* What opens the bit: bits of each party. */
uint64_t select_bit_cost(const struct program *p, const struct step *s);

#endif
