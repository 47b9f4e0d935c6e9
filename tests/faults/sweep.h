/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many faults, one after the other and a few at once, and what came of each: the right result or a
 * clear message at each role, in time; the next run right; no mask twice.
 *
 * $MPCF_FAULTS_ONLY names the one fault to try, as it is printed: "tcp resume user kill wire 17".
 */
#ifndef MPCF_TESTS_SWEEP_H
#define MPCF_TESTS_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "faults/judge.h"
#include "faults/trio.h"

struct sweep_list {
    const struct trio_base *base;
    struct sweep_case *cases;
    size_t count;
};

/* Which events of each role, in which kind of run. */
struct sweep_events {
    const char *transport;
    enum trio_session session;
    const char *act, *place;
    size_t start, step; /* every STEP-th from START on */
    size_t end;         /* and before END; 0: to the last */
};
void sweep_add(struct sweep_list *list, const struct sweep_events *events);
/* COUNT faults "mutate" of random roles at random messages; SEED is not 0. */
void sweep_add_random(struct sweep_list *list, const char *transport, enum trio_session session,
                      size_t count, uint64_t seed);
/* In another order. */
void sweep_shuffle(struct sweep_list *list, uint64_t seed);
void sweep_clear(struct sweep_list *list);

/* Ends early where SECONDS are over. */
void sweep_run(const struct sweep_list *list, double seconds, struct sweep_tally *tally);

#endif
