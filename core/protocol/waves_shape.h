/* SPDX-License-Identifier: Apache-2.0 */
/* How many bits behind the point each harmonic of a WAVES has: for the step, and for who makes one. */
#ifndef MPCF_PROTOCOL_WAVES_SHAPE_H
#define MPCF_PROTOCOL_WAVES_SHAPE_H

#include "protocol/step_operations.h"

#define WAVES_MAX 16 /* harmonics */
#define WAVES_ANY_RING                                                                             \
    7 /* as many in any ring; of more each has shares of WAVES_LEAST bits: what is drawn for them
                            is bounded by what is dealt (secure/session_limits.c) */
#define WAVES_LEAST            16
#define WAVES_TURN_BITS        32 /* K at most */
#define WAVES_COEFFICIENT_BITS 24 /* of coefficients and harmonics */

struct waves_shape {
    size_t count;
    unsigned places; /* p: of the largest harmonic's sines, and so of the result's units */
    unsigned shift[WAVES_MAX]; /* s: how many fewer a harmonic has */
};

struct waves_shape waves_shape(const struct step *s);
/* What the result is off by, at most. */
unsigned waves_units(const struct program *p, const struct step *s);

#endif
