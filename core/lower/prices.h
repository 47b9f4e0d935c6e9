/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the planner weighs against each other, in seconds.
 */
#ifndef MPCF_LOWER_PRICES_H
#define MPCF_LOWER_PRICES_H

#include "lower/named_network.h"
#include "program/round.h"

struct prices {
    double message;    /* two messages that cross, of no bytes */
    double online_bit; /* of either of the two: a link carries both at once */
    double early_bit;  /* the user's, before the run */
    double dealer_bit; /* corrections */
    double wide_bit;   /* step_cost.wide_bits */
    double key;        /* an element of an INVERSE: the parties' walks down its tree */
};

struct prices prices_on(const struct lower_network *network);
/* Of a step, without its rounds' messages. */
double prices_step(const struct prices *p, const struct step_cost *cost);

#endif
