/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rings: the smallest for each value that its readers can work with, and which truncations lift.
 */
#ifndef MPCF_LOWER_PLAN_H
#define MPCF_LOWER_PLAN_H

#include "program/program.h"

/*
 * Chooses between TRUNCATE_REDUCE (free, but its operand's ring is wider by the shift) and TRUNCATE_EXTEND (any ring,
 * for a message) at each truncation of P, so that what travels is little, then sets all rings
 * and finishes the program. Deterministic: depends on P alone. MPCF_E_RANGE, naming a node, where
 * no choice keeps all rings within 64 bits.
 */
mpcf_status plan_rings(struct program *p, mpcf_error *err);

/* --- Parts (plan_cost.c) --- */

struct plan {
    struct program *program;
    unsigned *floor;  /* by value: the ring is at least that */
    unsigned *ring;   /* by value */
    unsigned *opened; /* by value: the ring of its openings (rings of one value are made equal) */
    bool *early;      /* by value */
    uint32_t *level;  /* by value */
    value_id widest;  /* a value of the widest ring */
};

/* Rings from the last step back. */
void plan_sweep(struct plan *plan);
/* What a run costs with the rings of the last sweep, in bits; rings above 64 weigh so much that
 * fewer of them always cost less. */
double plan_cost(struct plan *plan);

#endif
