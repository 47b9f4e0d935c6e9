/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many faults, one after the other and a few at once, and what came of each: the right result or a
 * clear message at each role, in time; the next run right; no mask twice.
 */
#ifndef MPCF_TESTS_SWEEP_H
#define MPCF_TESTS_SWEEP_H

#include <stddef.h>

#include "faults/trio.h"

struct sweep_case {
    const char *transport;
    enum trio_session session;
    struct trio_fault fault;
};

struct sweep_list {
    struct sweep_case *cases;
    size_t count;
};

/* How many events of each role and place a run without faults has. */
struct sweep_events {
    unsigned long wire[ROLES], disk[ROLES];
};
void sweep_count(const struct trio_base *base, const char *transport, enum trio_session session,
                 struct sweep_events *events);
/* Every STEP-th event of each role in TRANSPORT and SESSION, from START on. */
void sweep_add(struct sweep_list *list, const struct trio_base *base, const char *transport,
               enum trio_session session, const char *act, const char *place, size_t start,
               size_t step);
void sweep_clear(struct sweep_list *list);

struct sweep_tally {
    size_t faults;   /* tried */
    size_t unmet;    /* the run had ended before */
    size_t right;    /* the user had its result all the same */
    size_t clear;    /* messages of roles that ended for the fault */
    size_t after;    /* runs after a fault, with the right result */
    size_t compared; /* messages, for masks used twice */
    double slowest;  /* seconds from the fault to the end of the last role */
    /* What must be 0. */
    size_t hangs, wrong, unclear, after_wrong, masks_twice;
};
void sweep_run(const struct trio_base *base, const struct sweep_list *list,
               struct sweep_tally *tally);
/* Prints the counts, and fails the test where something is wrong. */
void sweep_judge(const struct sweep_tally *tally);

#endif
