/* SPDX-License-Identifier: Apache-2.0 */
/*
 * e^-t in integers, so that two parties have the same to the bit.
 */
#ifndef MPCF_PROTOCOL_EXP_PARTS_H
#define MPCF_PROTOCOL_EXP_PARTS_H

#include <stdint.h>

enum { EXP_POINT = 62, EXP_POWERS = 64 }; /* bits behind the point; powers at most */

/* POWERS[i] = e^-(2^i / 2^fraction), for i < COUNT. */
void exp_powers_make(uint64_t *powers, unsigned count, unsigned fraction);
/* e^-(T / 2^fraction) for T below 2^COUNT, within 2^-55. T decides no branch. */
uint64_t exp_parts_of(const uint64_t *powers, unsigned count, uint64_t t);

#endif
