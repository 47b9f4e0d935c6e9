/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program's computing takes, from what its kinds of steps took a machine elsewhere.
 *
 * The work of a step is the multiplications of its matrix product or, of other kinds, the bytes that it sends,
 * is sent and reads and writes of values. Products differ by how many passes their ring takes the kernels.
 */
#ifndef MPCF_SECURE_COMPUTING_H
#define MPCF_SECURE_COMPUTING_H

#include <stdbool.h>

#include "program/program.h"
#include "secure/step_clock.h"

enum {
    WORK_SORTS = 3
}; /* products in up to 32 bits, up to 52, beyond; all other work is of the first */

/* Seconds of one thread for a unit of work. */
struct work_rate {
    bool is_measured;
    double online[2]; /* by role: provider, user */
    double before;    /* the user's */
    double dealer;
};
struct computing_rates {
    struct work_rate of[STEP_COUNT][WORK_SORTS];
};

/* Which of WORK_SORTS, and how much. */
unsigned step_work(const struct program *p, const struct step *s, double *units);

/* KIND's rate of SORT or, of a product in a ring that nobody measured, of the next there is; NULL: of none. */
const struct work_rate *computing_rate(const struct computing_rates *rates, enum step_kind kind,
                                       unsigned sort);

/* What CLOCKS, by role, measured of programs, summed up. Zero it first. */
struct work_sums {
    double units[STEP_COUNT][WORK_SORTS];
    struct work_rate seconds[STEP_COUNT][WORK_SORTS];
};
void work_sums_add(struct work_sums *sums, const struct program *p,
                   const struct step_clock clocks[3]);
void work_sums_rates(const struct work_sums *sums, struct computing_rates *out);

/* Seconds of one thread a role. */
struct computing {
    double *
        online; /* by step: of the party that takes longer in its round, which the other waits for */
    double online_seconds;
    double before_seconds; /* of user or dealer, who takes longer */
    bool is_guessed
        [STEP_COUNT]; /* a kind that nobody measured: as long for its work as others together */
    bool has_guess;
};
mpcf_status computing_of(const struct program *p, const struct computing_rates *rates,
                         struct computing *out, mpcf_error *err);
void computing_clear(struct computing *c);

#endif
