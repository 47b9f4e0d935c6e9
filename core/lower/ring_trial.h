/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One trial of the search for rings: the rings that follow from its choices, and their price.
 */
#ifndef MPCF_LOWER_RING_TRIAL_H
#define MPCF_LOWER_RING_TRIAL_H

#include "lower/prices.h"
#include "schedule/openings.h"

struct ring_trial {
    struct program *program; /* its values have the rings under trial, 65 or more among them */
    struct openings openings;
    unsigned *floor; /* by value: the ring is at least that */
    value_id widest; /* a value of the widest ring */
    struct prices prices;
};

/* P is not finished, and has all its steps. MPCF_E_NOMEM. */
mpcf_status ring_trial_create(struct program *p, const struct lower_network *network,
                              struct ring_trial *out, mpcf_error *err);
void ring_trial_clear(struct ring_trial *t);
/* Sets all rings, from the last step back. */
void ring_trial_sweep(struct ring_trial *t);
/* What a run costs with the rings of the last sweep, in seconds: the sum of what the steps'
 * own costs say. Rings above 64 weigh so much that fewer of them always cost
 * less. */
double ring_trial_price(struct ring_trial *t);

#endif
